import { describe, expect, it, vi } from "vitest";
import { mounted, nameless, part } from "../../shared/mounting";
import type { VerificationReply, VerificationView } from "../../wire/web";
import { PlayerProof } from "./proof";

const LAST: VerificationReply = {
  recording: "r",
  at_ms: 1_795_000_000_000,
  by: "Lưu Trữ",
  objects: 5,
  bytes: 9,
  holds: true,
  origin: "unsigned",
  faults: [],
};
const VIEW: VerificationView = { running: false, checked: 0, total: 0, failed: "", last: LAST };

async function proof(view: VerificationView | null, verify = vi.fn()): Promise<PlayerProof> {
  const zone = "Asia/Ho_Chi_Minh";
  return mounted(new PlayerProof(), { view, zone, page: "/archive/r/proof", verify });
}

describe("the proof in the player", () => {
  it("says what was found and when, by the office's clock", async () => {
    const verify = vi.fn();
    const whole = await proof(VIEW, verify);
    expect(part(whole, "verification").textContent).toContain(
      "Unchanged, checked at 18:06, 18/11/2026",
    );
    part(whole, "verify-button").click();
    expect(verify).toHaveBeenCalledOnce();
    expect(nameless(whole)).toEqual([]);
    const fault = { path: "t1/1.webm", algorithm: "sha256", expected: "a", found: "b" };
    const broken = await proof({ ...VIEW, last: { ...LAST, holds: false, faults: [fault] } });
    expect(broken.textContent).toContain("NOT whole: 1 faults");
    expect(broken.textContent).toContain("t1/1.webm");
  });

  it("shows how far a check is, and cannot be asked twice", async () => {
    const running = await proof({ ...VIEW, running: true, checked: 299, total: 400 });
    expect(part(running, "verify-progress").textContent).toContain("74 %");
    expect(part(running, "verify-button").hasAttribute("disabled")).toBe(true);
    const begun = await proof({ ...VIEW, running: true });
    expect(part(begun, "verification").textContent).toContain("Being checked…");
  });

  it("says when it was never checked, or could not be", async () => {
    expect((await proof({ ...VIEW, last: null })).textContent).toContain("not checked yet");
    const failed = await proof({ ...VIEW, failed: "objects_unavailable" });
    expect(failed.textContent).toContain("could not be carried out");
    expect(part(await proof(null), "verify-button").hasAttribute("disabled")).toBe(true);
  });
});
