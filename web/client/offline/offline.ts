/** Entry of the page that lies in every export (built into one file by `vite.offline.config.ts`). */

import { setCatalogue } from "../i18n";
import { firstState, reduce, type Input, type PlayerState } from "../player/state";
import { Store } from "../shared/store";
import { adopt } from "../styles/adopt";
import look from "../styles/main.css?inline";
import type { Catalogue, OfflineWords, PlayerConfig } from "../wire/web";
import { OfflinePage } from "./page/page";
import { OfflineSession } from "./session";
import { firstOfflineState, reduceOffline, type OfflineInput, type OfflineState } from "./state";

adopt(look);

const NAMES: Readonly<Record<string, string>> = { vi: "Tiếng Việt", en: "English" };

/** What the export wrote into the page. */
function words(): OfflineWords {
  const text = document.getElementById("words")?.textContent ?? "";
  const written = JSON.parse(text) as Partial<OfflineWords>;
  return { lang: "en", zone: "Asia/Ho_Chi_Minh", catalogues: {}, ...written };
}

/** The player's settings where no server is. */
function playerConfig(zone: string): PlayerConfig {
  return {
    page: { lang: "", dir: "", zone, catalogue: "", csrf: "", build: "" },
    recording: "",
    title: "",
    manifest: "",
    segment: "",
    verify: "",
    verification: "",
    proof: "",
    copy: "",
    purpose: "",
    purpose_given: true,
  };
}

function dressed(catalogue: Catalogue | undefined, lang: string): void {
  setCatalogue(catalogue ?? { messages: {}, refusals: {} });
  document.documentElement.lang = lang;
  document.documentElement.dir = catalogue?.dir ?? "ltr";
}

function open(): void {
  const { lang, zone, catalogues } = words();
  const now = (): number => Date.now();
  const page = new Store<OfflineState, OfflineInput>(firstOfflineState(lang), reduceOffline, now);
  const player = new Store<PlayerState, Input>(firstState(false), reduce, now);
  const root = new OfflinePage();
  dressed(catalogues[lang], lang);
  root.session = new OfflineSession(page, player, () => performance.now());
  root.config = playerConfig(zone);
  root.languages = Object.keys(catalogues).map((code) => [code, NAMES[code] ?? code]);
  root.speak = (chosen) => {
    dressed(catalogues[chosen], chosen);
    page.send({ type: "lang", lang: chosen });
  };
  root.state = page.state;
  root.player = player.state;
  page.read((state) => {
    root.state = state;
  });
  player.read((state) => {
    root.player = state;
  });
  document.getElementById("place")?.replaceChildren(root);
}

open();
