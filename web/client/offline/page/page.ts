/** The whole page: choose, proof, player; one language at a time, all of them inside. */

import { html, nothing, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { t } from "../../i18n";
import { PlainElement } from "../../shared/plain-element";
import type { PlayerFrame } from "../../player/player/player";
import type { PlayerState } from "../../player/state";
import type { PlayerConfig } from "../../wire/web";
import type { Picked } from "../folder";
import type { ReportActs } from "../report/report";
import type { OfflineSession } from "../session";
import type { OfflineState } from "../state";
import "../../player/player/player";
import "../choose/choose";
import "../report/report";

export class OfflinePage extends PlainElement {
  static override properties = {
    state: { attribute: false },
    player: { attribute: false },
    session: { attribute: false },
    config: { attribute: false },
    languages: { attribute: false },
    speak: { attribute: false },
  };
  declare state: OfflineState;
  declare player: PlayerState;
  declare session: OfflineSession;
  declare config: PlayerConfig;
  /** Code and own name of each language that is inside. */
  declare languages: readonly (readonly [string, string])[];
  declare speak: (lang: string) => void;

  readonly #choose = (picking: Promise<readonly Picked[]> | readonly Picked[]): void => {
    void this.session.choose(picking);
  };
  readonly #acts: ReportActs = {
    fingerprint: (fingerprint) => {
      this.session.page.send({ type: "fingerprint", fingerprint });
    },
  };
  readonly #frame: PlayerFrame = {
    head: () => html`<h2 class="h3 m-0">${this.player.recording?.title ?? ""}</h2>`,
  };

  protected override render(): TemplateResult {
    // Another language words everything anew.
    return html`${keyed(
      this.state.lang,
      html`${this.#header()}
        <main>${this.#main()}</main>`,
    )}`;
  }

  #header(): TemplateResult {
    return html`<header class="border-bottom">
      <nav class="container py-2 d-flex gap-2" aria-label=${t("Language")}>
        ${this.languages.map(
          ([lang, name]) =>
            html`<button
              type="button"
              class="btn btn-outline-secondary ${lang === this.state.lang ? "active" : ""}"
              lang=${lang}
              data-testid=${`lang-${lang}`}
              aria-pressed=${lang === this.state.lang}
              @click=${() => {
                this.speak(lang);
              }}
            >
              ${name}
            </button>`,
        )}
      </nav>
    </header>`;
  }

  #main(): TemplateResult {
    const { state } = this;
    return html`<div class="container py-4">
        <h1>${t("Play and verify an exported recording")}</h1>
        <p>
          ${t("Nothing is sent anywhere: the recording is read, checked and played on this computer alone.")}
        </p>
        <dc-choose
          .choose=${this.#choose}
          .trouble=${state.trouble}
          .busy=${state.step === "checking"}
        ></dc-choose>
        <dc-report .state=${state} .acts=${this.#acts}></dc-report>
      </div>
      ${
        // Not what another folder held before: only what was just checked.
        this.player.recording === null || !state.checked?.recording
          ? nothing
          : html`<dc-player
              data-bs-theme="dark"
              .session=${this.session}
              .state=${this.player}
              .config=${this.config}
              .frame=${this.#frame}
            ></dc-player>`
      }`;
  }
}

customElements.define("dc-offline-page", OfflinePage);
