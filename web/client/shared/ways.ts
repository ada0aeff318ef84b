/** By which relays a connection may go, if any, and how a peer connection of ours is made. */

import type { IceServer, JoinReply } from "../wire/web";

export interface Ways {
  readonly servers: readonly IceServer[];
  /** Nothing but the relays is tried. */
  readonly relayOnly: boolean;
}

/** As the join said; without one the direct way alone. */
export function waysOf(reply: Pick<JoinReply, "ice" | "relay_only"> | null): Ways {
  return { servers: reply?.ice ?? [], relayOnly: reply?.relay_only ?? false };
}

export function connectionOver(ways: Ways): RTCConfiguration {
  return {
    bundlePolicy: "max-bundle",
    iceServers: ways.servers.map((server) => ({ ...server, urls: [...server.urls] })),
    iceTransportPolicy: ways.relayOnly ? "relay" : "all",
  };
}
