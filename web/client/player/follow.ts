/** How one element is kept on the master clock: leave it, nudge its speed, or make it jump. Pure. */

/** Below this nobody sees it. */
const NEAR_PICTURE_S = 0.015;
/** Lips and voice this near go together (ITU-R BT.1359: 45 ms early, 125 ms late); stretching sound all the time does not. */
const NEAR_SOUND_S = 0.045;
/** Above this a nudge would take seconds. */
const FAR_S = 0.35;
/** Speech 10 % faster for a second is not noticed; a picture without sound may be pushed harder. */
const NUDGE_SOUND = 0.1;
const NUDGE_PICTURE = 0.2;

export type Step = { do: "jump" } | { do: "rate"; rate: number };

/** `driftS`: element minus clock, in seconds. */
export function follow(driftS: number, rate: number, sound: boolean): Step {
  const far = Math.abs(driftS);
  if (far > FAR_S * Math.max(1, rate)) return { do: "jump" };
  if (far < (sound ? NEAR_SOUND_S : NEAR_PICTURE_S)) return { do: "rate", rate };
  const most = sound ? NUDGE_SOUND : NUDGE_PICTURE;
  const nudge = Math.min(most, Math.max(-most, driftS * 1.5));
  return { do: "rate", rate: Math.round(rate * (1 - nudge) * 1000) / 1000 };
}

/** The start of the first range after a moment, null when there is none. */
export function nextStart(
  ranges: readonly (readonly [number, number])[],
  atS: number,
): number | null {
  return ranges.find(([start]) => start > atS)?.[0] ?? null;
}

/** Whether a moment lies in what an element has; `ranges` in seconds as [start, end). */
export function within(ranges: readonly (readonly [number, number])[], atS: number): boolean {
  return ranges.some(([start, end]) => start <= atS && atS < end);
}

/** A seeking element this far from the clock is sent anew. */
const ASTRAY_S = 3;

/** How long one that seeks is left to arrive: twice as far each time it is sent anew, for a machine that needs longer to
 * decode its way there would never arrive. */
export class SeekPatience {
  #furthestS = ASTRAY_S;

  /** It has arrived, or somebody sends it elsewhere. */
  begin(): void {
    this.#furthestS = ASTRAY_S;
  }

  /** Whether it is sent anew, this far from the clock. */
  endsAt(farS: number): boolean {
    if (farS <= this.#furthestS) return false;
    this.#furthestS *= 2;
    return true;
  }
}
