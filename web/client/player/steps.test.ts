import { describe, expect, it } from "vitest";
import { MANIFEST } from "./examples";
import { recordingOf } from "./recording";
import { currentStep, gapsOf, ledOf, shown, stepFrom, stepsOf } from "./steps";
import { RECORDING, STEPS } from "./testing";
import { landing, saysAt } from "./timebar/says";
import { stepWord } from "./words";

const kinds = (steps: readonly { kind: string }[]): string[] => steps.map((step) => step.kind);

describe("the list of what happened", () => {
  it("holds events and gaps in their order", () => {
    expect(kinds(STEPS)).toEqual([
      "ReceptionStarted",
      "led",
      "led",
      "gap",
      "ReceptionInterrupted",
      "ReceptionResumed",
      "ReceptionClosed",
    ]);
    expect(kinds(shown(STEPS, "gaps"))).toEqual(["gap"]);
    expect(kinds(shown(STEPS, "led"))).toEqual(["led", "led"]);
    expect(kinds(shown(STEPS, "main"))).toEqual(kinds(STEPS).filter((kind) => kind !== "led"));
  });

  it("tells who led one after another, and a breath is no change", () => {
    const led = (atS: number, dominant: string | null) => ({
      at_ns: atS * 1e9,
      kind: "SpeakersMoved",
      participant: null,
      detail: JSON.stringify({ participants: [], dominant }),
    });
    const events = [
      led(1, "chair"),
      led(5, null),
      led(6, "chair"),
      led(9, "late"),
      led(20, "chair"),
    ];
    const recording = recordingOf({ ...MANIFEST, events });
    expect(ledOf(recording)).toEqual([
      { startMs: 1_000, endMs: 9_000, name: "Người centre" },
      { startMs: 9_000, endMs: 20_000, name: "Người commune" },
      { startMs: 20_000, endMs: 40_000, name: "Người centre" }, // then the microphone was closed until 70
      { startMs: 70_000, endMs: 120_000, name: "Người centre" },
    ]);
    expect(
      stepsOf(recording)
        .filter((step) => step.led !== null)
        .map(stepWord)[1],
    ).toBe("Main speaker: Người commune, 00:00:11");
  });

  it("tells one cause once, whoever it struck, and keeps others apart", () => {
    const gap = (startS: number, endS: number, reason: "loss" | "node_restarted") => ({
      start_ns: startS * 1e9,
      end_ns: endS * 1e9,
      reason,
      packets: 0,
    });
    const [chair, microphone, late, ...rest] = MANIFEST.tracks;
    const recording = recordingOf({
      ...MANIFEST,
      tracks: [
        { ...chair!, gaps: [gap(20, 22, "loss"), gap(60, 64, "node_restarted")] },
        { ...microphone!, gaps: [gap(60.3, 63, "node_restarted")] },
        { ...late!, gaps: [gap(60.5, 65, "node_restarted"), gap(60.5, 60.6, "loss")] },
        ...rest,
      ],
    });
    expect(gapsOf(recording)).toEqual([
      { startMs: 20_000, endMs: 22_000, reason: "loss", names: ["Người centre"] },
      {
        startMs: 60_000,
        endMs: 65_000,
        reason: "node_restarted",
        names: ["Người centre", "Người commune"],
      },
      { startMs: 60_500, endMs: 60_600, reason: "loss", names: ["Người commune"] },
    ]);
    const brief = shown(stepsOf(recording), "main").filter((step) => step.gap !== null);
    expect(brief.map((step) => step.atMs)).toEqual([20_000, 60_000]);
  });

  it("leaves devices out of the main events", () => {
    const events = [
      { at_ns: 1e9, kind: "MicrophoneMoved", participant: "chair", detail: '{"open":true}' },
      { at_ns: 2e9, kind: "FloorGiven", participant: "late", detail: "{}" },
    ];
    const steps = stepsOf(recordingOf({ ...MANIFEST, events, tracks: [] }));
    expect(kinds(shown(steps, "main"))).toEqual(["FloorGiven"]);
    expect(kinds(shown(steps, "all"))).toEqual(["MicrophoneMoved", "FloorGiven"]);
  });

  it("knows the present step and those beside it, also while the clock runs on", () => {
    expect(currentStep(STEPS, 85_000)?.kind).toBe("ReceptionInterrupted");
    expect(currentStep([], 0)).toBeNull();
    const main = shown(STEPS, "main");
    const same = { ...main[1]!, atMs: 80_000 };
    expect(currentStep([...main.slice(0, 3), same], 80_000)?.kind).toBe("ReceptionInterrupted");
    expect(stepFrom(main, 0, 1)?.atMs).toBe(20_000);
    expect(stepFrom(main, 20_000, 1)?.atMs).toBe(80_000);
    expect(stepFrom(STEPS, 81_000, -1)?.atMs).toBe(20_000); // just come from 80
    expect(stepFrom(STEPS, 85_000, -1)?.atMs).toBe(80_000);
    expect(stepFrom(STEPS, 120_000, 1)).toBeNull();
    expect(stepFrom(STEPS, 0, -1)).toBeNull();
  });
});

describe("a place of the time bar", () => {
  const says = (atMs: number): string[] => saysAt(RECORDING, STEPS, atMs, 500);

  it("says who speaks, what is missing and why, and what happened", () => {
    expect(says(16_000)).toEqual([
      "Speaking: Người centre, Người province",
      "Main speaker: Người centre",
    ]);
    expect(says(21_000)).toEqual([
      "Người centre: gap: lost on the line, 2 s",
      "Main speaker: Người province", // of who said the last word
    ]);
    expect(says(85_000)).toEqual(["paused by the chair"]);
    expect(says(79_800)).toEqual(["Paused by the chair"]);
    expect(says(50_000)).toEqual([]);
  });

  it("is the mark itself when one is near", () => {
    expect(landing(STEPS, 79_800, 500)).toBe(80_000);
    expect(landing(STEPS, 20_400, 500)).toBe(20_000);
    expect(landing(STEPS, 50_000, 500)).toBe(50_000);
  });
});
