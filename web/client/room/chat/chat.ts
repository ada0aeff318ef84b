/** What is written in the room, and a field to write in. What is typed is kept by the store, not by the field. */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { live } from "lit/directives/live.js";
import { wallClock } from "../../format";
import { t } from "../../i18n";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { MessageView } from "../../wire/signaling";
import type { Acts } from "../acts";
import { MESSAGE_LENGTH, type Audience } from "../chat-state";
import type { RoomState } from "../state";
import { audienceOf, may, mayWrite, ownSeat } from "../view";
import css from "./chat.css?inline";

adopt(css);

/** Near enough to the end to count as there; further up somebody reads back and is left in peace. */
const AT_END_PX = 48;
/** From here on the field says how much is left. */
const SOON_FULL = MESSAGE_LENGTH - 100;

export class Chat extends PlainElement {
  static override properties = {
    room: { attribute: false },
    acts: { attribute: false },
    zone: { attribute: false },
  };
  declare room: RoomState;
  declare acts: Acts;
  declare zone: string;
  #atEnd = true;

  protected override render(): TemplateResult {
    const messages = this.room.chat.messages;
    return html`<div class="dc-chat">
      <div
        class="dc-chat-said"
        role="log"
        aria-live="polite"
        aria-label=${t("What was written")}
        data-testid="messages"
        tabindex="0"
        @scroll=${this.#scrolled}
      >
        ${repeat(
          messages,
          (one) => one.number,
          (one) => this.#message(one),
        )}
      </div>
      ${
        messages.length === 0
          ? html`<p class="dc-quiet">${t("Nothing was written yet.")}</p>`
          : nothing
      }
      ${this.#form()}
    </div>`;
  }

  #message(one: MessageView): TemplateResult {
    const mine = one.seat === ownSeat(this.room);
    return html`<article
      class="dc-message"
      data-testid="message"
      data-audience=${one.audience}
      data-mine=${mine}
    >
      <div class="dc-message-head">
        <strong dir="auto">${mine ? t("You") : one.name}</strong>
        <span>${one.audience === "officials" ? t("Officials only") : t("To all")}</span>
        <time>${wallClock(one.at_ms, this.zone).slice(0, 5)}</time>
      </div>
      <p dir="auto">${one.text}</p>
    </article>`;
  }

  #form(): TemplateResult {
    const audience = audienceOf(this.room);
    const open = mayWrite(this.room, audience);
    const draft = this.room.chat.draft;
    return html`<form class="dc-chat-form" @submit=${this.#submit}>
      ${may(this.room, "officials_line") ? this.#audience(audience) : nothing}
      <label class="visually-hidden" for="dc-chat-text">${t("Message")}</label>
      <textarea
        id="dc-chat-text"
        class="form-control"
        data-testid="chat-text"
        dir="auto"
        rows="2"
        maxlength=${MESSAGE_LENGTH}
        placeholder=${t("Message")}
        ?disabled=${!open}
        .value=${live(draft)}
        @input=${this.#typed}
        @keydown=${this.#entered}
      ></textarea>
      <p class="dc-quiet" id="dc-chat-hint">${this.#hint(open, draft.length)}</p>
      <button
        type="submit"
        class="btn btn-outline-secondary"
        data-testid="chat-send"
        ?disabled=${!open || draft.trim() === ""}
      >
        ${icon("send")}<span
          >${audience === "officials" ? t("Send to officials") : t("Send to all")}</span
        >
      </button>
    </form>`;
  }

  #hint(open: boolean, length: number): string {
    if (!open) return t("Writing opens when the reception goes on.");
    if (length >= SOON_FULL) return t("{left} characters left", { left: MESSAGE_LENGTH - length });
    return t("What is written is kept in the record.");
  }

  #audience(chosen: Audience): TemplateResult {
    const choices: [Audience, string][] = [
      ["officials", t("Officials only")],
      ["all", t("To all")],
    ];
    return html`<fieldset class="dc-chat-audience">
      <legend class="visually-hidden">${t("Who reads it")}</legend>
      ${choices.map(
        ([audience, words]) =>
          html`<label class="form-check">
            <input
              class="form-check-input"
              type="radio"
              name="dc-audience"
              data-testid=${`audience-${audience}`}
              .checked=${live(chosen === audience)}
              @change=${() => {
                this.acts.writeTo(audience);
              }}
            />
            <span>${words}</span>
          </label>`,
      )}
    </fieldset>`;
  }

  readonly #typed = (event: Event): void => {
    this.acts.draft((event.target as HTMLTextAreaElement).value);
  };

  /** Enter sends; with Shift, and while a word is still being composed (Vietnamese input), it does not. */
  readonly #entered = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.acts.send();
  };

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    this.acts.send();
  };

  readonly #scrolled = (event: Event): void => {
    const said = event.currentTarget as HTMLElement;
    this.#atEnd = said.scrollHeight - said.scrollTop - said.clientHeight < AT_END_PX;
  };

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const said = this.querySelector<HTMLElement>(".dc-chat-said");
    if (said !== null && this.#atEnd) said.scrollTop = said.scrollHeight;
  }
}

customElements.define("dc-chat", Chat);
