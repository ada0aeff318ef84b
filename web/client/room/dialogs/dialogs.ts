/** The questions before something that cannot be taken back, each naming its consequence; the keys; and what else one
 * can do, for who has more buttons than a narrow bar. */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { t } from "../../i18n";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { Acts } from "../acts";
import { inTheSheet } from "../bar/lesser";
import type { Dialog, RoomState } from "../state";
import { chairToReturn, me } from "../view";
import css from "./dialogs.css?inline";

adopt(css);

/** As many as bridge lets a reason have. */
const REASON_LENGTH = 500;

export class Dialogs extends PlainElement {
  static override properties = { room: { attribute: false }, acts: { attribute: false } };
  declare room: RoomState;
  declare acts: Acts;

  protected override render(): TemplateResult | typeof nothing {
    const dialog = this.room.dialog;
    if (dialog === null) return nothing;
    return html`${keyed(
      dialog,
      html`<dialog
        class=${dialog === "more" ? "dc-dialog dc-sheet" : "dc-dialog"}
        data-testid=${`dialog-${dialog}`}
        aria-labelledby="dc-dialog-title"
        @cancel=${this.#away}
        @close=${(event: Event) => {
          const asked = this.querySelector("dialog");
          if (event.target === asked && isOf(asked, this.room.dialog)) this.#away();
        }}
      >
        ${this.#content(dialog)}
      </dialog>`,
    )}`;
  }

  /** Closed before it goes, also for another, so that the focus returns to the button that opened it. */
  protected override willUpdate(): void {
    const open = this.hasUpdated ? this.querySelector("dialog") : null;
    if (open !== null && !isOf(open, this.room.dialog)) open.close();
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const dialog = this.querySelector("dialog");
    if (dialog !== null && !dialog.open) dialog.showModal();
  }

  /** By Escape at once: the browser says `close` only later, when the same question may be asked again. */
  readonly #away = (): void => {
    this.acts.dialog(null);
  };

  #content(dialog: Dialog): TemplateResult {
    const contents: Record<Dialog, () => TemplateResult> = {
      start: () => this.#start(),
      close: () => this.#close(),
      interrupt: () => this.#interrupt(),
      leave: () => this.#leave(),
      keys: () => this.#keys(),
      more: () => this.#more(),
      take_chair: () => this.#takeChair(),
      return_chair: () => this.#returnChair(),
    };
    return contents[dialog]();
  }

  #start(): TemplateResult {
    return html`<form @submit=${this.#submitStart}>
      <h2 id="dc-dialog-title">${t("Start the reception?")}</h2>
      <p>${t("Everybody sees and hears each other from now on, and everything is recorded.")}</p>
      <label class="form-label" for="dc-reason">
        ${t("Readiness was not proved. Why do you start all the same?")}
      </label>
      <textarea
        id="dc-reason"
        class="form-control"
        data-testid="start-reason"
        rows="3"
        maxlength=${REASON_LENGTH}
        required
        autofocus
      ></textarea>
      <p class="dc-quiet">${t("The reason is kept in the record.")}</p>
      <div class="dc-dialog-verbs">
        <button type="submit" class="btn btn-primary" data-testid="start-confirm">
          ${t("Start the reception")}
        </button>
        ${this.#back()}
      </div>
    </form>`;
  }

  readonly #submitStart = (event: SubmitEvent): void => {
    event.preventDefault();
    const reason = this.querySelector<HTMLTextAreaElement>("#dc-reason")?.value.trim() ?? "";
    if (reason !== "") this.acts.start(reason);
  };

  #close(): TemplateResult {
    return this.#question({
      title: t("End the reception for all?"),
      words: t(
        "Everybody leaves, the recording is finished and sealed. The reception cannot be opened again.",
      ),
      verb: t("End for all"),
      look: "btn-danger",
      test: "end-confirm",
      press: this.acts.close,
    });
  }

  #interrupt(): TemplateResult {
    return this.#question({
      title: t("Pause the reception?"),
      words: t(
        "Nobody hears or sees the others and nothing is recorded until you press Go on. The pause is noted in the record.",
      ),
      verb: t("Pause"),
      look: "btn-primary",
      test: "pause-confirm",
      press: this.acts.interrupt,
    });
  }

  #takeChair(): TemplateResult {
    return this.#question({
      title: t("Take over the chair?"),
      words: t(
        "You conduct the reception from now on: floor, pause and end are yours. It is noted in the record. Whoever had the chair gets it back when you give it back.",
      ),
      verb: t("Take over the chair"),
      look: "btn-primary",
      test: "take-chair-confirm",
      press: this.acts.takeChair,
    });
  }

  #returnChair(): TemplateResult {
    return this.#question({
      title: t("Give the chair back?"),
      words: t("{name} conducts the reception again. Your microphone is switched off.", {
        name: chairToReturn(this.room)?.name ?? "",
      }),
      verb: t("Give the chair back"),
      look: "btn-primary",
      test: "return-chair-confirm",
      press: this.acts.returnChair,
    });
  }

  #leave(): TemplateResult {
    const chair = me(this.room)?.role === "chair";
    return this.#question({
      title: t("Leave the room?"),
      words: chair
        ? t("The reception goes on without you. To end it for everybody, use End for all.")
        : t("The reception goes on without you. You can come in again while it lasts."),
      verb: t("Leave"),
      look: "btn-primary",
      test: "leave-confirm",
      press: this.acts.leave,
    });
  }

  #question(ask: {
    title: string;
    words: string;
    verb: string;
    look: string;
    test: string;
    press: () => void;
  }): TemplateResult {
    return html`<h2 id="dc-dialog-title">${ask.title}</h2>
      <p>${ask.words}</p>
      <div class="dc-dialog-verbs">
        <button
          type="button"
          class=${`btn ${ask.look}`}
          data-testid=${ask.test}
          @click=${() => {
            ask.press();
          }}
        >
          ${ask.verb}
        </button>
        ${this.#back()}
      </div>`;
  }

  #back(): TemplateResult {
    return html`<button
      type="button"
      class="btn btn-outline-secondary"
      data-testid="dialog-back"
      @click=${this.#away}
    >
      ${t("Back to the room")}
    </button>`;
  }

  #keys(): TemplateResult {
    const keys: [string, string][] = [
      ["M", t("Microphone on or off")],
      ["V", t("Camera on or off")],
      ["H", t("Raise or lower hand")],
      ["L", t("Next layout: large picture, all equal, side by side")],
      ["C", t("What is written")],
      ["F", t("Full screen")],
      ["?", t("This list")],
    ];
    return html`<h2 id="dc-dialog-title">${t("Keys")}</h2>
      <dl>
        ${keys.map(
          ([key, words]) =>
            html`<dt><kbd>${key}</kbd></dt>
              <dd>${words}</dd>`,
        )}
      </dl>
      <div class="dc-dialog-verbs">${this.#back()}</div>`;
  }

  #more(): TemplateResult {
    return html`<h2 id="dc-dialog-title">${t("More")}</h2>
      <div class="dc-sheet-verbs">
        ${inTheSheet(this.room, this.acts).map(
          ({ control, phone }) =>
            html`<button
              type="button"
              class=${`btn btn-outline-secondary ${phone ? "dc-sheet-phone" : ""}`}
              data-testid=${`more-${control.test}`}
              data-state=${control.state ?? ""}
              aria-disabled=${control.disabled === true ? "true" : "false"}
              title=${control.hint ?? control.words}
              @click=${() => {
                this.#away();
                control.press();
              }}
            >
              ${icon(control.drawing)}<span>${control.words}</span>
            </button>`,
        )}
      </div>
      <div class="dc-dialog-verbs">${this.#back()}</div>`;
  }
}

function isOf(element: Element | null, dialog: Dialog | null): boolean {
  return element?.getAttribute("data-testid") === `dialog-${dialog ?? ""}`;
}

customElements.define("dc-dialogs", Dialogs);
