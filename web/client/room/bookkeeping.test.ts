import { describe, expect, it } from "vitest";
import { arrange, keyOf, sessionOf } from "./incoming";
import { OneAtATime } from "./one-at-a-time";
import { capOf, sourcesByMid } from "./uplink-lines";
import { place } from "./meter";
import { qualityOf, rating, worst } from "./quality";
import { faultOf } from "./devices";

describe("the uplink", () => {
  it("tells the node only of lines that send and have a mid", () => {
    expect(
      sourcesByMid([
        { source: "microphone", mid: "0", sends: true },
        { source: "camera", mid: "1", sends: true },
        { source: "screen", mid: "2", sends: false },
      ]),
    ).toEqual({ 0: "microphone", 1: "camera" });
    expect(sourcesByMid([{ source: "camera", mid: null, sends: true }])).toEqual({});
  });

  it("caps pictures, never sound", () => {
    expect(capOf("camera", 1500, 2000)?.maxBitrate).toBe(1_500_000);
    expect(capOf("screen", 1500, 2000)?.maxBitrate).toBe(2_000_000);
    expect(capOf("microphone", 1500, 2000)).toBeNull();
  });
});

describe("the downlink", () => {
  const byMid = new Map([
    ["0", "sound"],
    ["1", "picture"],
  ]);

  it("knows each track by who and what; m-lines not named are nobody's", () => {
    const tracks = [{ mid: "1", track: "t", participant: "p", source: "camera" as const }];
    expect([...arrange(tracks, byMid)]).toEqual([[keyOf("p", "camera"), "picture"]]);
  });

  it("passes over a mid that the browser does not have", () => {
    const tracks = [{ mid: "9", track: "t", participant: "p", source: "camera" as const }];
    expect(arrange(tracks, byMid).size).toBe(0);
  });

  it("tells another connection by its ICE name", () => {
    expect(sessionOf("v=0\r\no=- 4611 2 IN IP4 127.0.0.1\r\ns=-\r\n")).toBe("4611");
    expect(sessionOf("v=0\r\n")).toBe("");
  });
});

describe("steps", () => {
  it("run one after another, also after one that failed", async () => {
    const steps = new OneAtATime();
    const seen: number[] = [];
    const failed = steps.run(async () => {
      await Promise.resolve();
      seen.push(1);
      throw new Error("no");
    });
    const second = steps.run(() => Promise.resolve(seen.push(2)));
    await expect(failed).rejects.toThrow("no");
    await second;
    expect(seen).toEqual([1, 2]);
  });
});

describe("the line", () => {
  const sample = { lost: 0, expected: 100, roundTripMs: 20, jitterMs: 3 };

  it("is good, poor or bad by loss and delay", () => {
    expect(qualityOf(sample)).toBe("good");
    expect(qualityOf({ ...sample, lost: 10 })).toBe("poor");
    expect(qualityOf({ ...sample, lost: 35 })).toBe("bad");
    expect(rating({ ...sample, roundTripMs: 2_000 })).toBeLessThan(80);
  });

  // tests/unit/bridge/test_quality.py has the same table.
  it.each([
    [0, 0, 0, 92.56],
    [0, 3, 20, 92.18],
    [1, 3, 20, 88.54],
    [10, 3, 20, 65.11],
    [35, 3, 20, 36.86],
    [0, 10, 300, 86.37],
    [0, 10, 600, 66.27],
    [100, 0, 0, 16.62],
  ])(
    "is rated as on the server: %i %% lost, %i ms jitter, %i ms round trip",
    (lost, jitterMs, roundTripMs, expected) => {
      expect(rating({ lost, expected: 100, jitterMs, roundTripMs })).toBeCloseTo(expected, 1);
    },
  );

  it("is as good as its worse half", () => {
    expect(worst(["good", "bad", null])).toBe("bad");
    expect(worst([null])).toBeNull();
  });
});

describe("devices", () => {
  it("fold the browser's errors into what one can do", () => {
    expect(faultOf(new DOMException("", "NotAllowedError"))).toBe("denied");
    expect(faultOf(new DOMException("", "NotReadableError"))).toBe("busy");
    expect(faultOf(new DOMException("", "NotFoundError"))).toBe("missing");
    expect(faultOf(new Error("?"))).toBe("failed");
  });

  it("show silence at the start of the meter and a near voice at its end", () => {
    expect(place(0)).toBe(0);
    expect(place(1)).toBe(1);
    expect(place(0.01)).toBeCloseTo(0.4);
  });
});
