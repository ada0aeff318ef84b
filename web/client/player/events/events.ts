/** What happened and what is missing, in order; pressing a line goes there. */

import { html, type PropertyValues, type TemplateResult } from "lit";
import { elapsed } from "../../format";
import { t } from "../../i18n";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import { SHOWINGS, type Showing, type Step } from "../steps";
import { stepWord } from "../words";
import css from "./events.css?inline";

adopt(css);

const WORDS: Record<Showing, () => string> = {
  main: () => t("Main events"),
  all: () => t("All events"),
  led: () => t("Main speakers"),
  gaps: () => t("Gaps only"),
};

const NONE: Record<Showing, () => string> = {
  main: () => t("No events."),
  all: () => t("No events."),
  led: () => t("The record does not say who led the talk."),
  gaps: () => t("The recording has no gaps."),
};

export class Events extends PlainElement {
  static override properties = {
    steps: { attribute: false },
    showing: { attribute: false },
    current: { attribute: false },
    seek: { attribute: false },
    show: { attribute: false },
  };
  /** Those that are shown. */
  declare steps: readonly Step[];
  declare showing: Showing;
  /** The last before the playhead, null before the first. */
  declare current: Step | null;
  declare seek: (ms: number) => void;
  declare show: (showing: Showing) => void;

  protected override render(): TemplateResult {
    return html`<nav class="dc-events" aria-label=${t("Events")} data-testid="events">
      <div class="dc-events-head">
        <h2>${t("Events")}</h2>
        ${this.#choice()}
      </div>
      ${this.steps.length === 0 ? html`<p class="dc-quiet">${NONE[this.showing]()}</p>` : ""}
      <ol>
        ${this.steps.map((step) => this.#line(step))}
      </ol>
    </nav>`;
  }

  #choice(): TemplateResult {
    return html`<select
      class="form-select"
      data-testid="showing"
      aria-label=${t("Which events are listed")}
      @change=${(event: Event) => {
        this.show((event.target as HTMLSelectElement).value as Showing);
      }}
    >
      ${SHOWINGS.map(
        (one) =>
          html`<option value=${one} ?selected=${one === this.showing}>${WORDS[one]()}</option>`,
      )}
    </select>`;
  }

  #line(step: Step): TemplateResult {
    return html`<li>
      <button
        type="button"
        data-testid="event"
        data-kind=${step.kind}
        aria-current=${step === this.current}
        @click=${() => {
          this.seek(step.atMs);
        }}
      >
        <time class="dc-mono">${elapsed(step.atMs)}</time>
        <span>${step.gap === null ? "" : icon("warning")} ${stepWord(step)}</span>
      </button>
    </li>`;
  }

  /** The present line stays in sight, but never moves under somebody's pointer or focus. */
  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const list = this.querySelector<HTMLElement>(".dc-events");
    const line = list?.querySelector<HTMLElement>("[aria-current=true]");
    if (!changed.has("current") || !list || !line || list.matches(":hover, :focus-within")) return;
    const above = line.offsetTop - list.scrollTop;
    if (above < 60 || above > list.clientHeight - 60)
      list.scrollTop = line.offsetTop - list.clientHeight / 2;
  }
}

customElements.define("dc-events", Events);
