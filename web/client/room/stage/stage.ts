/** All tiles. A tile keeps its element while its participant is there; only its place in the grid changes. */

import { html, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { t } from "../../i18n";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { RoomView } from "../../wire/signaling";
import type { Acts } from "../acts";
import type { RoomState } from "../state";
import type { TileFace } from "../tile/tile";
import { lostSeconds, waitsForBeginning } from "../view";
import "../tile/tile";
import { arrangeTiles, columnsFor, type Placed } from "./arrangement";
import css from "./stage.css?inline";

adopt(css);

export class Stage extends PlainElement {
  static override properties = { room: { attribute: false }, acts: { attribute: false } };
  declare room: RoomState;
  declare acts: Acts;

  protected override render(): TemplateResult {
    const view = this.room.room;
    const tiles = view === null ? [] : arrangeTiles(view, this.room.layout);
    const withMain = tiles.some((tile) => tile.main);
    const rest = Math.max(1, tiles.filter((tile) => !tile.main).length);
    // As a property: a style attribute would be refused by the pages' content policy.
    const places = `--columns: ${columnsFor(tiles.length)}; --rest: ${rest}; --rows: repeat(${rest}, var(--tile)) 1fr`;
    return html`<div
      class="dc-stage"
      role="group"
      tabindex="0"
      aria-label=${t("People in the room")}
      data-layout=${withMain ? "floor" : "grid"}
      data-alone=${tiles.length === 1}
      .style=${places}
    >
      ${repeat(
        tiles,
        (tile) => tile.key,
        (tile) => html`<dc-tile ?data-main=${tile.main} .face=${this.#face(tile, view)}></dc-tile>`,
      )}
    </div>`;
  }

  #face(tile: Placed, view: RoomView | null): TileFace {
    const mine = tile.who.id === view?.you;
    return {
      who: tile.who,
      source: tile.source,
      stream: this.acts.stream(tile.who.id, tile.source),
      mine,
      speaking: tile.source === "camera" && this.room.speakers.includes(tile.who.id),
      lostS: mine ? lostSeconds(this.room) : null,
      waiting: view !== null && !mine && waitsForBeginning(view, tile.who),
    };
  }
}

customElements.define("dc-stage", Stage);
