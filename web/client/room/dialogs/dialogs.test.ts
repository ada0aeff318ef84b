import { describe, expect, it } from "vitest";
import { mounted, nameless, part } from "../../shared/mounting";
import { Bar } from "../bar/bar";
import { inside, view, writtenActs } from "../examples";
import { Dialogs } from "./dialogs";
import { EXAMPLES } from "./dialogs.examples";

async function show(name: string): Promise<{ root: Dialogs; done: string[] }> {
  const acts = writtenActs();
  const root = await mounted(new Dialogs(), { room: EXAMPLES[name]!, acts });
  return { root, done: acts.done };
}

function bar(): Promise<Bar> {
  return mounted(new Bar(), { room: inside(view("chair")), acts: writtenActs() });
}

describe("questions", () => {
  it.each(Object.keys(EXAMPLES))(
    "name their controls, are open, and have a title: %s",
    async (name) => {
      const { root } = await show(name);
      const dialog = root.querySelector("dialog")!;
      expect(nameless(root)).toEqual([]);
      expect(dialog.open).toBe(true);
      expect(root.querySelector(`#${dialog.getAttribute("aria-labelledby") ?? ""}`)).not.toBeNull();
    },
  );

  it("name their consequence, and there is a way back", async () => {
    const { root, done } = await show("close");
    expect(root.textContent).toContain("cannot be opened again");
    part(root, "dialog-back").click();
    part(root, "end-confirm").click();
    expect(done).toEqual(["dialog", "close"]);
  });

  it("start only with a reason", async () => {
    const { root, done } = await show("start");
    const form = root.querySelector("form")!;
    form.dispatchEvent(new Event("submit", { cancelable: true }));
    (part(root, "start-reason") as HTMLTextAreaElement).value = " đã kiểm tra ";
    form.dispatchEvent(new Event("submit", { cancelable: true }));
    expect(done).toEqual(["start đã kiểm tra"]);
  });

  it("tell the chair how to end for all instead of leaving", async () => {
    expect((await show("leave")).root.textContent).toContain("End for all");
    const acts = writtenActs();
    const room = inside(view("citizen"), { dialog: "leave" });
    const citizen = await mounted(new Dialogs(), { room, acts });
    expect(citizen.textContent).toContain("come in again");
  });

  it("are preceded by a sheet with everything that the bar hides, layouts among it", async () => {
    const { root, done } = await show("more");
    part(root, "more-layout-button").click();
    expect(done).toEqual(["dialog", "toggleLayout"]);
    const hidden = [...(await bar()).querySelectorAll<HTMLElement>(".dc-bar-wide")];
    const again = await show("more");
    expect(hidden.map((one) => `more-${one.dataset["testid"] ?? ""}`).sort()).toEqual(
      [...again.root.querySelectorAll<HTMLElement>(".dc-sheet-verbs button")]
        .map((one) => one.dataset["testid"])
        .sort(),
    );
  });

  it("follow one another: the sheet is closed, and its closing does not close the next", async () => {
    const { root, done } = await show("more");
    const sheet = root.querySelector("dialog")!;
    root.room = inside(view("chair"), { dialog: "keys" });
    await root.updateComplete;
    sheet.dispatchEvent(new Event("close"));
    expect([sheet.open, part(root, "dialog-keys").hasAttribute("open"), done]).toEqual([
      false,
      true,
      [],
    ]);
  });

  it("may be asked again at once: what a closed one still says does not close the next of its kind", async () => {
    const { root, done } = await show("leave");
    const first = root.querySelector("dialog")!;
    first.dispatchEvent(new Event("cancel", { cancelable: true }));
    expect(done).toEqual(["dialog"]);
    root.room = inside(view("chair"));
    await root.updateComplete;
    root.room = EXAMPLES["leave"]!;
    await root.updateComplete;
    first.dispatchEvent(new Event("close"));
    expect([part(root, "dialog-leave").hasAttribute("open"), done]).toEqual([true, ["dialog"]]);
  });

  it("are closed before they go, so that the focus returns", async () => {
    const { root } = await show("keys");
    const dialog = root.querySelector("dialog")!;
    root.room = inside(view("chair"));
    await root.updateComplete;
    expect(dialog.open).toBe(false);
    expect(root.querySelector("dialog")).toBeNull();
  });
});
