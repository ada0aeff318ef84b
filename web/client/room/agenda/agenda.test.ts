import { describe, expect, it } from "vitest";
import { mounted, part } from "../../shared/mounting";
import { Agenda } from "./agenda";
import { EXAMPLES } from "./agenda.examples";

const show = (name: string): Promise<Agenda> => mounted(new Agenda(), { room: EXAMPLES[name]! });

describe("the agenda", () => {
  it("says what was, what is, what comes, in words", async () => {
    const agenda = await show("second of four");
    const stages = [1, 2, 3, 4].map((number) => part(agenda, `case-${number}`).dataset["stage"]);
    expect(stages).toEqual(["done", "now", "next", "later"]);
    expect(part(agenda, "case-2").textContent).toContain("being received");
    expect(part(agenda, "case-2").getAttribute("aria-current")).toBe("step");
  });

  it("counts how long the present case takes, and nothing before the beginning", async () => {
    expect(part(await show("second of four"), "case-elapsed").textContent).toBe("00:00:31");
    const before = await show("before");
    expect(before.querySelector("[data-testid=case-elapsed]")).toBeNull();
    expect(part(before, "case-1").dataset["stage"]).toBe("next");
  });

  it("says when there is none", async () => {
    expect((await show("empty")).textContent).toContain("no agenda");
  });
});
