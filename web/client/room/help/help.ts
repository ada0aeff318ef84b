/**
 * An operator's help, for who conducts: an offer is asked about at once and aloud, and the consent can be withdrawn
 * as long as it holds. Nobody else is told; they see the operator come in.
 */

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { t } from "../../i18n";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { HelpView } from "../../wire/signaling";
import type { Acts } from "../acts";
import type { RoomState } from "../state";
import css from "./help.css?inline";

adopt(css);

export class Help extends PlainElement {
  static override properties = { room: { attribute: false }, acts: { attribute: false } };
  declare room: RoomState;
  declare acts: Acts;

  protected override render(): TemplateResult | typeof nothing {
    const helps = this.room.room?.helps ?? [];
    if (helps.length === 0) return nothing;
    return html`${repeat(
      helps,
      (one) => `${one.seat} ${one.state}`,
      (one) => (one.state === "offered" ? this.#offer(one) : this.#now(one)),
    )}`;
  }

  #offer(one: HelpView): TemplateResult {
    // Babel finds no sentence with parameters inside a template.
    const names = { name: one.name, point: one.point };
    const who = t("{name} from {point} offers to help as operator.", names);
    return html`<div
      class="dc-banner dc-help-offer"
      role="alert"
      data-testid="help-offer"
      data-seat=${one.seat}
    >
      ${icon("people")}<strong>${who}</strong>
      <span
        >${t("If you accept, everybody sees that they are here, and it is in the record.")}</span
      >
      <button
        type="button"
        class="btn btn-primary"
        data-testid="help-accept"
        @click=${() => {
          this.acts.answerHelp(one.seat, true);
        }}
      >
        ${t("Accept")}<span class="visually-hidden">: <bdi>${one.name}</bdi></span>
      </button>
      <button
        type="button"
        class="btn btn-outline-secondary"
        data-testid="help-decline"
        @click=${() => {
          this.acts.answerHelp(one.seat, false);
        }}
      >
        ${t("Decline")}<span class="visually-hidden">: <bdi>${one.name}</bdi></span>
      </button>
    </div>`;
  }

  #now(one: HelpView): TemplateResult {
    const who = t("{name} may help as operator.", { name: one.name });
    return html`<div class="dc-help-now" data-testid="help-now" data-seat=${one.seat}>
      <p>${who}</p>
      <button
        type="button"
        class="btn btn-outline-secondary"
        data-testid="help-end"
        @click=${() => {
          this.acts.endHelp(one.seat);
        }}
      >
        ${t("End the help")}<span class="visually-hidden">: <bdi>${one.name}</bdi></span>
      </button>
    </div>`;
  }
}

customElements.define("dc-help", Help);
