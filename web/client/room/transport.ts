/**
 * Watches one peer connection: connected, or lost for good. A short doubt of the browser is waited out; then the way
 * is looked for anew under the same connection (ICE restart), which a changed network needs; only then it is lost.
 */

import type { Transport } from "./state";

/** `disconnected` heals by itself within a few seconds more often than not. */
const DOUBT_MS = 2_000;
/** A restart that leads anywhere does so within some round trips; the rest is for the messages that carry it. */
const MEND_MS = 5_000;
/** A connection that is not there after this time never comes: a firewall drops its packets silently. */
const CONNECT_MS = 12_000;

/** Tells `show` of each change, and `mend` once for each time the connection breaks, until the returned function is called. */
export function watchTransport(
  connection: RTCPeerConnection,
  show: (state: Transport) => void,
  mend: () => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let whole = false;
  let mending = false;
  const later = (ms: number, then: () => void): void => {
    timer ??= setTimeout(() => {
      timer = null;
      then();
    }, ms);
  };
  const calm = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const lost = (): void => {
    show("lost");
  };
  /** What never was connected, or was mended in vain, has nothing to go on with. */
  const broken = (): void => {
    if (!whole) {
      lost();
      return;
    }
    whole = false;
    mending = true;
    later(MEND_MS, lost);
    mend();
  };
  const steps: Partial<Record<RTCPeerConnectionState, () => void>> = {
    connecting: () => {
      later(CONNECT_MS, lost);
    },
    connected: () => {
      calm();
      whole = true;
      mending = false;
      show("connected");
    },
    disconnected: () => {
      later(DOUBT_MS, broken);
    },
    failed: () => {
      if (mending) return; // its time is running
      calm();
      broken();
    },
    closed: calm,
  };
  const look = (): void => {
    steps[connection.connectionState]?.();
  };
  connection.addEventListener("connectionstatechange", look);
  return () => {
    calm();
    connection.removeEventListener("connectionstatechange", look);
  };
}
