/**
 * Canonical JSON with the place of each value in its text. Pure.
 *
 * A hash is taken over the text, never over parsed values: times in ns since 1970 are larger than 2^53, and what a
 * number loses on its way through this language would be missing from the hash.
 */

interface Place {
  readonly from: number;
  readonly to: number;
}
export interface RawObject extends Place {
  readonly kind: "object";
  readonly members: ReadonlyMap<string, Raw>;
}
export interface RawArray extends Place {
  readonly kind: "array";
  readonly items: readonly Raw[];
}
export interface RawScalar extends Place {
  readonly kind: "scalar";
}
export type Raw = RawObject | RawArray | RawScalar;

/** The text is no JSON, or not in the one form that is sealed: no blanks, no member twice, nothing escaped needlessly. */
export class NotCanonical extends Error {
  constructor(readonly at: number) {
    super(`not in canonical form at ${at}`);
    this.name = "NotCanonical";
  }
}

/** A manifest nests five deep; who sends more wants the stack. */
const DEEPEST = 32;
const STRING = /"(?:[^"\\]+|\\.)*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** The whole text as one value. Throws NotCanonical. */
export function scanned(text: string): Raw {
  const value = valueAt(text, 0, 0);
  if (value.to !== text.length) throw new NotCanonical(value.to);
  return value;
}

function valueAt(text: string, at: number, depth: number): Raw {
  if (depth > DEEPEST) throw new NotCanonical(at);
  if (text[at] === "{") return objectAt(text, at, depth);
  if (text[at] === "[") return arrayAt(text, at, depth);
  if (text[at] === '"') return { kind: "scalar", from: at, to: stringEnd(text, at) };
  return { kind: "scalar", from: at, to: matchEnd(SCALAR, text, at) };
}

function objectAt(text: string, from: number, depth: number): RawObject {
  const members = new Map<string, Raw>();
  const to = row(text, from, "}", (at) => {
    const colon = stringEnd(text, at);
    const name = JSON.parse(text.slice(at, colon)) as string;
    if (text[colon] !== ":" || members.has(name)) throw new NotCanonical(colon);
    const value = valueAt(text, colon + 1, depth + 1);
    members.set(name, value);
    return value.to;
  });
  return { kind: "object", from, to, members };
}

function arrayAt(text: string, from: number, depth: number): RawArray {
  const items: Raw[] = [];
  const to = row(text, from, "]", (at) => {
    const value = valueAt(text, at, depth + 1);
    items.push(value);
    return value.to;
  });
  return { kind: "array", from, to, items };
}

/** What stands between brackets, divided by commas; `part` reads one and says where it ended. */
function row(text: string, from: number, end: string, part: (at: number) => number): number {
  if (text[from + 1] === end) return from + 2;
  for (let at = from + 1; ;) {
    at = part(at);
    if (text[at] === end) return at + 1;
    if (text[at] !== ",") throw new NotCanonical(at);
    at += 1;
  }
}

function stringEnd(text: string, at: number): number {
  const to = matchEnd(STRING, text, at);
  const written = text.slice(at, to);
  if (!isCanonicalString(written)) throw new NotCanonical(at);
  return to;
}

function isCanonicalString(written: string): boolean {
  try {
    return JSON.stringify(JSON.parse(written)) === written;
  } catch {
    return false;
  }
}

function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  if (!pattern.test(text)) throw new NotCanonical(at);
  return pattern.lastIndex;
}
