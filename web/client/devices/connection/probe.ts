/** Tries one path for picture and sound: what is sent comes back from the media node. */

import { connectionOver } from "../../shared/ways";
import {
  blocked,
  onlyBy,
  readingOf,
  resultOf,
  untried,
  type LinePath,
  type Reading,
  type Row,
} from "./paths";
import { synthetic } from "./synthetic";
import type { LineTestStart, PathResult } from "../../wire/web";

const CONNECT_MS = 8_000;

export type Exchange = (sdp: string) => Promise<string>;

/** Never throws for what the line does: a path on which nothing comes is blocked. Throws Refusal of `exchange`. */
export async function tryPath(
  path: LinePath,
  start: LineTestStart,
  exchange: Exchange,
): Promise<PathResult> {
  if (path === "relay" && start.ice.length === 0) return untried(path);
  const media = synthetic();
  const ways = { servers: path === "relay" ? start.ice : [], relayOnly: path === "relay" };
  const connection = new RTCPeerConnection(connectionOver(ways));
  try {
    for (const track of media.tracks) send(connection, track, start.kbps);
    await connection.setLocalDescription();
    const answer = onlyBy(path, await exchange(connection.localDescription?.sdp ?? ""));
    if (answer === null) return untried(path);
    await connection.setRemoteDescription({ type: "answer", sdp: answer });
    if (!(await connected(connection))) return blocked(path);
    await pause(start.seconds * 500);
    const middle = await reading(connection);
    await pause(start.seconds * 500);
    return resultOf(path, middle, await reading(connection));
  } finally {
    connection.close();
    media.close();
  }
}

function send(connection: RTCPeerConnection, track: MediaStreamTrack, kbps: number): void {
  const sendEncodings = track.kind === "video" ? [{ maxBitrate: kbps * 1000 }] : [];
  connection.addTransceiver(track, { direction: "sendrecv", sendEncodings });
}

function connected(connection: RTCPeerConnection): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(false);
    }, CONNECT_MS);
    const look = (): void => {
      if (!["connected", "failed", "closed"].includes(connection.connectionState)) return;
      clearTimeout(timer);
      resolve(connection.connectionState === "connected");
    };
    connection.addEventListener("connectionstatechange", look);
    look();
  });
}

async function reading(connection: RTCPeerConnection): Promise<Reading> {
  const rows: Row[] = [];
  (await connection.getStats()).forEach((row: Row) => rows.push(row));
  return readingOf(rows, performance.now());
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
