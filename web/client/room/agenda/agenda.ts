/** The cases of this reception: what was, what is being received and for how long, what comes. */

import { html, nothing, type TemplateResult } from "lit";
import { elapsed } from "../../format";
import { t } from "../../i18n";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { CaseView, RoomView } from "../../wire/signaling";
import type { RoomState } from "../state";
import { caseMs } from "../view";
import css from "./agenda.css?inline";

adopt(css);

type Stage = "done" | "now" | "next" | "later";

export class Agenda extends PlainElement {
  static override properties = { room: { attribute: false } };
  declare room: RoomState;

  protected override render(): TemplateResult | typeof nothing {
    const view = this.room.room;
    if (view === null) return nothing;
    if (view.cases.length === 0)
      return html`<p class="dc-quiet">${t("This reception has no agenda.")}</p>`;
    return html`<ol class="dc-agenda" data-testid="agenda">
      ${view.cases.map((one, index) => this.#case(one, stageOf(view, one, index)))}
    </ol>`;
  }

  #case(one: CaseView, stage: Stage): TemplateResult {
    const words: Readonly<Record<Stage, () => string>> = {
      done: () => t("received"),
      now: () => t("being received"),
      next: () => t("next"),
      later: () => t("later"),
    };
    const passed = stage === "now" ? caseMs(this.room) : null;
    return html`<li
      class="dc-case"
      data-testid=${`case-${one.number}`}
      data-stage=${stage}
      aria-current=${stage === "now" ? "step" : "false"}
    >
      <strong dir="auto"
        >${t("Case {number}: {title}", { number: one.number, title: one.title })}</strong
      >
      <small>
        ${words[stage]()}
        ${
          passed === null
            ? nothing
            : html`<span class="dc-mono" data-testid="case-elapsed">${elapsed(passed)}</span>`
        }
      </small>
    </li>`;
  }
}

function stageOf(view: RoomView, one: CaseView, index: number): Stage {
  if (one.number === view.case_number) return view.began_ms === null ? "next" : "now";
  if (one.number < view.case_number) return "done";
  return view.cases[index - 1]?.number === view.case_number ? "next" : "later";
}

customElements.define("dc-agenda", Agenda);
