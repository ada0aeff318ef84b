/** The player's root: tiles on one clock, time bar, controls, events, proof. */

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { elapsed, wallClock, wallDate } from "../../format";
import { refusalText, t } from "../../i18n";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { PlayerConfig } from "../../wire/web";
import type { ControlActs } from "../controls/controls";
import { actOfKey } from "../keys";
import type { PlayerOwner } from "../owner";
import type { TileActs } from "../play-tile/play-tile";
import { emptyUntil } from "../presence";
import type { Recording } from "../recording";
import type { PlayerState } from "../state";
import { currentStep, stepFrom, type Showing } from "../steps";
import { saveStill } from "../still";
import { tilesAt, type TileView } from "../tiles";
import "../controls/controls";
import "../events/events";
import "../keys-list/keys-list";
import "../play-tile/play-tile";
import "../proof/proof";
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
    step: (by) => {
      const step = stepFrom(this.state.listed, this.session.engine?.positionMs ?? 0, by);
      if (step !== null) this.#seek(step.atMs);
    },
    faster: (by) => {
      this.session.faster(by);
    },
    mute: () => {
      this.session.mute();
    },
    enlarge: (number) => {
      const tile = this.#tilesNow()[number - 1]?.key ?? null;
      if (number === 0 || tile !== null) this.session.store.send({ type: "large", tile });
    },
    still: () => {
      const tile = toKeep(this.#tilesNow(), this.state.large);
      if (tile !== null) this.#still(tile);
    },
    keys: (open) => {
      this.session.store.send({ type: "keys", open });
    },
  };
  readonly #show = (showing: Showing): void => {
    this.session.store.send({ type: "showing", showing });
  };
  readonly #verify = (): void => {
    void this.session.verify();
  };
  readonly #tileActs: TileActs = {
    still: (tile) => {
      this.#still(tile);
    },
    enlarge: (tile) => {
      this.session.store.send({ type: "large", tile });
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

  #tilesNow(): TileView[] {
    const { recording, positionMs, feeds } = this.state;
    return recording === null ? [] : tilesAt(recording, positionMs, feeds);
  }

  #still(tile: TileView): void {
    const recording = this.state.recording;
    const element = this.#element(tile);
    if (!(element instanceof HTMLVideoElement) || recording === null) return;
    const wall = recording.beganMs + this.state.positionMs;
    const { zone } = this.config.page;
    void saveStill(element, {
      reception: recording.title,
      name: tile.seat.name,
      point: tile.seat.point,
      moment: `${wallDate(wall, zone)} ${wallClock(wall, zone)}`,
      place: elapsed(this.state.positionMs),
      recording: recording.id,
    });
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
    const { positionMs, listed, showing, steps } = this.state;
    return html`<div class="dc-player" data-testid="player">
      <div class="dc-player-head">${this.frame?.head() ?? this.#head(recording)}</div>
      ${this.#tiles()}
      <div class="dc-player-foot">
        ${this.#trouble()}
        <dc-timebar
          .recording=${recording}
          .steps=${steps}
          .positionMs=${positionMs}
          .seek=${this.#seek}
        ></dc-timebar>
        <dc-controls
          .state=${this.state}
          .acts=${this.#acts}
          .zone=${this.config.page.zone}
          .empty=${emptyUntil(recording.tracks, positionMs) !== null}
        ></dc-controls>
      </div>
      <dc-events
        .steps=${listed}
        .showing=${showing}
        .current=${currentStep(listed, positionMs)}
        .seek=${this.#seek}
        .show=${this.#show}
      ></dc-events>
      <dc-keys-list .open=${this.state.keys} .away=${this.#awayKeys}></dc-keys-list>
    </div>`;
  }

  readonly #awayKeys = (): void => {
    this.#acts.keys(false);
  };

  #head(recording: Recording): TemplateResult {
    const began = recording.beganMs;
    const { zone } = this.config.page;
    return html`<a class="btn btn-outline-secondary" data-testid="to-archive" href="/archive"
        >${t("Archive")}</a
      >
      <div class="dc-player-title">
        <h1><bdi>${recording.title}</bdi></h1>
        <small class="dc-quiet"
          >${wallClock(began, zone).slice(0, 5)}, ${wallDate(began, zone)}</small
        >
      </div>
      <dc-player-proof
        .view=${this.state.verification}
        .zone=${zone}
        .page=${this.config.proof}
        .verify=${this.#verify}
      ></dc-player-proof>
      <a class="btn btn-outline-secondary" data-testid="copy-link" href=${this.config.copy}
        >${t("Viewing copy")}</a
      >`;
  }

  #tiles(): TemplateResult {
    const tiles = this.#tilesNow();
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

/** The picture a reader means who names none: the large one, else who speaks, else the first there is. */
function toKeep(tiles: readonly TileView[], large: string | null): TileView | null {
  const seen = tiles.filter((tile) => tile.missing === null);
  return (
    seen.find((tile) => tile.key === large) ?? seen.find((tile) => tile.speaking) ?? seen[0] ?? null
  );
}

customElements.define("dc-player", Player);
