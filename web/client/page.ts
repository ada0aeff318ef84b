/** The island's place on a server-rendered page: `<div id="island" data-island="…" data-config="{…}">`. */

import { loadCatalogue } from "./i18n";
import type { Page } from "./wire/web";

/** The element to render into, and the configuration the page gave it. */
export interface Island<Config> {
  place: HTMLElement;
  config: Config;
}

/** Finds the island and loads its words. Throws when the page has none: that is a fault of the page, not of a reader. */
export async function openIsland<Config extends { page: Page }>(): Promise<Island<Config>> {
  const place = document.getElementById("island");
  const text = place?.dataset["config"];
  if (place === null || text === undefined) throw new Error("the page has no island");
  const config = JSON.parse(text) as Config;
  await loadCatalogue(config.page.catalogue);
  return { place, config };
}
