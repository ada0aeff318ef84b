/** Times as people read them here: 24 hours, no locale surprises; numbers as the page's language writes them. */

const two = (value: number): string => String(value).padStart(2, "0");

/** `00:12:41` from milliseconds; negative counts as nothing. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** `14:05:09` of a moment in ms since 1970, in the office's zone (IANA), wherever the reader sits. */
export function wallClock(ms: number, zone: string): string {
  const when = parts(ms, zone);
  return `${when.hour}:${when.minute}:${when.second}`;
}

/** `22/11/2026`, as Vietnamese offices write a date. */
export function wallDate(ms: number, zone: string): string {
  const when = parts(ms, zone);
  return `${when.day}/${when.month}/${when.year}`;
}

/** `1.5`, in Vietnamese `1,5`: from `least` to `most` digits behind the mark. */
export function decimal(value: number, least = 0, most = 2): string {
  return value.toLocaleString(document.documentElement.lang || "en", {
    minimumFractionDigits: least,
    maximumFractionDigits: most,
    useGrouping: false,
  });
}

function parts(ms: number, zone: string): Record<Intl.DateTimeFormatPartTypes, string> {
  const form = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  const found = form.formatToParts(ms).map((part) => [part.type, part.value]);
  return Object.fromEntries(found) as Record<Intl.DateTimeFormatPartTypes, string>;
}
