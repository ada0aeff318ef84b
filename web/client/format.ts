/** Times as people read them here: 24 hours, no locale surprises. */

const two = (value: number): string => String(value).padStart(2, "0");

/** `00:12:41` from milliseconds; negative counts as nothing. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** `14:05:09` of a moment in ms since 1970, in the reader's zone. */
export function wallClock(ms: number): string {
  const when = new Date(ms);
  return `${two(when.getHours())}:${two(when.getMinutes())}:${two(when.getSeconds())}`;
}

/** `22/11/2026`, as Vietnamese offices write a date. */
export function wallDate(ms: number): string {
  const when = new Date(ms);
  return `${two(when.getDate())}/${two(when.getMonth() + 1)}/${when.getFullYear()}`;
}
