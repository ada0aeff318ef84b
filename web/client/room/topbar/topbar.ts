/** Office and case, what the recording does, how my line is: always in sight. */

import { html, nothing, type TemplateResult } from "lit";
import { elapsed } from "../../format";
import { t } from "../../i18n";
import { icon, type Icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { Alarm, RoomView } from "../../wire/signaling";
import type { RoomState } from "../state";
import {
  caseMs,
  currentCase,
  elapsedMs,
  may,
  mediaLost,
  ownLine,
  recordingFace,
  type RecordingFace,
} from "../view";
import { alarmText, qualityWord } from "../words";
import css from "./topbar.css?inline";

adopt(css);

type Tone = "good" | "late" | "bad" | "quiet";

const RECORDING: Readonly<
  Record<RecordingFace, { drawing: Icon; tone: Tone; words: () => string }>
> = {
  not_yet: { drawing: "record-off", tone: "quiet", words: () => t("NOT YET RECORDING") },
  recording: { drawing: "record", tone: "quiet", words: () => t("RECORDING") },
  late: {
    drawing: "record",
    tone: "late",
    words: () => t("RECORDING — writing late, nothing lost"),
  },
  lost: {
    drawing: "warning",
    tone: "bad",
    words: () => t("NOT RECORDING — the reception must be paused"),
  },
  paused: { drawing: "pause", tone: "late", words: () => t("PAUSED — not recording") },
  ended: { drawing: "record-off", tone: "quiet", words: () => t("recording ended") },
};

const LINE: Readonly<Record<string, { drawing: Icon; tone: Tone }>> = {
  good: { drawing: "line", tone: "good" },
  poor: { drawing: "line-weak", tone: "late" },
  bad: { drawing: "line-weak", tone: "bad" },
};

const URGENT: ReadonlySet<string> = new Set(["disk_short", "decisions_not_kept"]);

export class Topbar extends PlainElement {
  static override properties = { room: { attribute: false } };
  declare room: RoomState;

  protected override render(): TemplateResult | typeof nothing {
    const view = this.room.room;
    if (view === null) return nothing;
    const face = recordingFace(view);
    return html`<header class="dc-topbar" data-recording=${face}>
        <div class="dc-topbar-what">
          <bdi class="dc-topbar-office">${view.office}</bdi> · ${whatIsReceived(view)}
          ${this.#caseTime(view)}
        </div>
        ${this.#recording(face)} ${this.#line()}
      </header>
      ${alarms(view.alarms)}`;
  }

  /** How long the present case takes, for who keeps an eye on the morning: not to press a citizen. */
  #caseTime(view: RoomView): TemplateResult | typeof nothing {
    const passed = caseMs(this.room);
    if (passed === null || view.cases.length === 0 || !may(this.room, "officials_line"))
      return nothing;
    return html`<span
      class="dc-quiet dc-mono"
      data-testid="case-time"
      title=${t("Time of this case")}
      >${elapsed(passed)}</span
    >`;
  }

  #recording(face: RecordingFace): TemplateResult {
    const { drawing, tone, words } = RECORDING[face];
    const passed = elapsedMs(this.room);
    return html`<div
      class="dc-state dc-topbar-recording"
      data-testid="recording-state"
      data-face=${face}
      data-tone=${tone}
    >
      ${icon(drawing)}<span>${words()}</span>
      ${
        passed === null
          ? nothing
          : html`<span class="dc-mono" data-testid="elapsed">${elapsed(passed)}</span>`
      }
    </div>`;
  }

  #line(): TemplateResult {
    const lost = this.room.lostMs !== null || mediaLost(this.room);
    const quality = ownLine(this.room);
    const { drawing, tone } = lost
      ? { drawing: "away" as const, tone: "bad" as const }
      : (LINE[quality ?? ""] ?? { drawing: "line" as const, tone: "quiet" as const });
    return html`<div class="dc-state dc-topbar-line" data-testid="line-state" data-tone=${tone}>
      ${icon(drawing)}<span>${lost ? t("reconnecting") : qualityWord(quality)}</span>
    </div>`;
  }
}

/** A live region that is there before it has anything to say. */
function alarms(all: readonly Alarm[]): TemplateResult {
  return html`<div class="dc-topbar-alarms" role="status" data-testid="alarms">
    ${all.map(
      (alarm) =>
        html`<p
          class="dc-state"
          data-code=${alarm.code}
          data-tone=${URGENT.has(alarm.code) ? "bad" : "late"}
        >
          ${icon("warning")}<span>${alarmText(alarm)}</span>
        </p>`,
    )}
  </div>`;
}

function whatIsReceived(view: RoomView): TemplateResult | string {
  const current = currentCase(view);
  if (current === null) return html`<bdi>${view.title}</bdi>`;
  const total = view.cases.length;
  const which =
    current.number > total
      ? t("case {number}", { number: current.number })
      : t("case {number} of {total}", { number: current.number, total });
  return current.title === "" ? which : html`${which} · <bdi>${current.title}</bdi>`;
}

customElements.define("dc-topbar", Topbar);
