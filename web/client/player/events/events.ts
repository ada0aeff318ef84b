/** What happened, in order; pressing a line goes there. */

import { html, type TemplateResult } from "lit";
import { elapsed } from "../../format";
import { t } from "../../i18n";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { Recording } from "../recording";
import { markWord } from "../words";
import css from "./events.css?inline";

adopt(css);

export class Events extends PlainElement {
  static override properties = {
    recording: { attribute: false },
    current: { attribute: false },
    seek: { attribute: false },
  };
  declare recording: Recording;
  /** Index of the last event before the playhead, -1 before the first. */
  declare current: number;
  declare seek: (ms: number) => void;

  protected override render(): TemplateResult {
    return html`<nav class="dc-events" aria-label=${t("Events")} data-testid="events">
      <h2>${t("Events")}</h2>
      ${this.recording.marks.length === 0 ? html`<p class="dc-quiet">${t("No events.")}</p>` : ""}
      <ol>
        ${this.recording.marks.map(
          (mark, index) =>
            html`<li>
              <button
                type="button"
                data-testid="event"
                data-kind=${mark.kind}
                aria-current=${index === this.current}
                @click=${() => {
                  this.seek(mark.atMs);
                }}
              >
                <time class="dc-mono">${elapsed(mark.atMs)}</time><span>${markWord(mark)}</span>
              </button>
            </li>`,
        )}
      </ol>
    </nav>`;
  }
}

customElements.define("dc-events", Events);

/** Index of the last mark at or before a moment. */
export function currentMark(recording: Recording, atMs: number): number {
  return recording.marks.findLastIndex((mark) => mark.atMs <= atMs + 50);
}
