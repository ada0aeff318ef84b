import { describe, expect, it } from "vitest";
import { mounted, nameless, part } from "../../shared/mounting";
import { CONFIG, writtenActs } from "../examples";
import { Prejoin } from "./prejoin";
import { EXAMPLES } from "./prejoin.examples";

const show = (name: string, config = CONFIG): Promise<Prejoin> =>
  mounted(new Prejoin(), { room: EXAMPLES[name]!, acts: writtenActs(), config });

describe("before the room", () => {
  it.each(Object.keys(EXAMPLES))("names every control: %s", async (name) => {
    expect(nameless(await show(name))).toEqual([]);
  });

  it("says who one is, and that it is recorded", async () => {
    const prejoin = await show("ready");
    expect(prejoin.textContent).toContain("Nguyễn Văn A");
    expect(prejoin.textContent).toContain("recorded");
  });

  it("lets one in without devices, says so, and says what to do about them", async () => {
    const prejoin = await show("nothing works");
    expect(part(prejoin, "join-button").textContent).toContain("only to watch and listen");
    expect(part(prejoin, "device-camera").textContent).toContain("address bar");
    expect(part(prejoin, "device-microphone").textContent).toContain("Plug one in");
    expect(part(prejoin, "retry-camera")).toBeTruthy();
  });

  it("names each cause with its own remedy", async () => {
    expect(part(await show("busy"), "device-camera").textContent).toContain("Another programme");
    expect(part(await show("without https"), "device-camera").textContent).toContain("https");
  });

  it("cannot be pressed twice", async () => {
    expect(part(await show("going in"), "join-button").hasAttribute("disabled")).toBe(true);
  });

  it("says why one was not let in", async () => {
    expect(part(await show("refused"), "trouble").dataset["code"]).toBe("room_full");
  });
});
