import { describe, expect, it } from "vitest";
import { NotCanonical, scanned, type Raw } from "./raw";

/** A small generator with a seed, so that a failure can be repeated. */
function* bits(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** Any value as canonical text, with integers up to 19 digits. */
function anyText(next: () => number, depth: number): string {
  const kind = Math.floor(next() * (depth > 0 ? 6 : 4));
  const many = Array.from({ length: Math.floor(next() * 4) }, (_, index) => index);
  switch (kind) {
    case 0:
      return String(BigInt(Math.floor(next() * 2 ** 31)) * BigInt(Math.floor(next() * 2 ** 32)));
    case 1:
      return JSON.stringify(String.fromCodePoint(...many.map(() => Math.floor(next() * 0xd7ff))));
    case 2:
      return ["true", "false", "null"][Math.floor(next() * 3)] ?? "null";
    case 3:
      return `-${1 + Math.floor(next() * 9)}.5e+10`;
    case 4:
      return `[${many.map(() => anyText(next, depth - 1)).join(",")}]`;
    default:
      return `{${many.map((index) => `"k${index}":${anyText(next, depth - 1)}`).join(",")}}`;
  }
}

/** The text put together again from the places of its parts alone. */
function rebuilt(text: string, raw: Raw): string {
  if (raw.kind === "scalar") return text.slice(raw.from, raw.to);
  if (raw.kind === "array") return `[${raw.items.map((item) => rebuilt(text, item)).join(",")}]`;
  const members = [...raw.members].map(
    ([name, value]) => `${JSON.stringify(name)}:${rebuilt(text, value)}`,
  );
  return `{${members.join(",")}}`;
}

describe("canonical JSON with places", () => {
  it("finds every part where it stands, whatever the numbers", () => {
    const random = bits(7);
    const next = (): number => random.next().value as number;
    for (let round = 0; round < 2_000; round += 1) {
      const text = anyText(next, 4);
      expect(rebuilt(text, scanned(text))).toBe(text);
    }
  });

  it.each(
    [
      ["", " 1", "1 ", "[1, 2]", '{"a" :1}', "[1,]", "[1", "{", '{"a":1,"a":2}', '{"a":1,}'],
      ["01", "+1", "1.", ".5", "NaN", "tru", "'a'", '"\\u0041"', '"\\/"', '"\n"', '"\\u00E9"', '"'],
    ].flat(),
  )("refuses %j", (text) => {
    expect(() => scanned(text)).toThrow(NotCanonical);
  });

  it("refuses a text that only wants the stack", () => {
    expect(() => scanned("[".repeat(100_000))).toThrow(NotCanonical);
  });
});
