/** The player's parts on the page. */

import { describe, expect, it, vi } from "vitest";
import { mounted, nameless, part } from "../shared/mounting";
import { Controls, type ControlActs } from "./controls/controls";
import { Events } from "./events/events";
import { MANIFEST } from "./examples";
import { actOfKey } from "./keys";
import { PlayTile } from "./play-tile/play-tile";
import { Purpose } from "./purpose/purpose";
import { recordingOf } from "./recording";
import { firstState, reduce } from "./state";
import { tilesAt } from "./tiles";
import { Timebar } from "./timebar/timebar";

const RECORDING = recordingOf(MANIFEST);

function writtenActs(): ControlActs & { done: string[] } {
  const done: string[] = [];
  const write =
    (name: string) =>
    (...given: unknown[]): void => {
      done.push([name, ...given.filter((one) => typeof one !== "object")].join(" "));
    };
  return {
    done,
    toggle: write("toggle"),
    jump: write("jump"),
    setRate: write("rate"),
    setVolume: write("volume"),
    skipEmpty: write("skip"),
  };
}

describe("the player's state", () => {
  it("keeps volume within bounds, and a seat large until asked again", () => {
    const state = firstState(false);
    expect(reduce(state, { type: "volume", volume: 3 }).volume).toBe(1);
    const large = reduce(state, { type: "large", seat: "a" });
    expect(large.large).toBe("a");
    expect(reduce(large, { type: "large", seat: "a" }).large).toBeNull();
  });

  it("gives the same feeds object while nothing changed in them", () => {
    const tick = { type: "ticked", positionMs: 1, running: true, holding: false } as const;
    const one = reduce(firstState(false), { ...tick, feeds: { a: "playing" } });
    expect(reduce(one, { ...tick, feeds: { a: "playing" } }).feeds).toBe(one.feeds);
    expect(reduce(one, { ...tick, feeds: { a: "hole" } }).feeds).not.toBe(one.feeds);
  });
});

describe("controls", () => {
  it("name themselves and do what they say", async () => {
    const acts = writtenActs();
    const state = { ...firstState(false), recording: RECORDING, positionMs: 61_000 };
    const controls = await mounted(new Controls(), { state, acts });
    expect(nameless(controls)).toEqual([]);
    expect(part(controls, "position").textContent).toBe("00:01:01");
    part(controls, "play-button").click();
    part(controls, "back-button").click();
    const rate = part(controls, "rate") as HTMLSelectElement;
    rate.value = "1.5";
    rate.dispatchEvent(new Event("change"));
    expect(acts.done).toEqual(["toggle", "jump -10000", "rate 1.5"]);
  });

  it("have keys, which leave fields and pressed buttons alone", () => {
    const press = (key: string, target: HTMLElement | null, shiftKey = false): string[] => {
      const acts = writtenActs();
      const plain = { ctrlKey: false, metaKey: false, altKey: false };
      actOfKey({ ...plain, key, shiftKey, target }, acts)?.();
      return acts.done;
    };
    expect(press(" ", document.body)).toEqual(["toggle"]);
    expect(press("ArrowRight", document.body)).toEqual(["jump 5000"]);
    expect(press("ArrowLeft", document.body, true)).toEqual(["jump -30000"]);
    expect(press(" ", document.createElement("button"))).toEqual([]);
    expect(press("ArrowLeft", document.createElement("textarea"))).toEqual([]);
  });
});

describe("the time bar", () => {
  it("says its place in words and goes where it is dragged", async () => {
    const seek = vi.fn<(ms: number) => void>();
    const bar = await mounted(new Timebar(), { recording: RECORDING, positionMs: 5_000, seek });
    const slider = part(bar, "timebar") as HTMLInputElement;
    expect(slider.getAttribute("aria-valuetext")).toBe("00:00:05");
    slider.value = "42000";
    slider.dispatchEvent(new Event("input"));
    expect(seek).toHaveBeenCalledWith(42_000);
  });
});

describe("the list of events", () => {
  it("goes to the event that is pressed and marks the present one", async () => {
    const seek = vi.fn<(ms: number) => void>();
    const events = await mounted(new Events(), { recording: RECORDING, current: 1, seek });
    const lines = events.querySelectorAll<HTMLElement>("[data-testid=event]");
    expect([...lines].map((line) => line.dataset["kind"])).toEqual([
      "ReceptionStarted",
      "ReceptionInterrupted",
      "ReceptionResumed",
      "ReceptionClosed",
    ]);
    expect(lines[1]?.getAttribute("aria-current")).toBe("true");
    lines[2]?.click();
    expect(seek).toHaveBeenCalledWith(90_000);
  });
});

describe("a tile of the recording", () => {
  it("says why there is no picture, and offers a still only where there is one", async () => {
    const [gap] = tilesAt(RECORDING, 21_000, {});
    const acts = { still: vi.fn(), enlarge: vi.fn<(seat: string) => void>() };
    const tile = await mounted(new PlayTile(), { view: gap!, element: null, acts, large: false });
    expect(tile.textContent).toContain("gap: lost on the line");
    expect(part(tile, "still").hasAttribute("disabled")).toBe(true);
    part(tile, "enlarge").click();
    expect(acts.enlarge).toHaveBeenCalledWith("centre/camera");
    expect(nameless(tile)).toEqual([]);
  });
});

describe("the purpose", () => {
  it("is asked with a label and not taken empty", async () => {
    const give = vi.fn<(purpose: string) => void>();
    const purpose = await mounted(new Purpose(), { give });
    expect(nameless(purpose)).toEqual([]);
    const form = purpose.querySelector("form")!;
    form.dispatchEvent(new Event("submit", { cancelable: true }));
    (part(purpose, "purpose-text") as HTMLTextAreaElement).value = "Giải quyết khiếu nại";
    form.dispatchEvent(new Event("submit", { cancelable: true }));
    expect(give.mock.calls).toEqual([["Giải quyết khiếu nại"]]);
  });
});
