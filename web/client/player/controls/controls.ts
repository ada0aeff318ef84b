/** Play, jump, speed, sound, and the proof. */

import { html, type TemplateResult } from "lit";
import { decimal, elapsed, wallClock, wallDate } from "../../format";
import { t } from "../../i18n";
import { icon, type Icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import { RATES } from "../clock";
import type { PlayerState } from "../state";
import css from "./controls.css?inline";

adopt(css);

/** What the controls can ask of the player. */
export interface ControlActs {
  readonly toggle: () => void;
  readonly jump: (byMs: number) => void;
  readonly setRate: (rate: number) => void;
  readonly setVolume: (volume: number) => void;
  readonly skipEmpty: () => void;
  /** To the next event, or the one before. */
  readonly step: (by: 1 | -1) => void;
  /** One step of speed. */
  readonly faster: (by: 1 | -1) => void;
  readonly mute: () => void;
  /** The picture of that number large, from 1 on; 0: all equal. */
  readonly enlarge: (number: number) => void;
  readonly still: () => void;
  readonly keys: (open: boolean) => void;
}

export class Controls extends PlainElement {
  static override properties = {
    state: { attribute: false },
    acts: { attribute: false },
    zone: { attribute: false },
    empty: { attribute: false },
  };
  declare state: PlayerState;
  declare zone: string;
  declare acts: ControlActs;
  /** Nothing is there now from anybody: the stretch can be skipped. */
  declare empty: boolean;

  protected override render(): TemplateResult {
    const { state, acts } = this;
    return html`<div class="dc-controls">
      ${verb("play-button", state.running ? "pause" : "play", state.running ? t("Stand still") : t("Play"), acts.toggle, { primary: true })}
      ${verb("back-button", "back", t("10 s back"), () => {
        acts.jump(-10_000);
      })}
      ${verb("forward-button", "forward", t("10 s on"), () => {
        acts.jump(10_000);
      })}
      ${verb("previous-button", "previous", t("To the event before"), () => {
        acts.step(-1);
      })}
      ${verb("next-button", "next", t("To the next event"), () => {
        acts.step(1);
      })}
      ${verb("skip-button", "skip", t("Skip the empty stretch"), acts.skipEmpty, { off: !this.empty })}
      ${this.#time()} ${this.#rate()} ${this.#volume()}
      ${verb("keys-button", "keys", t("Keys"), () => {
        acts.keys(true);
      })}
    </div>`;
  }

  #time(): TemplateResult {
    const { recording, positionMs, holding, running } = this.state;
    const wall = (recording?.beganMs ?? 0) + positionMs;
    return html`<div class="dc-controls-time dc-mono">
      <span data-testid="position">${elapsed(positionMs)}</span> /
      <span data-testid="duration">${elapsed(recording?.durationMs ?? 0)}</span>
      <small data-testid="wall-clock"
        >${wallClock(wall, this.zone)} ·
        ${wallDate(wall, this.zone)}${holding && running ? ` · ${t("loading…")}` : ""}</small
      >
    </div>`;
  }

  #rate(): TemplateResult {
    return html`<label class="visually-hidden" for="dc-rate">${t("Speed")}</label>
      <select
        id="dc-rate"
        class="form-select"
        data-testid="rate"
        .value=${String(this.state.rate)}
        @change=${(event: Event) => {
          this.acts.setRate(Number((event.target as HTMLSelectElement).value));
        }}
      >
        ${RATES.map(
          (rate) =>
            html`<option value=${rate} ?selected=${rate === this.state.rate}>
              ${decimal(rate)}×
            </option>`,
        )}
      </select>`;
  }

  #volume(): TemplateResult {
    return html`<label class="dc-controls-volume" title=${t("Sound")}>
      ${icon("sound")}<span class="visually-hidden">${t("Sound")}</span>
      <input
        type="range"
        data-testid="volume"
        min="0"
        max="1"
        step="0.05"
        .value=${String(this.state.volume)}
        @input=${(event: Event) => {
          this.acts.setVolume(Number((event.target as HTMLInputElement).value));
        }}
      />
    </label>`;
  }
}

function verb(
  test: string,
  drawing: Icon,
  words: string,
  press: () => void,
  { primary = false, off = false } = {},
): TemplateResult {
  return html`<button
    type="button"
    class=${`btn ${primary ? "btn-primary" : "btn-outline-secondary"}`}
    data-testid=${test}
    title=${words}
    ?disabled=${off}
    @click=${press}
  >
    ${icon(drawing)}<span class=${primary ? "" : "visually-hidden"}>${words}</span>
  </button>`;
}

customElements.define("dc-controls", Controls);
