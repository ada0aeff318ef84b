/** From an answer, from the browser's counters and from results to what is shown. */

import { afterEach, describe, expect, it, vi } from "vitest";
import { Connection } from "./connection";
import { blocked, onlyBy, readingOf, resultOf, socketResult, untried, verdictOf } from "./paths";
import type { LineTestState } from "./run";
import type { PathResult } from "../../wire/web";

const ANSWER = [
  "v=0",
  "a=candidate:1 1 udp 2130706431 2001:db8::1 8081 typ host",
  "a=candidate:2 1 tcp 1518280447 192.0.2.1 8081 typ host tcptype passive",
  "a=end-of-candidates",
].join("\r\n");

const good = (path: PathResult["path"]): PathResult => ({
  ...untried(path),
  outcome: "works",
  rtt_ms: 20,
  jitter_ms: 2,
  kbps_up: 1500,
  kbps_down: 1400,
});

describe("an answer", () => {
  it("is cut to the candidates of one path", () => {
    expect(onlyBy("udp", ANSWER)).not.toContain("tcptype");
    expect(onlyBy("udp", ANSWER)).toContain("2001:db8::1");
    expect(onlyBy("relay", ANSWER)).toBe(onlyBy("udp", ANSWER));
    expect(onlyBy("tcp", ANSWER)).toContain("192.0.2.1");
    expect(onlyBy("tcp", ANSWER)).not.toContain("2001:db8::1");
    expect(onlyBy("tcp", "v=0\r\na=candidate:1 1 udp 1 192.0.2.1 8081 typ host")).toBeNull();
  });
});

describe("the counters of a connection", () => {
  const rows = (bytes: number, lost: number) => [
    { type: "outbound-rtp", packetsSent: 900, bytesSent: bytes },
    { type: "outbound-rtp", packetsSent: 100, bytesSent: 0 },
    { type: "remote-inbound-rtp", packetsLost: 50, roundTripTime: 0.5 },
    {
      type: "inbound-rtp",
      packetsReceived: 950 - lost,
      packetsLost: lost,
      jitter: 0.004,
      bytesReceived: bytes / 2,
    },
    { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.03 },
    { type: "candidate-pair", nominated: false, currentRoundTripTime: 9 },
  ];

  it("give losses over the whole time and rates over the second half", () => {
    const result = resultOf(
      "udp",
      readingOf(rows(100_000, 0), 5_000),
      readingOf(rows(1_100_000, 95), 10_000),
    );
    expect(result).toEqual({
      path: "udp",
      outcome: "works",
      loss_up: 0.05,
      loss_down: 0.1,
      jitter_ms: 4,
      rtt_ms: 30,
      kbps_up: 1600,
      kbps_down: 800,
    });
  });

  it("say blocked when nothing came back", () => {
    const nothing = readingOf([], 0);
    expect(resultOf("tcp", nothing, nothing)).toEqual(blocked("tcp"));
  });
});

describe("a WebSocket", () => {
  it("is measured by its round trips in their order", () => {
    const result = socketResult([20, 30, 20, 100], 1_000_000, 4_000);
    expect([result.rtt_ms, result.jitter_ms, result.kbps_up]).toEqual([30, 100 / 3, 2000]);
    expect(socketResult([], 0, 0).outcome).toBe("blocked");
  });
});

describe("the verdict", () => {
  it.each([
    ["good", [good("websocket"), good("udp")]],
    ["good", [good("websocket"), blocked("udp"), blocked("tcp"), good("relay")]],
    ["poor", [good("websocket"), { ...good("udp"), loss_up: 0.08 }, good("tcp")]],
    ["bad", [good("websocket"), { ...good("tcp"), loss_down: 0.4 }]],
    ["closed", [good("websocket"), blocked("udp"), blocked("tcp"), untried("relay")]],
    ["silent", [blocked("websocket"), good("udp")]],
    ["unknown", [good("websocket"), untried("udp"), untried("tcp"), untried("relay")]],
    ["unknown", []],
  ] as const)("is %s", (verdict, results) => {
    expect(verdictOf(results)).toBe(verdict);
  });
});

describe("the component", () => {
  afterEach(() => {
    document.body.replaceChildren();
  });

  async function shown(test: LineTestState): Promise<Connection> {
    const run = vi.fn();
    const element = Object.assign(new Connection(), { test, run });
    document.body.append(element);
    await element.updateComplete;
    element.querySelector("button")?.click();
    expect(run).toHaveBeenCalledTimes(test.stage === "running" ? 0 : 1);
    return element;
  }

  it("says what is being tried, and what came of it, with the number to tell", async () => {
    expect((await shown({ stage: "idle" })).textContent).toContain("Takes less than a minute");
    const running = await shown({ stage: "running", path: "tcp" });
    expect(running.textContent).toContain("step 3 of 4");
    const paths = [good("websocket"), good("udp"), blocked("tcp"), untried("relay")];
    const done = await shown({ stage: "done", paths, number: "012345" });
    expect(done.textContent).toContain("The line is good");
    expect(done.querySelector("[data-path=tcp]")?.textContent).toContain("blocked");
    expect(done.querySelector("[data-path=udp]")?.textContent).toContain("20 ms there and back");
    expect(done.querySelector("[data-number]")?.textContent).toContain("012345");
    expect(
      (await shown({ stage: "done", paths, number: "" })).querySelector("[data-number]"),
    ).toBeNull();
    expect((await shown({ stage: "failed" })).textContent).toContain("Wait a minute");
  });
});
