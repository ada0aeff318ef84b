/** The whole recording at a glance: a lane for each seat, pauses and marks across them, and the playhead to drag. */

import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { elapsed } from "../../format";
import { t } from "../../i18n";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { Recording } from "../recording";
import { lanesOf, stripes } from "./lanes";
import css from "./timebar.css?inline";

adopt(css);

const LANE = 10;
const GAP = 3;

export class Timebar extends PlainElement {
  static override properties = {
    recording: { attribute: false },
    positionMs: { attribute: false },
    seek: { attribute: false },
  };
  declare recording: Recording;
  declare positionMs: number;
  declare seek: (ms: number) => void;
  #lanes: { of: Recording; drawn: SVGTemplateResult; height: number } | null = null;

  protected override render(): TemplateResult {
    const { recording, positionMs } = this;
    const { drawn, height } = this.#drawnOnce();
    // The thumb's middle travels from 8 px to 8 px before the end.
    const share = recording.durationMs > 0 ? positionMs / recording.durationMs : 0;
    return html`<div class="dc-timebar">
      <svg
        class="dc-lanes"
        data-testid="lanes"
        viewBox=${`0 0 1000 ${height}`}
        height=${height}
        preserveAspectRatio="none"
        aria-hidden="true"
        @click=${this.#click}
      >
        ${drawn}
      </svg>
      <div class="dc-playhead" .style=${`left: ${share * 100}%`}></div>
      <input
        type="range"
        data-testid="timebar"
        aria-label=${t("Place in the recording")}
        aria-valuetext=${elapsed(positionMs)}
        min="0"
        max=${Math.max(1, Math.round(recording.durationMs))}
        step="100"
        .value=${String(Math.round(positionMs))}
        @input=${(event: Event) => {
          this.seek(Number((event.target as HTMLInputElement).value));
        }}
      />
    </div>`;
  }

  readonly #click = (event: MouseEvent): void => {
    const box = (event.currentTarget as SVGElement).getBoundingClientRect();
    this.seek(((event.clientX - box.left) / box.width) * this.recording.durationMs);
  };

  /** A recording never changes, so its lanes are drawn once and not at every tick. */
  #drawnOnce(): { drawn: SVGTemplateResult; height: number } {
    if (this.#lanes?.of === this.recording) return this.#lanes;
    const lanes = lanesOf(this.recording);
    const height = Math.max(1, lanes.length) * (LANE + GAP);
    const drawn = svg`${lanes.map(
      (lane, row) => svg`<g>
        <title>${lane.label}</title>
        <rect class="dc-lane-ground" x="0" y=${row * (LANE + GAP)} width="1000" height=${LANE} />
        ${lane.stripes.map(
          (stripe) =>
            svg`<rect class="dc-stripe" data-kind=${stripe.kind} x=${stripe.from}
              y=${row * (LANE + GAP)} width=${stripe.width} height=${LANE} />`,
        )}
      </g>`,
    )}
    ${stripes(this.recording.pauses, "there", this.recording.durationMs).map(
      (stripe) =>
        svg`<rect class="dc-stripe" data-kind="pause" x=${stripe.from} y="0"
          width=${stripe.width} height=${height} />`,
    )}
    ${this.#marks(height)}`;
    this.#lanes = { of: this.recording, drawn, height };
    return this.#lanes;
  }

  #marks(height: number): SVGTemplateResult[] {
    const { durationMs, marks } = this.recording;
    const worth = new Set([
      "AgendaMoved",
      "FloorGiven",
      "ReceptionInterrupted",
      "ReceptionResumed",
    ]);
    return marks
      .filter((mark) => worth.has(mark.kind) && durationMs > 0)
      .map((mark) => {
        const at = (mark.atMs / durationMs) * 1000;
        return svg`<line class="dc-mark-line" x1=${at} x2=${at} y1="0" y2=${height} />`;
      });
  }
}

customElements.define("dc-timebar", Timebar);
