/** What somebody chose for their eyes alone, kept in this browser for each role. */

import type { Layout } from "./state";

const LAYOUTS: readonly Layout[] = ["speaker", "grid", "pair"];

/** The layout after this one, for a button that goes round. */
export function nextLayout(layout: Layout): Layout {
  return LAYOUTS[(LAYOUTS.indexOf(layout) + 1) % LAYOUTS.length] ?? "speaker";
}

/** `storage` null: the browser keeps nothing (a kiosk, a private window); then each visit begins with the usual. */
export class OwnChoices {
  readonly #key: string;

  constructor(
    role: string,
    private readonly storage: Pick<Storage, "getItem" | "setItem"> | null,
  ) {
    this.#key = `diemcau.layout.${role}`;
  }

  layout(): Layout {
    const kept = this.storage?.getItem(this.#key);
    return LAYOUTS.find((one) => one === kept) ?? "speaker";
  }

  keepLayout(layout: Layout): void {
    this.storage?.setItem(this.#key, layout);
  }
}

/** The browser's own storage; null where it is switched off, which a browser says by throwing. */
export function ownStorage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
