/** For who waits to be let in: the place is right, the office knows, how many are before, and what the office says. */

import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../i18n";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { sourceObject } from "../../shared/source-object";
import { adopt } from "../../styles/adopt";
import type { StaffSide, WaitingView } from "../../wire/signaling";
import type { Acts } from "../acts";
import type { RoomState } from "../state";
import { lostSeconds } from "../view";
import { deviceAdvice } from "../words";
import css from "./waiting.css?inline";

adopt(css);

export class WaitingArea extends PlainElement {
  static override properties = { room: { attribute: false }, acts: { attribute: false } };
  declare room: RoomState;
  declare acts: Acts;

  protected override render(): TemplateResult | typeof nothing {
    if (this.room.phase === "taken") return this.#taken();
    const view = this.room.waiting;
    if (view === null) return nothing;
    return html`<section class="dc-waiting" data-testid="waiting" data-begun=${view.begun}>
      <p class="dc-quiet mb-0"><bdi>${view.office}</bdi> · <bdi>${view.title}</bdi></p>
      <h1>${t("You are in the right place.")}</h1>
      <p class="fs-5" role="status" data-testid="waiting-state">${this.#state(view)}</p>
      ${turn(view)} ${staffSide(view.staff)} ${officeSays(view)} ${this.#picture()}
      <p class="dc-quiet">
        ${t("Nobody sees or hears you yet. When you are called, a tone sounds and the room opens by itself.")}
      </p>
      <button
        type="button"
        class="btn btn-outline-secondary"
        data-testid="waiting-leave"
        @click=${this.acts.leave}
      >
        ${icon("leave")}<span>${t("Leave")}</span>
      </button>
    </section>`;
  }

  #state(view: WaitingView): string {
    const lost = lostSeconds(this.room);
    if (lost !== null)
      return t("Reconnecting… ({seconds} seconds). Your place is kept.", { seconds: lost });
    return view.begun
      ? t("The office can see that you are here. Please stay near; you are called from here.")
      : t("The office can see that you are here. We have not begun.");
  }

  #picture(): TemplateResult {
    const stream = this.acts.stream("", "camera");
    if (stream === null) {
      const advice = deviceAdvice("camera", this.room.devices.camera);
      return advice === "" ? html`` : html`<p class="dc-quiet">${advice}</p>`;
    }
    return html`<video
      muted
      autoplay
      playsinline
      data-testid="waiting-picture"
      aria-label=${t("My own picture")}
      .muted=${true}
      .srcObject=${sourceObject(stream)}
    ></video>`;
  }

  #taken(): TemplateResult {
    return html`<section class="dc-waiting" data-testid="taken">
      <h1>${t("Go on here?")}</h1>
      <p class="fs-5">
        ${t("You are already in this reception on another device or in another window. If you go on here, the other one ends.")}
      </p>
      <button
        type="button"
        class="btn btn-primary btn-lg"
        data-testid="take-over"
        @click=${this.acts.takeOver}
      >
        ${t("Go on here")}
      </button>
      <p class="dc-quiet">${t("To stay on the other device, close this window.")}</p>
    </section>`;
  }
}

/** Number and how many before; nothing for who has no case. */
function turn(view: WaitingView): TemplateResult | typeof nothing {
  if (view.number === null) return nothing;
  const before = view.before ?? 0;
  const mine = t("Your number: {number}", { number: view.number });
  const others = before === 0 ? t("You are next.") : t("Before you: {count}", { count: before });
  return html`<p class="dc-turn" data-testid="waiting-turn">
    <strong>${mine}</strong>
    <span>${others}</span>
  </p>`;
}

/** What an agency may know of the reception. */
function staffSide(staff: StaffSide | null): TemplateResult | typeof nothing {
  if (staff === null || staff.cases === 0) return nothing;
  const which = t("case {number} of {total}", { number: staff.case_number, total: staff.cases });
  return html`<p data-testid="waiting-staff">${which}</p>`;
}

function officeSays(view: WaitingView): TemplateResult | typeof nothing {
  if (view.message === "") return nothing;
  return html`<p class="dc-office-says" role="alert" data-testid="waiting-message">
    <strong>${t("The office says:")}</strong> <bdi>${view.message}</bdi>
  </p>`;
}

customElements.define("dc-waiting", WaitingArea);
