import { describe, expect, it } from "vitest";
import { SeekPatience } from "./follow";

describe("an element that seeks", () => {
  it("is sent anew later each time, until it arrives", () => {
    const patience = new SeekPatience();
    const sent = [2.9, 3.1, 3.1, 5.9, 6.1, 11, 12.5].map((far) => patience.endsAt(far));
    expect(sent).toEqual([false, true, false, false, true, false, true]);
    patience.begin();
    expect(patience.endsAt(3.1)).toBe(true);
  });
});
