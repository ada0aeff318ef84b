/**
 * Tells the node which pictures are on the screen, so that it sends no others: those of another page, and all of them
 * while the tab is hidden. Changes that follow one another closely are told together.
 */

import type { ShownSource } from "../wire/signaling";

const SOON_MS = 100;
/** A look into another tab and back costs no key frames. */
const HIDDEN_MS = 2_000;

export class Wants {
  #shown: readonly ShownSource[] = [];
  #hidden = false;
  #told: string | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly tell: (shown: readonly ShownSource[]) => Promise<unknown>) {}

  /** These are on the screen now. */
  shown(pictures: readonly ShownSource[]): void {
    this.#shown = pictures;
    this.#later(SOON_MS);
  }

  /** Whether the tab is. */
  hidden(hidden: boolean): void {
    this.#hidden = hidden;
    this.#later(hidden ? HIDDEN_MS : 0);
  }

  /** Who is told may have forgotten it. */
  again(): void {
    this.#told = null;
    this.#later(SOON_MS);
  }

  /** Nobody is there to be told. */
  rest(): void {
    this.#told = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #later(ms: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#say();
    }, ms);
  }

  #say(): void {
    const shown = this.#hidden ? [] : this.#shown;
    const words = JSON.stringify(shown);
    if (words === this.#told) return;
    this.#told = words;
    this.tell(shown).catch(() => {
      if (this.#told === words) this.#told = null; // told with the next change, or when the line is back
    });
  }
}
