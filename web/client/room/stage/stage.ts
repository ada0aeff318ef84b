/** All tiles of a page. A tile keeps its element while it is shown; only its place in the room changes. */

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { t } from "../../i18n";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { RoomView } from "../../wire/signaling";
import type { Acts } from "../acts";
import type { RoomState } from "../state";
import type { TileFace } from "../tile/tile";
import { lostSeconds, waitsForBeginning, withheldCodec } from "../view";
import "../tile/tile";
import { arrangement, type Arrangement, type Placed } from "./arrangement";
import type { Box } from "./geometry";
import css from "./stage.css?inline";

adopt(css);

export class Stage extends PlainElement {
  static override properties = {
    room: { attribute: false },
    acts: { attribute: false },
    box: { state: true },
  };
  declare room: RoomState;
  declare acts: Acts;
  declare box: Box;
  #measure: ResizeObserver | null = null;
  #onScreen: readonly Placed[] = [];

  constructor() {
    super();
    // Until it is measured: the stage beside the panel at 1366 × 768.
    this.box = { width: 1000, height: 640 };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#measure = new ResizeObserver(([entry]) => {
      const { width, height } = entry?.contentRect ?? { width: 0, height: 0 };
      if (width > 0 && height > 0) this.box = { width, height };
    });
    this.#measure.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#measure?.disconnect();
    this.#show([]);
  }

  #show(tiles: readonly Placed[]): void {
    const you = this.room.room?.you;
    const others = tiles.filter((tile) => tile.who.id !== you);
    this.acts.shown(others.map((tile) => ({ participant: tile.who.id, source: tile.source })));
  }

  protected override render(): TemplateResult | typeof nothing {
    const view = this.room.room;
    if (view === null) return nothing;
    const arranged = arrangement(view, this.room.layout, this.room.page, this.box);
    this.#onScreen = arranged.tiles;
    return html`<div
      class="dc-stage"
      role="group"
      tabindex="0"
      aria-label=${t("People in the room")}
      data-testid="stage"
      data-layout=${this.room.layout}
      data-page=${arranged.page}
      data-pages=${arranged.pages}
    >
      ${repeat(
        arranged.tiles,
        (tile) => tile.key,
        // As a property: a style attribute would be refused by the pages' content policy.
        (tile) =>
          html`<dc-tile
            ?data-main=${tile.main}
            .style=${placeOf(tile)}
            .face=${this.#face(tile, view)}
          ></dc-tile>`,
      )}
      ${arranged.pages > 1 ? this.#pager(arranged) : nothing}
    </div>`;
  }

  protected override updated(): void {
    this.#show(this.#onScreen);
  }

  #face(tile: Placed, view: RoomView): TileFace {
    const mine = tile.who.id === view.you;
    return {
      who: tile.who,
      source: tile.source,
      stream: this.acts.stream(tile.who.id, tile.source),
      mine,
      speaking: tile.source === "camera" && this.room.speakers.includes(tile.who.id),
      lostS: mine ? lostSeconds(this.room) : null,
      waiting: !mine && waitsForBeginning(view, tile.who),
      withheld: withheldCodec(this.room, tile.who.id, tile.source),
    };
  }

  /** Who speaks on another page is named here, since nobody is brought over for it: who leads first. */
  #pager({ page, pages, elsewhere }: Arrangement): TemplateResult {
    const heard = this.room.speakers.flatMap((id) => elsewhere.filter((one) => one.id === id));
    const names = heard.map((one) => one.name).join(", ");
    return html`<nav class="dc-pager" aria-label=${t("Pages of pictures")} data-testid="pager">
      ${this.#turn("page-back", "previous", t("Pictures before"), page - 1, page === 0)}
      <span aria-live="polite">${t("Page {page} of {pages}", { page: page + 1, pages })}</span>
      ${this.#turn("page-on", "next", t("More pictures"), page + 1, page === pages - 1)}
      <span class="dc-pager-heard" data-testid="heard-elsewhere"
        >${names === "" ? "" : t("Speaking: {names}", { names })}</span
      >
    </nav>`;
  }

  #turn(
    test: string,
    drawing: "previous" | "next",
    words: string,
    page: number,
    disabled: boolean,
  ): TemplateResult {
    return html`<button
      type="button"
      class="btn btn-outline-secondary"
      data-testid=${test}
      title=${words}
      ?disabled=${disabled}
      @click=${() => {
        this.acts.turnPage(page);
      }}
    >
      ${icon(drawing)}<span class="visually-hidden">${words}</span>
    </button>`;
  }
}

function placeOf(tile: Placed): string {
  const { start, top, width, height } = tile;
  return `inset-inline-start: ${start}px; top: ${top}px; width: ${width}px; height: ${height}px`;
}

customElements.define("dc-stage", Stage);
