/** People, for chair and secretary: who raises a hand, who may speak, and the verbs on each. */

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { t } from "../../i18n";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { ParticipantView, RoomView } from "../../wire/signaling";
import type { Acts } from "../acts";
import type { RoomState } from "../state";
import { handsUp, may } from "../view";
import { roleWord } from "../words";
import { sendOutVerbs } from "../waiting/waiting-list";
import css from "./panel.css?inline";

adopt(css);

export class Panel extends PlainElement {
  static override properties = { room: { attribute: false }, acts: { attribute: false } };
  declare room: RoomState;
  declare acts: Acts;

  protected override render(): TemplateResult | typeof nothing {
    const view = this.room.room;
    if (view === null) return nothing;
    const title = t("People ({count})", { count: view.participants.length });
    return html`<aside class="dc-panel" data-testid="panel" aria-label=${t("People")}>
      <div class="dc-panel-head">
        <h2>${title}</h2>
        <button
          type="button"
          class="btn btn-outline-secondary"
          data-testid="panel-close"
          title=${t("Close")}
          @click=${this.acts.togglePanel}
        >
          ${icon("cross")}<span class="visually-hidden">${t("Close")}</span>
        </button>
      </div>
      <dc-waiting-list .room=${this.room} .acts=${this.acts}></dc-waiting-list>
      ${this.#hands(view)} ${this.#muteAll()}
      <ul>
        ${repeat(
          view.participants,
          (who) => who.id,
          (who) => this.#person(who, view),
        )}
      </ul>
      ${
        view.expected.length === 0
          ? nothing
          : html`<p class="dc-quiet" data-testid="expected">
              ${t("Not here yet: {points}", { points: view.expected.join(", ") })}
            </p>`
      }
    </aside>`;
  }

  #hands(view: RoomView): TemplateResult | typeof nothing {
    const names = handsUp(view).map((one) => one.name);
    if (names.length === 0) return nothing;
    const words = t("Hands: {names}", { names: names.join(", ") });
    return html`<p class="dc-state" data-tone="late" data-testid="hands">
      ${icon("hand")}<span>${words}</span>
    </p>`;
  }

  #muteAll(): TemplateResult | typeof nothing {
    if (!may(this.room, "mute_others")) return nothing;
    return html`<button
      type="button"
      class="btn btn-outline-secondary"
      data-testid="mute-all"
      @click=${this.acts.muteAll}
    >
      ${icon("microphone-off")}<span>${t("Mute everybody else")}</span>
    </button>`;
  }

  #person(who: ParticipantView, view: RoomView): TemplateResult {
    return html`<li
      class="dc-person"
      data-testid=${`person-${who.id}`}
      data-hand=${who.hand_raised}
    >
      <div class="dc-person-who">
        <div>
          <strong>${who.name}${who.id === view.you ? ` (${t("you")})` : ""}</strong>
          <small>${who.point} · ${roleWord(who.role)}</small>
          ${who.state === "away" ? html`<small>${t("line lost")}</small>` : nothing}
        </div>
        ${who.hand_raised ? icon("hand") : nothing}
        ${icon(who.microphone_open ? "microphone" : "microphone-off")}
        <span class="visually-hidden">${this.#spoken(who)}</span>
      </div>
      ${who.id === view.you ? nothing : this.#verbs(who)}
    </li>`;
  }

  #spoken(who: ParticipantView): string {
    const words = [who.microphone_open ? t("microphone on") : t("microphone off")];
    if (who.hand_raised) words.push(t("hand raised"));
    if (who.floor) words.push(t("has the floor"));
    return words.join(", ");
  }

  #verbs(who: ParticipantView): TemplateResult {
    return html`<div class="dc-person-verbs">
      ${may(this.room, "give_floor") && who.role !== "chair" ? this.#floor(who) : nothing}
      ${
        may(this.room, "mute_others")
          ? html`<button
              type="button"
              class="btn btn-outline-secondary"
              data-testid="mute"
              ?disabled=${!who.microphone_open}
              @click=${() => {
                this.acts.mute(who.id);
              }}
            >
              ${t("Mute")}<span class="visually-hidden"> ${who.name}</span>
            </button>`
          : nothing
      }
      ${may(this.room, "admit") ? sendOutVerbs(who, this.acts) : nothing}
    </div>`;
  }

  #floor(who: ParticipantView): TemplateResult {
    const words = who.floor ? t("Take the floor back") : t("Give the floor");
    return html`<button
      type="button"
      class=${`btn ${who.hand_raised && !who.floor ? "btn-primary" : "btn-outline-secondary"}`}
      data-testid=${who.floor ? "take-floor" : "give-floor"}
      @click=${() => {
        if (who.floor) this.acts.takeFloor(who.id);
        else this.acts.giveFloor(who.id);
      }}
    >
      ${words}<span class="visually-hidden"> ${who.name}</span>
    </button>`;
  }
}

customElements.define("dc-panel", Panel);
