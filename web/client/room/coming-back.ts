/**
 * What to do after the line broke, as a pure question: resume as who one was, ask where the room is now, ask for a new
 * token, or give up.
 */

/** The server keeps a seat this long for who shows the secret. */
export const RESUME_MS = 30_000;

/**
 * A server that is started again answers within about two seconds: by the third try in vain it may be gone, and another
 * has the room. From then on every other try asks for the way.
 */
const IN_VAIN = 3;

/** Refusals that trying again does not change. */
const FINAL = new Set([
  "not_found",
  "not_permitted",
  "not_signed_in",
  "reception_over",
  "replaced",
  "seat_taken",
]);

export type Step =
  | { by: "resume"; waitMs: number }
  | { by: "elsewhere"; waitMs: number }
  | { by: "token"; waitMs: number }
  | { by: "giving_up" };

export interface Loss {
  /** Ms since 1970 by this machine. */
  lostMs: number;
  /** Attempts made since. */
  attempts: number;
  hasSecret: boolean;
  /** The code of the last refusal, null when the last attempt met silence or there was none. */
  refusal: string | null;
}

/** 0.2 s first — most breaks are over at once — then doubling to 5 s, so that a dead server is not stormed. */
export function pauseBefore(attempts: number): number {
  return attempts === 0 ? 200 : Math.min(5_000, 500 * 2 ** (attempts - 1));
}

/** The next step of coming back. */
export function nextStep(loss: Loss, now: number): Step {
  if (loss.refusal !== null && FINAL.has(loss.refusal)) return { by: "giving_up" };
  const waitMs = pauseBefore(loss.attempts);
  const late = now + waitMs - loss.lostMs >= RESUME_MS;
  if (!loss.hasSecret || late || loss.refusal === "resume_invalid") return { by: "token", waitMs };
  const isInVain = loss.refusal === null && loss.attempts >= IN_VAIN && loss.attempts % 2 === 1;
  return { by: isInVain ? "elsewhere" : "resume", waitMs };
}
