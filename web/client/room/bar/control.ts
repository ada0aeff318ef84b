/** One control of the bar, and how it is drawn there. */

import { html, nothing, type TemplateResult } from "lit";
import { icon, type Icon } from "../../shared/icons";

export interface Control {
  test: string;
  drawing: Icon;
  words: string;
  press: () => void;
  state?: string;
  hint?: string;
  kind?: string;
  /** What is said in words as well, for where there is no room for them. */
  count?: number;
  disabled?: boolean;
}

/** As the bar shows it; `data-state` says in which state it is. */
export function button(control: Control): TemplateResult {
  const kind = control.kind ?? "";
  const look = /btn-(primary|danger)/.test(kind) ? "" : "btn-outline-secondary";
  return html`<button
    type="button"
    class=${`btn ${look} ${kind}`}
    data-testid=${control.test}
    data-state=${control.state ?? ""}
    aria-disabled=${control.disabled === true ? "true" : "false"}
    title=${control.hint ?? control.words}
    @click=${control.press}
  >
    ${icon(control.drawing)}<span>${control.words}</span>${count(control.count ?? 0)}
  </button>`;
}

/** Nothing where there is no such control. */
export function maybe(control: Control | null): TemplateResult | typeof nothing {
  return control === null ? nothing : button(control);
}

function count(of: number): TemplateResult | typeof nothing {
  return of === 0 ? nothing : html`<b class="dc-bar-count" aria-hidden="true">${of}</b>`;
}
