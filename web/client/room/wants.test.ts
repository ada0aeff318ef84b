import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Wants } from "./wants";
import type { ShownSource } from "../wire/signaling";

const camera = (participant: string): ShownSource => ({ participant, source: "camera" });

function watched(): { wants: Wants; told: (readonly ShownSource[])[]; refuse: () => void } {
  const told: (readonly ShownSource[])[] = [];
  let refused = false;
  const wants = new Wants((shown) => {
    told.push(shown);
    return refused ? Promise.reject(new Error("line down")) : Promise.resolve();
  });
  return { wants, told, refuse: () => (refused = true) };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("what is wanted", () => {
  it("is told once for changes that follow one another closely, and not again when nothing changed", () => {
    const { wants, told } = watched();
    wants.shown([camera("a")]);
    wants.shown([camera("b")]);
    vi.runAllTimers();
    wants.shown([camera("b")]);
    vi.runAllTimers();
    expect(told).toEqual([[camera("b")]]);
  });

  it("is nothing in a tab that stays hidden, and at once what it was when it is shown", () => {
    const { wants, told } = watched();
    wants.shown([camera("a")]);
    vi.runAllTimers();
    wants.hidden(true);
    vi.advanceTimersByTime(1_900);
    wants.hidden(false);
    vi.runAllTimers();
    expect(told).toHaveLength(1);
    wants.hidden(true);
    vi.advanceTimersByTime(2_000);
    expect(told.at(-1)).toEqual([]);
    wants.hidden(false);
    vi.advanceTimersByTime(0);
    expect(told.at(-1)).toEqual([camera("a")]);
  });

  it("is told again to who forgot it, and to nobody at rest", () => {
    const { wants, told } = watched();
    wants.shown([camera("a")]);
    vi.runAllTimers();
    wants.again();
    wants.rest();
    vi.runAllTimers();
    expect(told).toHaveLength(1);
    wants.again();
    vi.runAllTimers();
    expect(told).toHaveLength(2);
  });

  it("that was not heard is told with the next change", async () => {
    const { wants, told, refuse } = watched();
    refuse();
    wants.shown([camera("a")]);
    await vi.runAllTimersAsync();
    wants.shown([camera("a")]);
    await vi.runAllTimersAsync();
    expect(told).toHaveLength(2);
  });
});
