/** EBML (RFC 8794) as far as WebM needs it: elements in a row, read and written. Pure. */

export interface Element_ {
  id: number;
  content: Uint8Array;
}

/** The elements in a row; stops quietly at a broken one, so that a file cut off in the middle gives what is whole. */
export function* elementsOf(bytes: Uint8Array): Generator<Element_> {
  let at = 0;
  while (at < bytes.length) {
    const id = variable(bytes, at, true);
    const size = id === null ? null : variable(bytes, at + id.width, false);
    if (id === null || size === null) return;
    const from = at + id.width + size.width;
    // An unknown size reaches to the end of what surrounds it; only the last element may have it.
    const to = size.unknown ? bytes.length : from + size.value;
    if (to > bytes.length) return;
    yield { id: id.value, content: bytes.subarray(from, to) };
    at = to;
  }
}

interface Variable {
  value: number;
  width: number;
  unknown: boolean;
}

/** A number of variable width; an id keeps its marker bit. */
function variable(bytes: Uint8Array, at: number, keepMarker: boolean): Variable | null {
  const first = bytes[at];
  if (first === undefined || first === 0) return null;
  const width = Math.clz32(first) - 23;
  if (at + width > bytes.length) return null;
  const marker = 0x80 >> (width - 1);
  let value = keepMarker ? first : first & ~marker;
  let ones = (first & (marker - 1)) === marker - 1;
  for (let index = 1; index < width; index += 1) {
    const byte = bytes[at + index] ?? 0;
    value = value * 256 + byte;
    ones &&= byte === 0xff;
  }
  return { value, width, unknown: !keepMarker && ones };
}

/** One element around the parts. Sizes take eight bytes, so that nothing has to be measured twice. */
export function wrapped(id: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const head = new Uint8Array(8);
  const view = new DataView(head.buffer);
  view.setUint32(0, 0x01000000 + Math.floor(size / 2 ** 32));
  view.setUint32(4, size % 2 ** 32);
  return joined([writtenNumber(id), head, ...parts]);
}

/** A number in as few bytes as it needs. */
export function writtenNumber(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; bytes.length === 0 || rest > 0; rest = Math.floor(rest / 256))
    bytes.unshift(rest % 256);
  return new Uint8Array(bytes);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
