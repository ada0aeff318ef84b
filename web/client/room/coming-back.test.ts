import { describe, expect, it } from "vitest";
import { nextStep, pauseBefore, type Loss } from "./coming-back";

const LOSS: Loss = { lostMs: 1_000_000, attempts: 0, hasSecret: true, refusal: null };

describe("coming back", () => {
  it("resumes while the server keeps the seat, then asks for a new token", () => {
    expect(nextStep(LOSS, 1_000_000)).toEqual({ by: "resume", waitMs: 200 });
    expect(nextStep({ ...LOSS, attempts: 8 }, 1_026_000)).toEqual({ by: "token", waitMs: 5_000 });
  });

  it("asks where the room is when its server stays silent, every other time", () => {
    const steps = [0, 1, 2, 3, 4, 5].map(
      (attempts) => nextStep({ ...LOSS, attempts }, 1_000_100).by,
    );
    expect(steps).toEqual(["resume", "resume", "resume", "elsewhere", "resume", "elsewhere"]);
    const refused = { ...LOSS, attempts: 3, refusal: "storage_unavailable" };
    expect(nextStep(refused, 1_000_100).by).toBe("resume");
  });

  it("asks for a token at once when the secret no longer holds or there is none", () => {
    expect(nextStep({ ...LOSS, refusal: "resume_invalid" }, 1_000_100).by).toBe("token");
    expect(nextStep({ ...LOSS, hasSecret: false }, 1_000_100).by).toBe("token");
  });

  it("gives up only where trying again changes nothing", () => {
    expect(nextStep({ ...LOSS, refusal: "reception_over" }, 1_000_100).by).toBe("giving_up");
    expect(nextStep({ ...LOSS, refusal: "storage_unavailable" }, 1_000_100).by).toBe("resume");
  });

  it("waits longer each time, never more than five seconds", () => {
    const pauses = [0, 1, 2, 3, 4, 5, 50].map(pauseBefore);
    expect(pauses).toEqual([200, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  });
});
