import { describe, expect, it } from "vitest";
import { MANIFEST } from "./examples";
import { emptyUntil, firstMoment, piecesBetween, presenceAt, tracksAround } from "./presence";
import { recordingOf, type PlayTrack } from "./recording";
import { tilesAt } from "./tiles";
import { lanesOf } from "./timebar/lanes";

const RECORDING = recordingOf(MANIFEST);
const byId = (id: string): PlayTrack => RECORDING.tracks.find((track) => track.id === id)!;

describe("a recording from its manifest", () => {
  it("counts in ms from the beginning and knows the wall clock", () => {
    expect(RECORDING.durationMs).toBe(120_000);
    expect(RECORDING.beganMs).toBe(1_795_000_000_000);
    expect(byId("late-camera").pieces).toEqual([{ number: 1, startMs: 30_200, endMs: 120_000 }]);
  });

  it("has one seat for who was connected twice", () => {
    expect(RECORDING.seats.map((seat) => seat.id)).toEqual(["centre", "commune", "province"]);
    expect(RECORDING.seats[2]?.there).toEqual([
      { startMs: 0, endMs: 50_000 },
      { startMs: 55_000, endMs: 120_000 },
    ]);
  });

  it("knows who spoke when, to the end for who spoke last", () => {
    expect(RECORDING.seats.map((seat) => seat.spoke)).toEqual([
      [{ startMs: 10_000, endMs: 18_000 }],
      [{ startMs: 100_000, endMs: 120_000 }],
      [{ startMs: 15_000, endMs: 18_000 }],
    ]);
    expect(RECORDING.marks.some((mark) => mark.kind === "SpeakersMoved")).toBe(false);
  });

  it("knows who led when, of several connections of one seat too", () => {
    expect(RECORDING.seats.map((seat) => seat.led)).toEqual([
      [{ startMs: 10_000, endMs: 17_000 }],
      [],
      [{ startMs: 17_000, endMs: 50_000 }],
    ]);
  });

  it("tells of no leader where an older record names none", () => {
    const events = MANIFEST.events.map((one) => ({
      ...one,
      detail: one.detail.replace(/,?"dominant":[^}]*/, ""),
    }));
    const older = recordingOf({ ...MANIFEST, events });
    expect(older.seats.flatMap((seat) => seat.led)).toEqual([]);
    expect(older.seats.map((seat) => seat.spoke)).toEqual(
      RECORDING.seats.map((seat) => seat.spoke),
    );
  });

  it("lets nobody speak where nothing is recorded", () => {
    const events = MANIFEST.events.filter((one) => one.at_ns < 18e9 || one.at_ns > 50e9);
    const spoke = recordingOf({ ...MANIFEST, events }).seats[0]?.spoke;
    expect(spoke).toEqual([
      { startMs: 10_000, endMs: 40_000 },
      { startMs: 70_000, endMs: 80_000 },
      { startMs: 90_000, endMs: 100_000 },
    ]);
  });

  it("knows the pauses, also one that never ended", () => {
    expect(RECORDING.pauses).toEqual([{ startMs: 80_000, endMs: 90_000 }]);
    const events = MANIFEST.events.filter((one) => one.kind !== "ReceptionResumed");
    expect(recordingOf({ ...MANIFEST, events }).pauses).toEqual([
      { startMs: 80_000, endMs: 120_000 },
    ]);
  });

  it("takes an event's detail that is no JSON for none", () => {
    const events = [{ at_ns: 0, kind: "AgendaMoved", participant: null, detail: "{" }];
    expect(recordingOf({ ...MANIFEST, events }).marks[0]?.detail).toEqual({});
  });
});

describe("what a track has", () => {
  it("is a file, a declared hole, or nothing", () => {
    expect(presenceAt(byId("chair-camera"), 19_999).there).toBe("piece");
    expect(presenceAt(byId("chair-camera"), 20_000)).toMatchObject({
      there: "hole",
      hole: { kind: "gap", reason: "loss" },
    });
    expect(presenceAt(byId("chair-camera"), 22_000).there).toBe("piece");
    expect(presenceAt(byId("late-camera"), 10_000).there).toBe("nothing");
    expect(presenceAt(byId("chair-camera"), 120_000).there).toBe("nothing");
  });

  it("needs the files that a stretch touches, no others", () => {
    const numbers = (from: number, to: number): number[] =>
      piecesBetween(byId("chair-camera"), from, to).map((piece) => piece.number);
    expect(numbers(0, 59_999)).toEqual([1]);
    expect(numbers(59_999, 60_001)).toEqual([1, 2]);
    expect(numbers(60_000, 70_000)).toEqual([2]);
    expect(numbers(120_000, 130_000)).toEqual([]);
  });

  it("needs an element only around the playhead", () => {
    const ids = (atMs: number): string[] =>
      tracksAround(RECORDING.tracks, atMs, 2_000, 25_000).map((track) => track.id);
    expect(ids(0)).toEqual(["chair-camera", "chair-microphone", "first-camera"]);
    expect(ids(10_000)).toContain("late-camera");
    expect(ids(60_000)).not.toContain("first-camera");
  });

  it("can be nothing anywhere, and then one may leap to where somebody has something", () => {
    const holes = [{ startMs: 10_000, endMs: 25_000, kind: "silence", reason: "paused" }] as const;
    const tracks = [
      { ...byId("chair-camera"), holes },
      { ...byId("late-camera"), holes },
    ];
    expect(emptyUntil(tracks, 12_000)).toBe(25_000);
    expect(emptyUntil(tracks, 5_000)).toBeNull();
  });

  it("opens where everybody from the beginning has a picture", () => {
    expect(firstMoment(RECORDING.tracks)).toBe(100);
    expect(firstMoment([])).toBe(0);
  });
});

describe("tiles of a moment", () => {
  const playing = { "chair-camera": "playing", "first-camera": "playing" } as const;
  const missing = (atMs: number): (string | null)[] =>
    tilesAt(RECORDING, atMs, playing).map((tile) => tile.missing);

  it("say why there is no picture", () => {
    expect(missing(5_000)).toEqual([null, "absent", null]);
    expect(missing(21_000)).toEqual(["loss", "absent", null]);
    expect(missing(30_100)).toEqual([null, "nothing", null]);
    expect(missing(52_000)[2]).toBe("absent");
    expect(missing(60_000)[2]).toBe("loading");
  });

  it("stand as they last were at the very end", () => {
    const late = { ...playing, "late-camera": "hole", "second-camera": "hole" } as const;
    const last = tilesAt(RECORDING, 120_000, late).map((tile) => tile.missing);
    expect(last).toEqual([null, null, null]);
  });

  it("do not call the last second of a track that ends a little early an absence", () => {
    const [first, ...others] = MANIFEST.tracks;
    const end_ns = 119.4 * 1e9;
    const segments = first!.segments.map((one) => ({
      ...one,
      end_ns: Math.min(one.end_ns, end_ns),
    }));
    const recording = recordingOf({
      ...MANIFEST,
      tracks: [{ ...first!, end_ns, segments }, ...others],
    });
    const missing = (atMs: number): string | null | undefined =>
      tilesAt(recording, atMs, { "chair-camera": "hole" })[0]?.missing;
    expect([missing(119_900), missing(120_000)]).toEqual([null, null]);
  });

  it("know the gap between two connections", () => {
    const gaps = [{ start_ns: 50e9, end_ns: 55e9, reason: "node_restarted" as const, packets: 0 }];
    const tracks = MANIFEST.tracks.map((track) =>
      track.id === "second-camera" ? { ...track, gaps } : track,
    );
    const participants = MANIFEST.participants.map((one) =>
      one.id === "first" ? { ...one, left_ns: 120e9 } : one,
    );
    const recording = recordingOf({ ...MANIFEST, tracks, participants });
    const tile = tilesAt(recording, 52_000, {}).find((one) => one.seat.id === "province");
    expect(tile).toMatchObject({ missing: "node_restarted", fault: true });
  });

  it("mark a gap as a fault, and who is muted and who speaks", () => {
    const [chair] = tilesAt(RECORDING, 21_000, playing);
    expect(chair?.fault).toBe(true);
    expect(tilesAt(RECORDING, 50_000, playing)[0]?.muted).toBe(true);
    expect(tilesAt(RECORDING, 16_000, playing)[0]).toMatchObject({ muted: false, speaking: true });
  });
});

describe("the time bar", () => {
  it("draws in thousandths, and no gap too thin to see", () => {
    const [chair] = lanesOf(RECORDING);
    expect(chair?.stripes.find((stripe) => stripe.kind === "there")).toMatchObject({
      from: 0,
      width: 1000,
    });
    const gap = chair?.stripes.find((stripe) => stripe.kind === "gap");
    expect(gap?.from).toBeCloseTo(166.7, 1);
    expect(gap?.width).toBeCloseTo(16.7, 1);
    const led = chair?.stripes.find((stripe) => stripe.kind === "led");
    expect(led?.from).toBeCloseTo(83.3, 1);
    expect(led?.width).toBeCloseTo(58.3, 1);
  });
});
