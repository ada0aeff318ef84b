/**
 * The reader's words. English sentences are the keys; a language's catalogue gives its own sentence for each.
 *
 * Babel reads every `t("…")` call; the words themselves are in the one catalogue per language that the pages share.
 */

import { decimal } from "./format";
import type { Catalogue, RefusalWords } from "./wire/web";

export type Params = Readonly<Record<string, string | number>>;
type Messages = Readonly<Record<string, string>>;

/** FIRST STRONG ISOLATE and its end: what `<bdi>` is in markup. */
const ISOLATE = "\u2068";
const END = "\u2069";

let messages: Messages = {};
let rightToLeft = false;
let refusals: Readonly<Record<string, RefusalWords>> = {};

/** Replaces the words; an empty translation counts as none. */
export function setCatalogue(
  catalogue: Pick<Catalogue, "messages" | "refusals"> & Partial<Catalogue>,
): void {
  rightToLeft = catalogue.dir === "rtl";
  messages = catalogue.messages;
  refusals = catalogue.refusals;
}

/** Fetches a language's words. Without them the English sentences stand: a room in English beats no room. */
export async function loadCatalogue(address: string): Promise<void> {
  try {
    const answer = await fetch(address);
    if (answer.ok) setCatalogue((await answer.json()) as Catalogue);
  } catch {
    setCatalogue({ messages: {}, refusals: {} });
  }
}

/** The sentence in the reader's language, with `{name}` filled from `params`. */
export function t(sentence: string, params: Params = {}): string {
  const words = messages[sentence];
  return filled(words === undefined || words === "" ? sentence : words, params);
}

/** What happened, what was kept, what to do next — one text; an unknown code is named so that it can be asked about. */
export function refusalText(code: string, params: Params = {}): string {
  const words = refusals[code];
  if (words === undefined) return t("This did not work ({code}). Try again.", { code });
  const parts = [words.happened, words.kept, words.next].filter((part) => part !== "");
  return filled(parts.join(" "), params);
}

/** In languages read from right to left a name or number must not disturb the order of the words around it. */
function filled(text: string, params: Params): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    const text = typeof value === "number" ? decimal(value) : value;
    return rightToLeft ? `${ISOLATE}${text}${END}` : text;
  });
}
