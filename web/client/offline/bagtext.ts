/** The text files of a bag (RFC 8493), as far as a check reads them. Pure. */

const LINE = /^([0-9a-fA-F]{64})[ \t]+(\S.*)$/;
const ENCODED = /%(25|0A|0D)/gi;

/** sha256 by path of a manifest; null when a line is not a hash and a path. */
export function hashesOf(text: string): ReadonlyMap<string, string> | null {
  const found = new Map<string, string>();
  for (const line of linesOf(text)) {
    const match = LINE.exec(line);
    const hash = match?.[1];
    const path = match?.[2]?.replace(ENCODED, decoded);
    if (hash === undefined || path === undefined || found.has(path)) return null;
    found.set(path, hash.toLowerCase());
  }
  return found;
}

/** A label's value in bag-info.txt, empty when it is not there. */
export function infoOf(text: string, label: string): string {
  const line = linesOf(text).find((one) => one.startsWith(`${label}:`));
  return line === undefined ? "" : line.slice(label.length + 1).trim();
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/).filter((line) => line !== "");
}

function decoded(_: string, code: string): string {
  return String.fromCharCode(parseInt(code, 16));
}
