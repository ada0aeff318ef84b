/** Reads the browser's counters of both connections every few seconds and says how good the line is. */

import { qualityOf, worst, type LineSample, type Quality } from "./quality";

const EVERY_MS = 3_000;

interface Counters {
  lost: number;
  total: number;
  roundTripMs: number;
  jitterMs: number;
}

/** Calls `show` with the line's quality until the returned function is called. */
export function watchQuality(
  connections: () => readonly (RTCPeerConnection | null)[],
  show: (quality: Quality) => void,
): () => void {
  const before = new WeakMap<RTCPeerConnection, Counters>();
  const timer = setInterval(() => {
    void measure(connections(), before).then((quality) => {
      if (quality !== null) show(quality);
    });
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
  };
}

async function measure(
  connections: readonly (RTCPeerConnection | null)[],
  before: WeakMap<RTCPeerConnection, Counters>,
): Promise<Quality | null> {
  const qualities = connections.map(async (connection) => {
    if (connection?.connectionState !== "connected") return null;
    const counters = count(await connection.getStats());
    const earlier = before.get(connection);
    before.set(connection, counters);
    return earlier === undefined ? null : qualityOf(span(earlier, counters));
  });
  return worst(await Promise.all(qualities));
}

/** What happened between two readings. */
export function span(earlier: Counters, later: Counters): LineSample {
  return {
    lost: Math.max(0, later.lost - earlier.lost),
    expected: Math.max(0, later.total - earlier.total),
    roundTripMs: later.roundTripMs,
    jitterMs: later.jitterMs,
  };
}

type Row = Readonly<Record<string, unknown>>;

function count(report: RTCStatsReport): Counters {
  const counters: Counters = { lost: 0, total: 0, roundTripMs: 0, jitterMs: 0 };
  report.forEach((row: Row) => {
    const read = (name: string): number => (typeof row[name] === "number" ? row[name] : 0);
    switch (row["type"]) {
      case "inbound-rtp":
        counters.lost += Math.max(0, read("packetsLost"));
        counters.total += read("packetsReceived") + Math.max(0, read("packetsLost"));
        if (row["kind"] === "audio")
          counters.jitterMs = Math.max(counters.jitterMs, read("jitter") * 1000);
        break;
      case "remote-inbound-rtp":
        counters.lost += Math.max(0, read("packetsLost"));
        break;
      case "outbound-rtp":
        counters.total += read("packetsSent");
        break;
      case "candidate-pair":
        if (row["nominated"] === true)
          counters.roundTripMs = Math.max(
            counters.roundTripMs,
            read("currentRoundTripTime") * 1000,
          );
        break;
      default:
    }
  });
  return counters;
}
