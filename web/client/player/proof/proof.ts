/** What the last check found and when, how far one under way is, and the button to check again. */

import { html, nothing, type TemplateResult } from "lit";
import { wallClock, wallDate } from "../../format";
import { refusalText, t } from "../../i18n";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { VerificationReply, VerificationView } from "../../wire/web";
import css from "./proof.css?inline";

adopt(css);

/** So many faults are named here; the proof page names all. */
const NAMED = 3;

export class PlayerProof extends PlainElement {
  static override properties = {
    view: { attribute: false },
    zone: { attribute: false },
    page: { attribute: false },
    verify: { attribute: false },
  };
  /** Null until the server said how things stand. */
  declare view: VerificationView | null;
  declare zone: string;
  /** Address of the proof page. */
  declare page: string;
  declare verify: () => void;

  protected override render(): TemplateResult {
    const running = this.view?.running ?? false;
    return html`<div class="dc-player-proof">
      <div class="dc-player-proof-state" role="status" data-testid="verification">
        ${running ? this.#progress() : this.#result()}
      </div>
      <button
        type="button"
        class="btn btn-outline-secondary"
        data-testid="verify-button"
        ?disabled=${running || this.view === null}
        @click=${() => {
          this.verify();
        }}
      >
        ${t("Verify")}
      </button>
      <a class="btn btn-outline-secondary" data-testid="proof-link" href=${this.page}
        >${t("Proof")}</a
      >
    </div>`;
  }

  #progress(): TemplateResult {
    const { checked, total } = this.view ?? { checked: 0, total: 0 };
    const percent = total > 0 ? Math.floor((checked / total) * 100) : null;
    // Listeners are told once that it began; the figure is for those who see it.
    return html`${t("Being checked…")}
      <span
        class="dc-mono"
        aria-hidden="true"
        data-testid="verify-progress"
        data-percent=${percent ?? ""}
        >${percent === null ? "" : `${percent} %`}</span
      >`;
  }

  #result(): TemplateResult | typeof nothing {
    if (this.view === null) return nothing;
    const { last, failed } = this.view;
    if (failed !== "")
      return html`<span class="dc-state" data-tone="bad"
        >${icon("warning")}<span
          >${t("The last check could not be carried out.")} ${refusalText(failed)}</span
        ></span
      >`;
    if (last === null)
      return html`<span class="dc-state" data-tone="quiet">${t("not checked yet")}</span>`;
    return html`<span
        class="dc-state"
        data-tone=${last.holds ? "good" : "bad"}
        data-holds=${last.holds}
        >${icon(last.holds ? "tick" : "warning")}<span>${this.#verdict(last)}</span></span
      >
      ${last.faults.slice(0, NAMED).map((fault) => html`<small>${fault.path}</small>`)}`;
  }

  #verdict(last: VerificationReply): string {
    const moment = `${wallClock(last.at_ms, this.zone).slice(0, 5)}, ${wallDate(last.at_ms, this.zone)}`;
    return last.holds
      ? t("Unchanged, checked at {moment}", { moment })
      : t("NOT whole: {faults} faults, checked at {moment}", {
          faults: last.faults.length,
          moment,
        });
  }
}

customElements.define("dc-player-proof", PlayerProof);
