import { describe, expect, it } from "vitest";
import { forgotten, heard, NO_CHAT, read, sent, unread } from "./chat-state";
import { message } from "./examples";

const numbers = (chat: typeof NO_CHAT): number[] => chat.messages.map((one) => one.number);

describe("what is written", () => {
  it("stands in its order, each once, however often it is told", () => {
    const chat = heard(heard(NO_CHAT, [message(2), message(3)]), [message(1), message(2)]);
    expect(numbers(chat)).toEqual([1, 2, 3]);
    expect(heard(chat, [message(2, { text: "anew" })]).messages[1]?.text).toBe("anew");
  });

  it("is unread until it was on the screen, but for one's own", () => {
    const chat = heard(NO_CHAT, [message(1), message(2, { seat: "mine" }), message(3)]);
    expect(unread(chat, "mine")).toBe(2);
    const seen = read(chat);
    expect(unread(seen, "mine")).toBe(0);
    expect(unread(heard(seen, [message(4)]), "mine")).toBe(1);
    expect(read(seen)).toBe(seen);
  });

  it("stays read when a new line tells it again", () => {
    const seen = read(heard(NO_CHAT, [message(1), message(2)]));
    expect(unread(heard(forgotten(seen), [message(1), message(2), message(3)]), null)).toBe(1);
  });

  it("that was sent leaves the field, what was typed since stays", () => {
    const typing = { ...NO_CHAT, draft: "một" };
    expect(sent(typing, "một").draft).toBe("");
    expect(sent({ ...typing, draft: "một hai" }, "một").draft).toBe("một hai");
  });
});
