/** Everybody's sound, one element each; asks for a touch when the browser holds sound back. */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { t } from "../../i18n";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { sourceObject } from "../../shared/source-object";
import type { Acts } from "../acts";
import type { RoomState } from "../state";

export class Sounds extends PlainElement {
  static override properties = { room: { attribute: false }, acts: { attribute: false } };
  declare room: RoomState;
  declare acts: Acts;

  protected override render(): TemplateResult {
    return html`${repeat(
      this.acts.sounds(),
      ([participant]) => participant,
      ([participant, stream]) =>
        html`<audio
          autoplay
          data-testid=${`sound-${participant}`}
          data-participant=${participant}
          .srcObject=${sourceObject(stream)}
        ></audio>`,
    )}
    ${
      this.room.soundHeldBack
        ? html`<div class="alert alert-warning m-2" role="alert">
            <button type="button" class="btn btn-primary" data-testid="hear" @click=${this.#play}>
              ${icon("sound")}<span>${t("Press to hear the room")}</span>
            </button>
          </div>`
        : nothing
    }`;
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    this.#play();
  }

  readonly #play = (): void => {
    for (const element of this.querySelectorAll("audio"))
      if (element.paused) void this.#start(element);
  };

  async #start(element: HTMLAudioElement): Promise<void> {
    try {
      await element.play();
      this.acts.soundHeldBack(false);
    } catch (error) {
      // Any other failure is of an element that was taken away meanwhile.
      if (error instanceof DOMException && error.name === "NotAllowedError")
        this.acts.soundHeldBack(true);
    }
  }
}

customElements.define("dc-sounds", Sounds);
