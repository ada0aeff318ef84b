import { describe, expect, it } from "vitest";
import { mounted, nameless, part } from "../shared/mounting";
import { Check } from "./check/check";
import { lineOf, NOTHING_YET, verdict, type Findings } from "./findings";

const ALL: Findings = {
  camera: "ready",
  microphone: "ready",
  voice: true,
  sound: "heard",
  line: "good",
};

describe("findings", () => {
  it("judge the line by its middle round trip; half lost is down", () => {
    expect(lineOf([5, 7, 900])).toBe("good");
    expect(lineOf([500, 700, 3])).toBe("slow");
    expect(lineOf([5, null, null, null])).toBe("down");
    expect(lineOf([])).toBe("down");
  });

  it("let one go on with less only where the role allows", () => {
    expect(verdict(ALL, true)).toBe("ready");
    expect(verdict({ ...ALL, microphone: "denied" }, true)).toBe("not_yet");
    expect(verdict({ ...ALL, camera: "asking" }, true)).toBe("not_yet");
    expect(verdict({ ...ALL, camera: "denied" }, false)).toBe("with_less");
    expect(verdict({ ...ALL, line: "down" }, false)).toBe("not_yet");
    expect(verdict({ ...ALL, sound: "not_heard" }, false)).toBe("with_less");
  });
});

describe("the check", () => {
  const config = {
    page: { lang: "vi", dir: "ltr", zone: "", catalogue: "", csrf: "", build: "" },
    onward: "/room",
    voice_required: false,
    loopback_only: false,
    send: "",
    line_test: "/line-test",
  };
  const test = { stage: "idle" } as const;
  const nothing = (): void => undefined;
  const acts = {
    retry: nothing,
    voice: nothing,
    play: nothing,
    heard: nothing,
    line: nothing,
    test: nothing,
    goOn: nothing,
  };
  const show = (findings: Findings): Promise<Check> =>
    mounted(new Check(), { findings, config, acts, picture: null, microphone: null, test });

  it.each([NOTHING_YET, ALL, { ...ALL, camera: "busy" as const }])(
    "names its controls",
    async (findings) => {
      expect(nameless(await show(findings))).toEqual([]);
    },
  );

  it("tells what it found before it leads on, and leads nobody on without what is required", async () => {
    let told = 0;
    const telling = { ...acts, goOn: () => (told += 1) };
    const asked = { ...config, send: "/enter/devices", voice_required: true };
    const rest = { config: asked, acts: telling, picture: null, microphone: null, test };
    part(await mounted(new Check(), { findings: ALL, ...rest }), "onward").click();
    expect(told).toBe(1);
    const without = await mounted(new Check(), {
      findings: { ...ALL, microphone: "denied" as const },
      ...rest,
    });
    expect(without.querySelector("[data-testid=onward]")).toBeNull();
  });

  it("leads an official without a camera on with sound only, and says what that means", async () => {
    let told = 0;
    const check = await mounted(new Check(), {
      findings: { ...ALL, camera: "missing" as const },
      config: { ...config, send: "/enter/devices", voice_required: true },
      acts: { ...acts, goOn: () => (told += 1) },
      picture: null,
      microphone: null,
      test,
    });
    expect(part(check, "sound-only").textContent).toContain("heard and not seen");
    part(check, "onward").click();
    expect(told).toBe(1);
  });

  it("ends each line in a tick or in what to do", async () => {
    const good = await show(ALL);
    for (const line of ["camera", "microphone", "sound", "line"])
      expect(part(good, `check-${line}`).querySelector("[data-tone=good]")).not.toBeNull();
    const busy = await show({ ...ALL, camera: "busy", sound: "not_heard" });
    expect(part(busy, "check-camera").textContent).toContain("Close it");
    expect(part(busy, "check-sound").textContent).toContain("headphones");
    expect(part(good, "onward").textContent).toContain("I am ready");
  });
});
