/** For who waits: the place is right, the office knows, and what comes next. */

import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../i18n";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { Acts } from "../acts";
import type { RoomState } from "../state";
import { lostSeconds, me } from "../view";
import "../tile/tile";
import css from "./held.css?inline";

adopt(css);

export class Held extends PlainElement {
  static override properties = { room: { attribute: false }, acts: { attribute: false } };
  declare room: RoomState;
  declare acts: Acts;

  protected override render(): TemplateResult | typeof nothing {
    const own = me(this.room);
    const view = this.room.room;
    if (own === null || view === null) return nothing;
    const paused = view.state === "interrupted";
    return html`<section class="dc-held" data-testid="held" tabindex="0">
      <h1>${paused ? t("The reception is paused.") : t("You are in the right place.")}</h1>
      <p>
        ${
          paused
            ? t(
                "Nobody hears or sees you, and nothing is recorded. Please stay: it goes on from here.",
              )
            : t("The office can see that you are here. We have not begun.")
        }
      </p>
      <dc-tile
        .face=${{
          who: own,
          source: "camera",
          stream: this.acts.stream(own.id, "camera"),
          mine: true,
          speaking: false,
          lostS: lostSeconds(this.room),
          waiting: false,
        }}
      ></dc-tile>
      <p class="dc-quiet">
        ${
          paused
            ? nothing
            : t("Nobody hears or sees you yet. The room opens by itself when the reception begins.")
        }
      </p>
    </section>`;
  }
}

customElements.define("dc-held", Held);
