/** The island's root: which of the four views, the banners over it, and the keys. */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { t } from "../../i18n";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { RoomConfig } from "../../wire/web";
import type { Acts } from "../acts";
import { actOfKey } from "../keys";
import type { RoomState } from "../state";
import { conducts, me } from "../view";
import "../bar/bar";
import "../dialogs/dialogs";
import "../held/held";
import "../help/help";
import "../notices-list/notices-list";
import "../over/over";
import "../panel/panel";
import "../prejoin/prejoin";
import "../sounds/sounds";
import "../stage/stage";
import "../topbar/topbar";
import "../waiting/waiting";
import css from "./room.css?inline";

adopt(css);

export class Room extends PlainElement {
  static override properties = {
    room: { attribute: false },
    acts: { attribute: false },
    config: { attribute: false },
  };
  declare room: RoomState;
  declare acts: Acts;
  declare config: RoomConfig;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.#key);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#key);
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (this.room.phase !== "inside" || this.room.dialog !== null) return;
    const act = actOfKey(event, this.acts);
    if (act === null) return;
    event.preventDefault();
    act();
  };

  /** The button that was pressed to come in is gone: whoever listens goes on in the room. */
  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get("room")?.phase;
    if (before !== undefined && before !== "inside" && this.room.phase === "inside")
      this.querySelector<HTMLElement>(".dc-floor-plan")?.focus();
  }

  protected override render(): TemplateResult {
    const { phase, room } = this.room;
    if (phase === "over")
      return html`<dc-over .room=${this.room} .acts=${this.acts} .config=${this.config}></dc-over>`;
    if (phase === "waiting" || phase === "taken")
      return html`<dc-waiting .room=${this.room} .acts=${this.acts}></dc-waiting>`;
    if (phase !== "inside" || room === null)
      return html`<dc-prejoin
        .room=${this.room}
        .acts=${this.acts}
        .config=${this.config}
      ></dc-prejoin>`;
    return this.#inside();
  }

  #inside(): TemplateResult {
    const held = this.room.room?.held === true && !conducts(this.room);
    return html`<div class="dc-inside" data-testid="room" data-state=${this.room.room?.state ?? ""}>
      <dc-topbar .room=${this.room}></dc-topbar>
      <div>
        ${this.#invitation()} ${this.#paused()} ${this.#stale()}
        <dc-help .room=${this.room} .acts=${this.acts}></dc-help
        ><dc-sounds .room=${this.room} .acts=${this.acts}></dc-sounds>
      </div>
      <div class="dc-floor-plan" tabindex="-1" data-lost=${this.room.lostMs !== null}>
        <dc-notices .room=${this.room} .acts=${this.acts}></dc-notices>
        ${
          held
            ? html`<dc-held .room=${this.room} .acts=${this.acts}></dc-held>`
            : html`<dc-stage .room=${this.room} .acts=${this.acts}></dc-stage>`
        }
        ${
          this.room.panel
            ? html`<dc-panel
                .room=${this.room}
                .acts=${this.acts}
                .zone=${this.config.page.zone}
              ></dc-panel>`
            : nothing
        }
      </div>
      <dc-bar .room=${this.room} .acts=${this.acts}></dc-bar>
      <dc-dialogs .room=${this.room} .acts=${this.acts}></dc-dialogs>
    </div>`;
  }

  #invitation(): TemplateResult | typeof nothing {
    if (!this.room.invited || this.room.room?.state !== "live") return nothing;
    return html`<div class="dc-banner" role="alert" data-testid="invitation">
      <strong>${t("You are invited to speak")}</strong>
      <span>${t("Nobody hears you until you press.")}</span>
      <button
        type="button"
        class="btn btn-primary"
        data-testid="speak"
        @click=${() => {
          this.acts.answerInvitation(true);
        }}
      >
        ${icon("microphone")}<span>${t("Switch the microphone on")}</span>
      </button>
      <button
        type="button"
        class="btn btn-outline-secondary"
        data-testid="not-now"
        @click=${() => {
          this.acts.answerInvitation(false);
        }}
      >
        ${t("Not now")}
      </button>
    </div>`;
  }

  #stale(): TemplateResult | typeof nothing {
    if (!this.room.stale) return nothing;
    return html`<div class="dc-banner" role="status" data-testid="stale">
      <span>
        ${t("This page was renewed on the server. Reload it when it suits; your place is kept.")}
      </span>
      <button
        type="button"
        class="btn btn-outline-secondary"
        data-testid="reload"
        @click=${() => {
          this.acts.reload();
        }}
      >
        ${t("Reload")}
      </button>
    </div>`;
  }

  #paused(): TemplateResult | typeof nothing {
    if (this.room.room?.state !== "interrupted") return nothing;
    const chair = me(this.room)?.role === "chair";
    return html`<div class="dc-banner" data-tone="late" data-testid="paused">
      ${icon("pause")}<strong>${t("The reception is paused.")}</strong>
      <span>
        ${
          chair
            ? t(
                "The others hear only you, and only when you speak a notice. Nothing else is recorded.",
              )
            : t(
                "Nobody hears or sees you, and nothing is recorded. Please stay: it goes on from here.",
              )
        }
      </span>
    </div>`;
  }
}

customElements.define("dc-room", Room);
