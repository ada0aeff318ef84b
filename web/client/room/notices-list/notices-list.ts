/** What has just happened, said once and politely to who looks and to who listens; and what did not work. */

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { t } from "../../i18n";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { Acts } from "../acts";
import type { RoomState } from "../state";
import { noticeText, troubleText } from "../words";
import css from "./notices-list.css?inline";

adopt(css);

export class NoticesList extends PlainElement {
  static override properties = { room: { attribute: false }, acts: { attribute: false } };
  declare room: RoomState;
  declare acts: Acts;

  protected override render(): TemplateResult {
    return html`<div class="dc-notices">
      <div role="status" aria-live="polite" data-testid="notices">
        ${repeat(
          this.room.notices,
          (notice) => notice.id,
          (notice) =>
            html`<div class="dc-notice" data-kind=${notice.kind}>${noticeText(notice)}</div>`,
        )}
      </div>
      <div role="alert">${this.#trouble()}</div>
    </div>`;
  }

  #trouble(): TemplateResult | typeof nothing {
    const trouble = this.room.trouble;
    if (trouble === null) return nothing;
    return html`<div class="dc-trouble" data-testid="trouble" data-code=${trouble.code}>
      ${icon("warning")}<span>${troubleText(trouble)}</span>
      <button
        type="button"
        class="btn btn-outline-secondary"
        data-testid="trouble-away"
        @click=${this.acts.putTroubleAway}
      >
        ${t("Understood")}
      </button>
    </div>`;
  }
}

customElements.define("dc-notices", NoticesList);
