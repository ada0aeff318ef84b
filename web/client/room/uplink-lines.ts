/** Which m-line of the uplink carries which source. Pure bookkeeping beside the peer connection. */

import type { Source } from "../wire/signaling";

/** The order of the m-lines in the first offer; they stay where they are for the life of the connection. */
export const ORDER: readonly Source[] = ["microphone", "camera", "screen"];

/** One m-line as the browser has it. `mid` null before the first offer was made. */
export interface UpLine {
  source: Source;
  mid: string | null;
  sends: boolean;
}

/** What the node is told: the source of each m-line that sends. */
export function sourcesByMid(lines: readonly UpLine[]): Record<string, Source> {
  return Object.fromEntries(
    lines.flatMap((line): [string, Source][] =>
      line.sends && line.mid !== null ? [[line.mid, line.source]] : [],
    ),
  );
}

/** Most of a source's bits a second, and frames; audio is left to Opus. */
export interface Cap {
  maxBitrate: number;
  maxFramerate: number;
}

/** Caps from the page's configuration in kbit/s. 25: the camera's own rhythm; a screen is read, not watched. */
export function capOf(source: Source, cameraKbps: number, screenKbps: number): Cap | null {
  if (source === "microphone") return null;
  return source === "camera"
    ? { maxBitrate: cameraKbps * 1000, maxFramerate: 30 }
    : { maxBitrate: screenKbps * 1000, maxFramerate: 15 };
}
