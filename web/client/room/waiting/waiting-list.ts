/** The panel's section for who lets people in: who waits, since when, and the verbs on each. */

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { t } from "../../i18n";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { ParticipantView, RoomView, WaitingSeat } from "../../wire/signaling";
import type { Acts } from "../acts";
import type { RoomState } from "../state";
import { may, serverNow } from "../view";
import { roleWord } from "../words";
import css from "./waiting-list.css?inline";

adopt(css);

/** As many as bridge lets a reason or a message have. */
const WORDS_LENGTH = 500;
/** Whom nobody lets in, nobody sends out either. */
const WALKS_IN = new Set(["chair", "advisor", "secretary", "operator"]);

export class WaitingList extends PlainElement {
  static override properties = { room: { attribute: false }, acts: { attribute: false } };
  declare room: RoomState;
  declare acts: Acts;

  protected override render(): TemplateResult | typeof nothing {
    const view = this.room.room;
    if (view === null || !may(this.room, "admit")) return nothing;
    if (view.waiting.length === 0 && view.absent.length === 0 && !this.#mayRecall(view))
      return nothing;
    const title = t("Waiting ({count})", { count: view.waiting.length });
    return html`<section
      class="dc-waiting-list"
      data-testid="waiting-list"
      aria-label=${t("Waiting")}
    >
      <h2>${title}</h2>
      ${
        view.absent.length === 0
          ? nothing
          : html`<p class="dc-state" data-tone="late" data-testid="absent">
              ${icon("warning")}<span
                >${t("Not here: {names}", { names: view.absent.join(", ") })}</span
              >
            </p>`
      }
      <ul>
        ${repeat(
          view.waiting,
          (who) => who.seat,
          (who) => this.#waits(who),
        )}
      </ul>
      ${this.#mayRecall(view) ? this.#recall() : nothing}
    </section>`;
  }

  #mayRecall(view: RoomView): boolean {
    const earlier = view.cases.some((one) => one.number < view.case_number);
    return earlier && view.state === "live" && may(this.room, "call_next");
  }

  #recall(): TemplateResult {
    return html`<button
      type="button"
      class="btn btn-outline-secondary"
      data-testid="recall-case"
      @click=${this.acts.recallCase}
    >
      ${icon("previous")}<span>${t("Back to the case before")}</span>
    </button>`;
  }

  #waits(who: WaitingSeat): TemplateResult {
    const minutes = Math.max(0, Math.floor((serverNow(this.room) - who.since_ms) / 60_000));
    const away = who.state === "away";
    return html`<li class="dc-person" data-testid=${`waiting-${who.seat}`} data-state=${who.state}>
      <div>
        <strong><bdi>${who.name}</bdi></strong>
        <small><bdi>${who.point}</bdi> · ${roleWord(who.role)}</small>
        <small>${facts(who, minutes)}</small>
        ${lacking(who)}
        ${who.moved ? html`<small data-tone="late">${t("opened on a second device")}</small>` : nothing}
        ${away ? html`<small data-tone="late">${t("line lost")}</small>` : nothing}
        ${who.message === "" ? nothing : html`<small>${t("You wrote: {text}", { text: who.message })}</small>`}
      </div>
      <div class="dc-person-verbs">
        <button
          type="button"
          class="btn btn-primary"
          data-testid="admit"
          ?disabled=${away}
          @click=${() => {
            this.acts.admit(who.seat);
          }}
        >
          ${t("Let in")}<span class="visually-hidden"> <bdi>${who.name}</bdi></span>
        </button>
      </div>
      ${this.#message(who)} ${dismissal(who.seat, who.name, this.acts)}
    </li>`;
  }

  #message(who: WaitingSeat): TemplateResult {
    const send = (event: SubmitEvent): void => {
      const text = written(event);
      if (text !== "") this.acts.message(who.seat, text);
    };
    const label = t("A few words to {name}", { name: who.name });
    return html`<details data-testid="message">
      <summary>
        ${t("Send a message")}<span class="visually-hidden"> <bdi>${who.name}</bdi></span>
      </summary>
      <form @submit=${send}>
        ${words(`message-${who.seat}`, label)}
        <button type="submit" class="btn btn-outline-secondary" data-testid="message-send">
          ${t("Send")}
        </button>
      </form>
    </details>`;
  }
}

/** Case, time and devices in one line. */
function facts(who: WaitingSeat, minutes: number): string {
  const said = [t("waits {minutes} min", { minutes })];
  if (who.case_number !== null) said.unshift(t("case {number}", { number: who.case_number }));
  if (who.camera === null) said.push(t("devices not checked"));
  else if (who.camera && who.microphone === true) said.push(t("devices work"));
  return said.join(" · ");
}

/** Whom one will not see or hear, said so that it is not overlooked before they are let in. */
function lacking(who: WaitingSeat): TemplateResult | typeof nothing {
  if (who.camera === null || (who.camera && who.microphone === true)) return nothing;
  const words = who.camera
    ? t("without microphone")
    : who.microphone === true
      ? t("without camera, sound only")
      : t("without camera and microphone");
  return html`<small data-tone="late" data-testid="lacking">${words}</small>`;
}

/** For somebody in the room: back to waiting, or away for good. */
export function sendOutVerbs(who: ParticipantView, acts: Acts): TemplateResult | typeof nothing {
  if (WALKS_IN.has(who.role)) return nothing;
  return html`<button
      type="button"
      class="btn btn-outline-secondary"
      data-testid="send-back"
      @click=${() => {
        acts.sendBack(who.seat);
      }}
    >
      ${t("Send back to wait")}<span class="visually-hidden"> <bdi>${who.name}</bdi></span>
    </button>
    ${dismissal(who.seat, who.name, acts)}`;
}

/** Apart, with its consequence named, and only with a reason. */
function dismissal(seat: string, name: string, acts: Acts): TemplateResult {
  const send = (event: SubmitEvent): void => {
    const reason = written(event);
    if (reason !== "") acts.dismiss(seat, reason);
  };
  const consequence = t("{name} cannot come in again. The reason is kept in the record.", { name });
  return html`<details class="dc-dismissal" data-testid="dismiss">
    <summary>
      ${t("Dismiss")}<span class="visually-hidden"> <bdi>${name}</bdi></span>
    </summary>
    <form @submit=${send}>
      <p>${consequence}</p>
      ${words(`dismiss-${seat}`, t("Reason"))}
      <button type="submit" class="btn btn-danger" data-testid="dismiss-confirm">
        ${t("Dismiss for good")}
      </button>
    </form>
  </details>`;
}

function words(id: string, label: string): TemplateResult {
  return html`<label class="form-label" for=${id}>${label}</label>
    <textarea
      id=${id}
      name="words"
      class="form-control"
      dir="auto"
      rows="2"
      maxlength=${WORDS_LENGTH}
      required
    ></textarea>`;
}

/** What stands in the form; it is emptied and closed. */
function written(event: SubmitEvent): string {
  event.preventDefault();
  const form = event.currentTarget as HTMLFormElement;
  const field = form.querySelector("textarea");
  const text = field?.value.trim() ?? "";
  if (text === "") return "";
  form.reset();
  form.closest("details")?.removeAttribute("open");
  return text;
}

customElements.define("dc-waiting-list", WaitingList);
