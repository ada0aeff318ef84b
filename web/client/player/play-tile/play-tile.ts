/** One point of the recording: its picture, or a word for why there is none. */

import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../i18n";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { TileView } from "../tiles";
import { reasonWord } from "../words";
import css from "./play-tile.css?inline";

adopt(css);

/** What the tile can ask of the player. */
export interface TileActs {
  still(tile: TileView): void;
  enlarge(seat: string): void;
}

export class PlayTile extends PlainElement {
  static override properties = {
    view: { attribute: false },
    element: { attribute: false },
    acts: { attribute: false },
    large: { type: Boolean },
  };
  declare view: TileView;
  declare element: HTMLMediaElement | null;
  declare acts: TileActs;
  declare large: boolean;

  protected override render(): TemplateResult {
    const { view } = this;
    return html`<article
      class="dc-play-tile"
      data-testid=${`play-tile-${view.key}`}
      data-point=${view.seat.point}
      data-missing=${view.missing ?? ""}
      data-speaking=${view.speaking && view.source === "camera"}
      aria-label=${view.seat.name}
    >
      ${this.element ?? nothing}
      ${
        view.missing === null
          ? nothing
          : html`<div class="dc-play-missing" data-fault=${view.fault}>
              ${reasonWord(view.missing)}
            </div>`
      }
      <div class="dc-play-plate">
        <span
          ><strong><bdi>${view.seat.name}</bdi></strong>
          <small><bdi>${view.seat.point}</bdi></small></span
        >
        ${this.#microphone()} ${this.#verbs()}
      </div>
    </article>`;
  }

  #microphone(): TemplateResult | typeof nothing {
    if (this.view.source === "screen") return nothing;
    const words = this.view.muted ? t("microphone off") : t("microphone on");
    return html`<span title=${words}
      >${icon(this.view.muted ? "microphone-off" : "microphone")}<span class="visually-hidden"
        >${words}</span
      ></span
    >`;
  }

  #verbs(): TemplateResult {
    const { view } = this;
    const words = this.large ? t("All equal") : t("Large picture");
    return html`<button
        type="button"
        class="btn"
        data-testid="enlarge"
        title=${words}
        @click=${() => {
          this.acts.enlarge(view.key);
        }}
      >
        ${icon(this.large ? "grid" : "stage")}<span class="visually-hidden">${words}</span>
      </button>
      <button
        type="button"
        class="btn"
        data-testid="still"
        title=${t("Save a still picture")}
        ?disabled=${view.missing !== null}
        @click=${() => {
          this.acts.still(view);
        }}
      >
        ${icon("still")}<span class="visually-hidden">${t("Save a still picture")}</span>
      </button>`;
  }
}

customElements.define("dc-play-tile", PlayTile);
