import { describe, expect, it } from "vitest";
import { mounted, nameless, part } from "../../shared/mounting";
import { writtenActs } from "../examples";
import { Chat } from "./chat";
import { EXAMPLES } from "./chat.examples";

async function show(name: string): Promise<{ chat: Chat; done: string[] }> {
  const acts = writtenActs();
  const zone = "Asia/Ho_Chi_Minh";
  const chat = await mounted(new Chat(), { room: EXAMPLES[name]!, acts, zone });
  return { chat, done: acts.done };
}

function key(chat: Chat, change: KeyboardEventInit): void {
  const event = new KeyboardEvent("keydown", { key: "Enter", cancelable: true, ...change });
  part(chat, "chat-text").dispatchEvent(event);
}

describe("what is written", () => {
  it.each(Object.keys(EXAMPLES))("names every control: %s", async (name) => {
    expect(nameless((await show(name)).chat)).toEqual([]);
  });

  it("says who, for whom and when, each in its own direction of writing", async () => {
    const { chat } = await show("official");
    const [toAll, amongUs] = chat.querySelectorAll<HTMLElement>("[data-testid=message]");
    expect(toAll!.textContent).toMatch(/You\s+To all/);
    expect(amongUs!.textContent).toMatch(/Officials only/);
    expect(amongUs!.querySelector("p")!.dir).toBe("auto");
    expect((part(chat, "chat-text") as HTMLTextAreaElement).dir).toBe("auto");
  });

  it("is for the officials unless an official says otherwise, and says so on the button", async () => {
    const { chat, done } = await show("official");
    expect(part(chat, "chat-send").textContent).toContain("Send to officials");
    part(chat, "audience-all").dispatchEvent(new Event("change"));
    part(chat, "chat-send")
      .closest("form")!
      .dispatchEvent(new Event("submit", { cancelable: true }));
    expect(done).toEqual(["writeTo all", "send"]);
  });

  it("gives citizens no choice, and waits in a pause without losing what they typed", async () => {
    const { chat } = await show("citizen");
    expect(chat.querySelector("[data-testid=audience-officials]")).toBeNull();
    expect(part(chat, "chat-send").textContent).toContain("Send to all");
    const paused = (await show("citizen in a pause")).chat;
    const field = part(paused, "chat-text") as HTMLTextAreaElement;
    expect([field.disabled, field.value]).toEqual([true, "Vâng"]);
    expect(paused.textContent).toContain("Writing opens when");
  });

  it("is sent by Enter, not by Shift and Enter nor in the middle of a composed word", async () => {
    const { chat, done } = await show("official");
    key(chat, { shiftKey: true });
    key(chat, { isComposing: true });
    expect(done).toEqual([]);
    key(chat, {});
    expect(done).toEqual(["send"]);
  });

  it("is spoken by readers as it comes: a log that is there before its first line", async () => {
    const log = part((await show("nothing")).chat, "messages");
    expect([log.getAttribute("role"), log.getAttribute("aria-live")]).toEqual(["log", "polite"]);
    expect(log.children).toHaveLength(0);
  });
});
