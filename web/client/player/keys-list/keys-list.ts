/** The list of keys, as a dialog that gives the focus back to whatever opened it. */

import { html, type PropertyValues, type TemplateResult } from "lit";
import { t } from "../../i18n";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import css from "./keys-list.css?inline";

adopt(css);

function keys(): readonly (readonly [string, string])[] {
  return [
    [t("Space"), t("Play, stand still")],
    ["← →", t("10 s back, 10 s on")],
    ["Shift ← →", t("One minute back, one minute on")],
    ["P N", t("To the event before, to the next event")],
    ["− +", t("Slower, faster")],
    ["1 … 9", t("Show this picture large")],
    ["G", t("All equal")],
    ["S", t("Save a still picture")],
    ["M", t("Sound off, sound on")],
    ["?", t("This list")],
  ];
}

export class KeysList extends PlainElement {
  static override properties = { open: { attribute: false }, away: { attribute: false } };
  declare open: boolean;
  declare away: () => void;

  protected override render(): TemplateResult {
    return html`<dialog
      class="dc-keys"
      data-testid="dialog-keys"
      aria-labelledby="dc-keys-title"
      @close=${() => {
        this.away();
      }}
    >
      <h2 id="dc-keys-title">${t("Keys")}</h2>
      <dl>
        ${keys().map(
          ([key, words]) =>
            html`<dt><kbd>${key}</kbd></dt>
              <dd>${words}</dd>`,
        )}
      </dl>
      <form method="dialog">
        <button class="btn btn-primary" data-testid="dialog-back" autofocus>${t("Back")}</button>
      </form>
    </dialog>`;
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const dialog = this.querySelector("dialog");
    if (dialog === null || dialog.open === this.open) return;
    if (this.open) dialog.showModal();
    else dialog.close();
  }
}

customElements.define("dc-keys-list", KeysList);
