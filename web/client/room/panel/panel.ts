/** Beside the pictures: people with the verbs on each, the agenda, and what is written; citizens have the last alone. */

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { t } from "../../i18n";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { ParticipantView, RoomView } from "../../wire/signaling";
import type { Acts } from "../acts";
import { unread } from "../chat-state";
import type { RoomState, Tab } from "../state";
import { chairToReturn, handsUp, may, ownSeat, shownTab, tabsOf } from "../view";
import { sendOutVerbs } from "../waiting/waiting-list";
import { lineWord, partWord } from "../words";
import "../agenda/agenda";
import "../chat/chat";
import css from "./panel.css?inline";

adopt(css);

const TABS: Readonly<Record<Tab, () => string>> = {
  people: () => t("People"),
  agenda: () => t("Agenda"),
  chat: () => t("Chat"),
};

export class Panel extends PlainElement {
  static override properties = {
    room: { attribute: false },
    acts: { attribute: false },
    zone: { attribute: false },
  };
  declare room: RoomState;
  declare acts: Acts;
  declare zone: string;

  protected override render(): TemplateResult | typeof nothing {
    const view = this.room.room;
    if (view === null) return nothing;
    const tab = shownTab(this.room);
    return html`<aside
      class="dc-panel"
      data-testid="panel"
      data-tab=${tab}
      aria-label=${TABS[tab]()}
    >
      <div class="dc-panel-head">
        ${this.#tabs(tab)}
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
      <div
        class="dc-panel-part"
        id="dc-panel-part"
        role="tabpanel"
        aria-labelledby=${`dc-tab-${tab}`}
      >
        ${this.#part(tab, view)}
      </div>
    </aside>`;
  }

  #part(tab: Tab, view: RoomView): TemplateResult {
    if (tab === "agenda") return html`<dc-agenda .room=${this.room}></dc-agenda>`;
    if (tab === "chat")
      return html`<dc-chat .room=${this.room} .acts=${this.acts} .zone=${this.zone}></dc-chat>`;
    return this.#people(view);
  }

  #tabs(shown: Tab): TemplateResult {
    const tabs = tabsOf(this.room);
    return html`<div
      class="dc-tabs"
      role="tablist"
      aria-label=${t("Parts of this panel")}
      @keydown=${this.#walk}
    >
      ${tabs.map(
        (tab) =>
          html`<button
            type="button"
            role="tab"
            id=${`dc-tab-${tab}`}
            class="btn dc-tab"
            data-testid=${`tab-${tab}`}
            aria-selected=${tab === shown}
            aria-controls="dc-panel-part"
            tabindex=${tab === shown ? 0 : -1}
            @click=${() => {
              this.acts.showTab(tab);
            }}
          >
            ${this.#tabWords(tab)}
          </button>`,
      )}
    </div>`;
  }

  /** What is new is only a number to who looks: the tabs have little room. */
  #tabWords(tab: Tab): TemplateResult {
    const people = this.room.room?.participants.length ?? 0;
    const news = tab === "chat" ? unread(this.room.chat, ownSeat(this.room)) : 0;
    const count = tab === "people" ? people : news;
    const spoken = t("{count} new", { count });
    return html`${TABS[tab]()}${
      count === 0
        ? nothing
        : html` <span class="dc-tab-count" data-news=${news > 0}
            >${count}${
              news > 0 ? html`<span class="visually-hidden"> ${spoken}</span>` : nothing
            }</span
          >`
    }`;
  }

  /** Arrows go through the tabs, as in every list of tabs; the focus goes with what is shown. */
  readonly #walk = (event: KeyboardEvent): void => {
    const tabs = tabsOf(this.room);
    const rtl = getComputedStyle(this).direction === "rtl";
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: rtl ? -1 : 1,
      ArrowLeft: rtl ? 1 : -1,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const from = tabs.indexOf(shownTab(this.room));
    const next = tabs[(from + step + tabs.length) % tabs.length];
    if (next === undefined) return;
    this.acts.showTab(next);
    this.querySelector<HTMLElement>(`#dc-tab-${next}`)?.focus();
  };

  #people(view: RoomView): TemplateResult {
    return html`<dc-waiting-list .room=${this.room} .acts=${this.acts}></dc-waiting-list>
      ${this.#hands(view)} ${this.#muteAll()}
      <ul>
        ${repeat(
          view.participants,
          (who) => who.id,
          (who) => this.#person(who, view),
        )}
      </ul>
      ${expected(view)}`;
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
          <strong><bdi>${who.name}</bdi>${who.id === view.you ? ` (${t("you")})` : ""}</strong>
          <small><bdi>${who.point}</bdi> · ${partWord(who)}</small>
          ${this.#line(who)} ${who.camera_on ? nothing : html`<small>${t("camera off")}</small>`}
        </div>
        ${who.hand_raised ? icon("hand") : nothing}
        ${icon(who.microphone_open ? "microphone" : "microphone-off")}
        <span class="visually-hidden">${this.#spoken(who)}</span>
      </div>
      ${who.id === view.you ? nothing : this.#verbs(who)}
    </li>`;
  }

  #line(who: ParticipantView): TemplateResult | typeof nothing {
    const words = who.state === "away" ? t("line lost") : lineWord(who.quality);
    if (words === "") return nothing;
    return html`<small
      data-testid="person-line"
      data-line=${who.state === "away" ? "lost" : who.quality}
      >${words}</small
    >`;
  }

  #spoken(who: ParticipantView): string {
    const words = [who.microphone_open ? t("microphone on") : t("microphone off")];
    if (who.hand_raised) words.push(t("hand raised"));
    if (who.floor) words.push(t("has the floor"));
    return words.join(", ");
  }

  #verbs(who: ParticipantView): TemplateResult {
    return html`<div class="dc-person-verbs">
      ${chairToReturn(this.room)?.id === who.id ? this.#returnChair() : nothing}
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
              ${t("Mute")}<span class="visually-hidden"> <bdi>${who.name}</bdi></span>
            </button>`
          : nothing
      }
      ${may(this.room, "admit") ? sendOutVerbs(who, this.acts) : nothing}
    </div>`;
  }

  #returnChair(): TemplateResult {
    return html`<button
      type="button"
      class="btn btn-outline-secondary"
      data-testid="return-chair"
      @click=${() => {
        this.acts.dialog("return_chair");
      }}
    >
      ${t("Give the chair back")}
    </button>`;
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
      ${words}<span class="visually-hidden"> <bdi>${who.name}</bdi></span>
    </button>`;
  }
}

/** Points nobody has joined from; who stands in the list of who waits as absent is not named again. */
function expected(view: RoomView): TemplateResult | typeof nothing {
  const points = view.expected.filter((point) => !view.absent.includes(point)).join(", ");
  if (points === "") return nothing;
  const words = t("Not here yet: {points}", { points });
  return html`<p class="dc-quiet" data-testid="expected">${words}</p>`;
}

customElements.define("dc-panel", Panel);
