/** Which of my line's readings are worth telling the room: one that has held for two readings and is another than told. */

import type { Quality } from "./quality";

export class SteadyLine {
  #last: Quality | null = null;
  #told: Quality | null = null;

  /** The reading to tell now, or null. */
  heard(quality: Quality): Quality | null {
    const holds = quality === this.#last;
    this.#last = quality;
    if (!holds || quality === this.#told) return null;
    this.#told = quality;
    return quality;
  }

  /** The room knows nothing of it any more, or was not reached. */
  forget(): void {
    this.#told = null;
  }
}
