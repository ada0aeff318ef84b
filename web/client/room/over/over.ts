/** After: what ended, what comes next, and the one thing to do now. */

import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../i18n";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { Ended } from "../../wire/signaling";
import type { RoomConfig } from "../../wire/web";
import type { Acts } from "../acts";
import type { RoomState } from "../state";
import css from "./over.css?inline";

adopt(css);

interface Words {
  title: string;
  next: string;
  mayReturn: boolean;
  /** Where to go on, when that is not the page after the reception. */
  onward?: string;
}

/** Whom the server took out of the room while it goes on: what let them in holds no longer. */
function putOut(how: string): Words | undefined {
  const words: Readonly<Record<string, () => Words>> = {
    help_ended: () => ({
      title: t("Your help in this room has ended."),
      next: t(
        "The reception goes on. To help again, offer it once more on the page of the live rooms.",
      ),
      mayReturn: false,
      onward: "/operator",
    }),
    signed_out: () => ({
      title: t("You were signed out."),
      next: t("The sign-in with which you came in was ended. Sign in again; your seat is kept."),
      mayReturn: false,
      onward: "/today",
    }),
    password_reset: () => ({
      title: t("Your password was replaced by an administrator."),
      next: t(
        "Sign in with the new password; your seat is kept. If you did not ask for it, call the administrator.",
      ),
      mayReturn: false,
      onward: "/today",
    }),
    uninvited: () => ({
      title: t("Your invitation was made anew or taken back."),
      next: t(
        "The code with which you came in opens nothing any more. Use the new one, or call the office.",
      ),
      mayReturn: false,
      onward: "/enter",
    }),
    account_closed: () => ({
      title: t("Your account was closed by an administrator."),
      next: t("You cannot come in with it any more. Call the administrator if this is a mistake."),
      mayReturn: false,
      onward: "/today",
    }),
  };
  return words[how]?.();
}

/** By how it ended; `closed` also for what a newer server may say. `conducts`: whoever leads hears of the archive. */
export function wordsOf(how: string, conducts: boolean): Words {
  const words: Readonly<Record<string, () => Words>> = {
    left: () => ({
      title: t("You have left the room."),
      next: t("The reception goes on. You can come in again while it lasts."),
      mayReturn: true,
    }),
    replaced: () => ({
      title: t("You are now in the room on another device."),
      next: t("This window has stopped sending. Come in here again to move back."),
      mayReturn: true,
    }),
    dismissed: () => ({
      title: t("You no longer take part in this reception."),
      next: t("The chair has decided so. The reason is kept in the record."),
      mayReturn: false,
    }),
    case_over: () => ({
      title: t("Your matter has been received."),
      next: t(
        "What was said is recorded and kept by the office. The office tells you in writing what comes next.",
      ),
      mayReturn: false,
    }),
    expired: () => ({
      title: t("The line was away too long."),
      next: t("Your seat is kept. Come in again."),
      mayReturn: true,
    }),
    cancelled: () => ({
      title: t("The reception was cancelled."),
      next: t("The office will tell you when and where it takes place instead."),
      mayReturn: false,
    }),
  };
  const closed: Words = {
    title: t("The reception has ended."),
    next: conducts
      ? t("The recording is being sealed and goes to the archive. You may close this window.")
      : t(
          "What was said is recorded and kept by the office. The office tells you in writing what comes next.",
        ),
    mayReturn: false,
  };
  return words[how]?.() ?? putOut(how) ?? closed;
}

/** The other device of who moved there; else why it ended. */
function why(ending: Ended): string {
  return ending.how === "replaced"
    ? t("The other device: {device}", { device: ending.reason })
    : t("Reason: {reason}", { reason: ending.reason });
}

export class Over extends PlainElement {
  static override properties = {
    room: { attribute: false },
    acts: { attribute: false },
    config: { attribute: false },
  };
  declare room: RoomState;
  declare acts: Acts;
  declare config: RoomConfig;

  protected override render(): TemplateResult {
    const ending = this.room.ending ?? { how: "closed", reason: "" };
    const words = wordsOf(ending.how, this.room.room?.may.includes("give_floor") ?? false);
    return html`<div class="dc-over" data-testid="over" data-how=${ending.how}>
      <h1 tabindex="-1" id="dc-over-title">${words.title}</h1>
      ${ending.reason === "" ? nothing : html`<p data-testid="over-reason">${why(ending)}</p>`}
      <p>${words.next}</p>
      <div class="dc-over-verbs">
        ${
          words.mayReturn
            ? html`<button
                type="button"
                class="btn btn-primary"
                data-testid="enter-again"
                @click=${this.acts.prepare}
              >
                ${t("Come in again")}
              </button>`
            : nothing
        }
        <a
          class=${`btn ${words.mayReturn ? "btn-outline-secondary" : "btn-primary"}`}
          data-testid="over-onward"
          href=${words.onward ?? (words.mayReturn ? this.config.back : this.config.after)}
          >${t("Back to the overview")}</a
        >
      </div>
    </div>`;
  }

  protected override firstUpdated(): void {
    this.querySelector<HTMLElement>("#dc-over-title")?.focus();
  }
}

customElements.define("dc-over", Over);
