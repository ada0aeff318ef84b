/** The player's root: tiles on one clock, time bar, controls, events, proof. */

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { elapsed } from "../../format";
import { refusalText, t } from "../../i18n";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { PlayerConfig, VerificationReply } from "../../wire/web";
import type { ControlActs } from "../controls/controls";
import { currentMark } from "../events/events";
import { actOfKey } from "../keys";
import type { TileActs } from "../play-tile/play-tile";
import type { PlayerOwner } from "../owner";
import type { Recording } from "../recording";
import type { PlayerState } from "../state";
import { saveStill } from "../still";
import { tilesAt, type TileView } from "../tiles";
import "../controls/controls";
import "../events/events";
import "../play-tile/play-tile";
import "../purpose/purpose";
import "../timebar/timebar";
import css from "./player.css?inline";

adopt(css);

/** What surrounds the player where it stands on another page than the archive's. */
export interface PlayerFrame {
  readonly head: () => TemplateResult;
}

export class Player extends PlainElement {
  static override properties = {
    state: { attribute: false },
    config: { attribute: false },
    session: { attribute: false },
    frame: { attribute: false },
  };
  declare state: PlayerState;
  declare config: PlayerConfig;
  declare session: PlayerOwner;
  /** On another page than the archive's: what stands in the head line instead. */
  declare frame: PlayerFrame | undefined;

  readonly #seek = (ms: number): void => {
    this.session.engine?.seek(ms);
  };
  readonly #acts: ControlActs = {
    toggle: () => {
      if (this.state.running) this.session.engine?.pause();
      else this.session.engine?.play();
    },
    jump: (byMs) => {
      this.#seek((this.session.engine?.positionMs ?? 0) + byMs);
    },
    setRate: (rate) => {
      this.session.setRate(rate);
    },
    setVolume: (volume) => {
      this.session.setVolume(volume);
    },
    skipEmpty: () => {
      this.session.engine?.skipEmpty();
    },
  };
  readonly #tileActs: TileActs = {
    still: (tile) => {
      this.#still(tile);
    },
    enlarge: (seat) => {
      this.session.store.send({ type: "large", seat });
    },
  };

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.#key);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#key);
  }

  readonly #key = (event: KeyboardEvent): void => {
    const act = this.state.recording === null ? null : actOfKey(event, this.#acts);
    if (act === null) return;
    event.preventDefault();
    act();
  };

  #still(tile: TileView): void {
    const element =
      tile.track === null ? undefined : this.session.engine?.feeds.get(tile.track)?.element;
    if (!(element instanceof HTMLVideoElement)) return;
    const when = elapsed(this.state.positionMs).replaceAll(":", "-");
    void saveStill(element, `${tile.seat.point} ${when}`);
  }

  protected override render(): TemplateResult {
    const { recording, purposeNeeded } = this.state;
    if (purposeNeeded)
      return html`${this.#trouble()}<dc-purpose
          .give=${(purpose: string) => void this.session.givePurpose(purpose)}
        ></dc-purpose>`;
    if (recording === null)
      return html`${this.#trouble()}
        <p class="p-5" role="status">${t("The recording is being opened…")}</p>`;
    return this.#open(recording);
  }

  #open(recording: Recording): TemplateResult {
    return html`<div class="dc-player" data-testid="player">
      <div class="dc-player-head">${this.frame?.head() ?? this.#head(recording)}</div>
      ${this.#tiles(recording)}
      <dc-timebar
        .recording=${recording}
        .positionMs=${this.state.positionMs}
        .seek=${this.#seek}
      ></dc-timebar>
      <dc-controls
        .state=${this.state}
        .acts=${this.#acts}
        .zone=${this.config.page.zone}
      ></dc-controls>
      <div>${this.#verification()} ${this.#trouble()}</div>
      <dc-events
        .recording=${recording}
        .current=${currentMark(recording, this.state.positionMs)}
        .seek=${this.#seek}
      ></dc-events>
    </div>`;
  }

  #head(recording: Recording): TemplateResult {
    return html`<a class="btn btn-outline-secondary" data-testid="to-archive" href="/archive"
        >${t("Archive")}</a
      >
      <h1>${recording.title}</h1>
      ${this.#proof()}`;
  }

  #proof(): TemplateResult {
    const asking = this.state.verification === "asking";
    return html`<button
        type="button"
        class="btn btn-outline-secondary"
        data-testid="verify-button"
        ?disabled=${asking}
        @click=${() => void this.session.verify()}
      >
        ${icon("tick")}<span>${asking ? t("Verifying…") : t("Verify")}</span>
      </button>
      <a class="btn btn-outline-secondary" data-testid="proof-link" href=${this.config.proof}
        >${t("Proof")}</a
      >`;
  }

  #tiles(recording: Recording): TemplateResult {
    const tiles = tilesAt(recording, this.state.positionMs, this.state.feeds);
    const large = tiles.some((tile) => tile.key === this.state.large);
    const columns = Math.max(1, Math.ceil(Math.sqrt(tiles.length)));
    const rows = `repeat(${Math.max(1, tiles.length - 1)}, minmax(0, 1fr))`;
    // As a property: a style attribute would be refused by the pages' content policy.
    const places = `--columns: ${columns}; --rows: ${rows}`;
    return html`<div class="dc-player-tiles" data-large=${large} .style=${places}>
      ${repeat(
        tiles,
        (tile) => tile.key,
        (tile) =>
          html`<dc-play-tile
            ?large=${tile.key === this.state.large}
            .large=${tile.key === this.state.large}
            .view=${tile}
            .element=${this.#element(tile)}
            .acts=${this.#tileActs}
          ></dc-play-tile>`,
      )}
    </div>`;
  }

  #element(tile: TileView): HTMLMediaElement | null {
    if (tile.track === null) return null;
    return this.session.engine?.feeds.get(tile.track)?.element ?? null;
  }

  #verification(): TemplateResult | typeof nothing {
    const result = this.state.verification;
    if (result === null || result === "asking") return nothing;
    return html`<div class="dc-player-proof" role="status" data-testid="verification">
      <p class="dc-state mb-1" data-tone=${result.holds ? "good" : "bad"}>
        ${icon(result.holds ? "tick" : "warning")}<span>${verdict(result)}</span>
      </p>
      ${
        result.faults.length === 0
          ? nothing
          : html`<ul class="mb-0">
              ${result.faults.map((fault) => html`<li>${fault.path}: ${fault.found}</li>`)}
            </ul>`
      }
    </div>`;
  }

  #trouble(): TemplateResult | typeof nothing {
    const trouble = this.state.trouble;
    if (trouble === null) return nothing;
    const words =
      trouble.code === "line_down"
        ? t(
            "The server does not answer. Check the network cable or Wi-Fi, then load the page again.",
          )
        : refusalText(trouble.code, trouble.params);
    return html`<p class="dc-state m-3" data-tone="bad" role="alert" data-code=${trouble.code}>
      ${icon("warning")}<span>${words}</span>
    </p>`;
  }
}

function verdict(result: VerificationReply): string {
  const params = { objects: result.objects, faults: result.faults.length };
  return result.holds
    ? t("Unchanged: {objects} objects checked, no fault.", params)
    : t("NOT whole: {objects} objects checked, {faults} faults.", params);
}

customElements.define("dc-player", Player);
