/** What is written in the room, as this reader has it: messages, what of them was read, and what is being typed. Pure. */

import type { MessageView } from "../wire/signaling";

export type Audience = "all" | "officials";

export interface Chat {
  readonly messages: readonly MessageView[];
  /** Number of the last message that was on the screen. */
  readonly readTo: number;
  /** What is being typed; it outlives the panel. */
  readonly draft: string;
  /** Null until the writer chose: then the officials' line for whoever has it, since a slip there harms nobody. */
  readonly audience: Audience | null;
}

/** As many as bridge lets a message have. */
export const MESSAGE_LENGTH = 1000;

export const NO_CHAT: Chat = { messages: [], readTo: 0, draft: "", audience: null };

/** `more` added in order; what was known already is replaced, not doubled. */
export function heard(chat: Chat, more: readonly MessageView[]): Chat {
  const byNumber = new Map([...chat.messages, ...more].map((one) => [one.number, one]));
  const messages = [...byNumber.values()].sort((one, other) => one.number - other.number);
  return { ...chat, messages };
}

/** A new line: the server tells everything again. */
export function forgotten(chat: Chat): Chat {
  return { ...chat, messages: [] };
}

/** Everything there is was on the screen. */
export function read(chat: Chat): Chat {
  const last = chat.messages.at(-1)?.number ?? 0;
  return last > chat.readTo ? { ...chat, readTo: last } : chat;
}

/** How many messages of others were not on the screen yet. */
export function unread(chat: Chat, seat: string | null): number {
  return chat.messages.filter((one) => one.number > chat.readTo && one.seat !== seat).length;
}

/** The draft is sent; what was typed since then stays. */
export function sent(chat: Chat, text: string): Chat {
  return chat.draft === text ? { ...chat, draft: "" } : chat;
}
