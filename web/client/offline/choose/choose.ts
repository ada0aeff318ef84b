/** Asks for the folder: a page of a file may read nothing that was not chosen. */

import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../i18n";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { Picked } from "../folder";
import { filesOfDrop, filesOfInput } from "../picking";
import type { OfflineTrouble } from "../state";
import css from "./choose.css?inline";

adopt(css);

type Chosen = (picking: Promise<readonly Picked[]> | readonly Picked[]) => void;

const TROUBLES: Readonly<Record<OfflineTrouble, () => string>> = {
  none: () =>
    t("There is no exported recording in it. Choose the folder that holds the file bagit.txt."),
  several: () => t("There is more than one recording in it. Choose the folder of one."),
  unreadable: () =>
    t(
      "The browser could not read the files. Copy the folder to this computer and choose it again.",
    ),
  insecure: () =>
    t(
      "This browser does not let this page compute hashes. Open the page from the folder on this computer, in a current browser.",
    ),
};

export class Choose extends PlainElement {
  static override properties = {
    choose: { attribute: false },
    trouble: { attribute: false },
    busy: { attribute: false },
  };
  declare choose: Chosen;
  declare trouble: OfflineTrouble | null;
  declare busy: boolean;

  protected override render(): TemplateResult {
    return html`<section
      class="dc-choose"
      aria-labelledby="dc-choose-title"
      data-testid="choose"
      @dragover=${this.#over}
      @drop=${this.#drop}
    >
      <h2 id="dc-choose-title">${t("Choose the folder")}</h2>
      <p>
        ${t("A page that is opened from a file may read only what you choose. Choose the folder in which this page lies; everything stays on this computer.")}
      </p>
      ${this.#input("dc-folder", "folder-input", t("Folder of the export"), true)}
      <details>
        <summary>${t("If the browser cannot choose a folder")}</summary>
        <p>
          ${t("Drop the folder here, or choose all its files at once, those in its inner folders too.")}
        </p>
        ${this.#input("dc-files", "files-input", t("Files of the export"), false)}
      </details>
      ${this.#trouble()}
    </section>`;
  }

  #input(id: string, test: string, label: string, folder: boolean): TemplateResult {
    return html`<label class="form-label" for=${id}>${label}</label>
      <input
        id=${id}
        class="form-control mb-3"
        type="file"
        data-testid=${test}
        multiple
        ?webkitdirectory=${folder}
        ?disabled=${this.busy}
        @change=${this.#chosen}
      />`;
  }

  #trouble(): TemplateResult | typeof nothing {
    if (this.trouble === null) return nothing;
    return html`<p class="dc-state" data-tone="bad" role="alert" data-code=${this.trouble}>
      ${icon("warning")}<span>${TROUBLES[this.trouble]()}</span>
    </p>`;
  }

  readonly #chosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const files = filesOfInput(input);
    if (files.length > 0) this.choose(files);
  };

  readonly #over = (event: DragEvent): void => {
    event.preventDefault();
  };

  readonly #drop = (event: DragEvent): void => {
    event.preventDefault();
    if (event.dataTransfer !== null && !this.busy) this.choose(filesOfDrop(event.dataTransfer));
  };
}

customElements.define("dc-choose", Choose);
