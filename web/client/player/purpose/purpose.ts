/** Asked once before a recording opens: why. The answer is written down with the reader's name. */

import { html, type TemplateResult } from "lit";
import { t } from "../../i18n";
import { PlainElement } from "../../shared/plain-element";

export class Purpose extends PlainElement {
  static override properties = { give: { attribute: false } };
  declare give: (purpose: string) => void;

  protected override render(): TemplateResult {
    return html`<form class="container py-5" data-testid="purpose" @submit=${this.#submit}>
      <h1 class="h2">${t("Why do you look at this recording?")}</h1>
      <p>${t("Your answer and your name are kept in the log of this recording.")}</p>
      <label class="form-label" for="dc-purpose">${t("Purpose")}</label>
      <textarea
        id="dc-purpose"
        class="form-control mb-3"
        rows="3"
        maxlength="500"
        required
        data-testid="purpose-text"
      ></textarea>
      <button type="submit" class="btn btn-primary" data-testid="purpose-give">
        ${t("Open the recording")}
      </button>
    </form>`;
  }

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const purpose = this.querySelector<HTMLTextAreaElement>("#dc-purpose")?.value.trim() ?? "";
    if (purpose !== "") this.give(purpose);
  };
}

customElements.define("dc-purpose", Purpose);
