/** What a connection is made with, by what the join said. */

import { describe, expect, it } from "vitest";
import { connectionOver, waysOf } from "./ways";

const RELAY = { urls: ["turn:relay.example"], username: "9:seat", credential: "mac" };

describe("a connection", () => {
  it("goes directly where no relay is named, or none is known yet", () => {
    for (const reply of [null, { ice: [], relay_only: false }])
      expect(connectionOver(waysOf(reply))).toEqual({
        bundlePolicy: "max-bundle",
        iceServers: [],
        iceTransportPolicy: "all",
      });
  });

  it("may go by a relay, or by nothing else", () => {
    expect(connectionOver(waysOf({ ice: [RELAY], relay_only: false }))).toMatchObject({
      iceServers: [RELAY],
      iceTransportPolicy: "all",
    });
    expect(connectionOver(waysOf({ ice: [RELAY], relay_only: true })).iceTransportPolicy).toBe(
      "relay",
    );
  });
});
