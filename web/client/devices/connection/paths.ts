/** Trying a line, purely: which candidates belong to a path, what the browser's counters say of it, and in what word. */

import { qualityOf, type Quality } from "../../room/quality";
import type { PathResult } from "../../wire/web";

export type LinePath = PathResult["path"];

/** In the order in which they are tried, and in which they are shown. */
export const PATHS: readonly LinePath[] = ["websocket", "udp", "tcp", "relay"];

const BLANK = { loss_up: 0, loss_down: 0, jitter_ms: 0, rtt_ms: 0, kbps_up: 0, kbps_down: 0 };

export function blocked(path: LinePath): PathResult {
  return { path, outcome: "blocked", ...BLANK };
}

export function untried(path: LinePath): PathResult {
  return { path, outcome: "untried", ...BLANK };
}

/** The node's answer with the candidates of one path alone; a relay reaches the node as UDP. Null: it names none. */
export function onlyBy(path: LinePath, sdp: string): string | null {
  const wanted = path === "tcp" ? " tcp " : " udp ";
  const lines = sdp.split("\r\n");
  const kept = lines.filter(
    (line) => !line.startsWith("a=candidate:") || line.toLowerCase().includes(wanted),
  );
  return kept.some((line) => line.startsWith("a=candidate:")) ? kept.join("\r\n") : null;
}

/** Counters of one connection at one moment; times in ms. */
export interface Reading {
  readonly atMs: number;
  readonly sent: number;
  readonly lostUp: number;
  readonly received: number;
  readonly lostDown: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly jitterMs: number;
  readonly roundTripMs: number;
}

export type Row = Readonly<Record<string, unknown>>;

/** From the rows of `getStats`. */
export function readingOf(rows: readonly Row[], atMs: number): Reading {
  const of = (type: string): Row[] => rows.filter((row) => row["type"] === type);
  const out = of("outbound-rtp");
  const came = of("inbound-rtp");
  const told = of("remote-inbound-rtp");
  const pairs = of("candidate-pair").filter((row) => row["nominated"] === true);
  const roundTrip = greatest(pairs, "currentRoundTripTime") || greatest(told, "roundTripTime");
  return {
    atMs,
    sent: sum(out, "packetsSent"),
    lostUp: sum(told, "packetsLost"),
    received: sum(came, "packetsReceived"),
    lostDown: sum(came, "packetsLost"),
    bytesSent: sum(out, "bytesSent"),
    bytesReceived: sum(came, "bytesReceived"),
    jitterMs: greatest(came, "jitter") * 1000,
    roundTripMs: roundTrip * 1000,
  };
}

function read(row: Row, name: string): number {
  const value = row[name];
  return typeof value === "number" ? Math.max(0, value) : 0;
}

function sum(rows: readonly Row[], name: string): number {
  return rows.reduce((total, row) => total + read(row, name), 0);
}

function greatest(rows: readonly Row[], name: string): number {
  return Math.max(0, ...rows.map((row) => read(row, name)));
}

/** Losses over the whole time, rates over its second half: a browser begins slowly. */
export function resultOf(path: LinePath, middle: Reading, end: Reading): PathResult {
  if (end.received === 0) return blocked(path);
  const passedMs = Math.max(1, end.atMs - middle.atMs);
  return {
    path,
    outcome: "works",
    loss_up: share(end.lostUp, end.sent),
    loss_down: share(end.lostDown, end.received + end.lostDown),
    jitter_ms: end.jitterMs,
    rtt_ms: end.roundTripMs,
    kbps_up: Math.max(0, ((end.bytesSent - middle.bytesSent) * 8) / passedMs),
    kbps_down: Math.max(0, ((end.bytesReceived - middle.bytesReceived) * 8) / passedMs),
  };
}

function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, part / whole) : 0;
}

/** Of a WebSocket: round trips in ms in their order, and what came back in how many ms. */
export function socketResult(roundTrips: readonly number[], bytes: number, ms: number): PathResult {
  const [first] = roundTrips;
  if (first === undefined) return blocked("websocket");
  const sorted = [...roundTrips].sort((one, other) => one - other);
  const steps = roundTrips
    .slice(1)
    .map((time, index) => Math.abs(time - (roundTrips[index] ?? time)));
  const kbps = ms > 0 ? (bytes * 8) / ms : 0;
  return {
    path: "websocket",
    outcome: "works",
    loss_up: 0,
    loss_down: 0,
    jitter_ms: steps.reduce((total, step) => total + step, 0) / Math.max(1, steps.length),
    rtt_ms: sorted[Math.floor(sorted.length / 2)] ?? first,
    kbps_up: kbps,
    kbps_down: kbps,
  };
}

/** In a word; null when it does not work. */
export function qualityOfPath(result: PathResult): Quality | null {
  if (result.outcome !== "works") return null;
  const loss = Math.max(result.loss_up, result.loss_down);
  return qualityOf({
    lost: loss,
    expected: 1,
    roundTripMs: result.rtt_ms,
    jitterMs: result.jitter_ms,
  });
}

/**
 * `closed`: picture and sound get through by no path; `silent`: they do, but the room's messages do not; `unknown`:
 * no path for them could be tried.
 */
export type Verdict = Quality | "closed" | "silent" | "unknown";

/** Of the path that a session would take: browsers go by UDP before TCP, and by a relay last. */
export function verdictOf(results: readonly PathResult[]): Verdict {
  const of = (path: LinePath): PathResult | undefined =>
    results.find((result) => result.path === path && result.outcome === "works");
  const best = of("udp") ?? of("tcp") ?? of("relay");
  const quality = best === undefined ? null : qualityOfPath(best);
  if (quality === null) {
    const tried = results.some((one) => one.path !== "websocket" && one.outcome === "blocked");
    return tried ? "closed" : "unknown";
  }
  return of("websocket") === undefined ? "silent" : quality;
}
