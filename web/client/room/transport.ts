/** Watches one peer connection: connected, or lost for good — a short doubt of the browser is waited out. */

import type { Transport } from "./state";

/** `disconnected` heals by itself within a few seconds more often than not. */
const DOUBT_MS = 4_000;
/** A connection that is not there after this time never comes: a firewall drops its packets silently. */
const CONNECT_MS = 12_000;

/** Tells `show` of each change until the returned function is called. */
export function watchTransport(
  connection: RTCPeerConnection,
  show: (state: Transport) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const later = (ms: number): void => {
    timer ??= setTimeout(() => {
      show("lost");
    }, ms);
  };
  const calm = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const look = (): void => {
    const state = connection.connectionState;
    if (state === "connecting") later(CONNECT_MS);
    else calm();
    if (state === "connected") show("connected");
    else if (state === "failed") show("lost");
    else if (state === "disconnected") later(DOUBT_MS);
  };
  connection.addEventListener("connectionstatechange", look);
  return () => {
    calm();
    connection.removeEventListener("connectionstatechange", look);
  };
}
