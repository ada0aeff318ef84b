/** One line of a check as it ended: sign, colour and words say the same. */

import { html, nothing, type TemplateResult } from "lit";
import { icon } from "../shared/icons";

export function outcome(tone: "good" | "late" | "bad" | "quiet", words: string): TemplateResult {
  const drawing = tone === "good" ? icon("tick") : tone === "quiet" ? nothing : icon("warning");
  return html`<p class="dc-state mb-0" data-tone=${tone} role="status">
    ${drawing}<span>${words}</span>
  </p>`;
}
