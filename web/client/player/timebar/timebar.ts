/** The whole recording at a glance: a lane for each seat, pauses, gaps and marks, and the playhead to drag. */

import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { elapsed } from "../../format";
import { t } from "../../i18n";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { Recording } from "../recording";
import { isMain, type Step } from "../steps";
import { lanesOf, stripes, type Lane, type Stripe } from "./lanes";
import { landing, saysAt } from "./says";
import css from "./timebar.css?inline";

adopt(css);

const LANE = 16;
const GAP = 3;
/** Who leads is a line along the lane's foot: a place of its own, so that it is told from who speaks without colours. */
const LED = 5;
/** A mark is thin; a finger or a pointer this near means it. */
const NEAR_PX = 6;

/** Drawn once: a recording never changes. */
interface Drawn {
  of: Recording;
  lanes: Lane[];
  drawing: SVGTemplateResult;
  height: number;
}

export class Timebar extends PlainElement {
  static override properties = {
    recording: { attribute: false },
    steps: { attribute: false },
    positionMs: { attribute: false },
    seek: { attribute: false },
    pointedMs: { state: true },
    focused: { state: true },
  };
  declare recording: Recording;
  declare steps: readonly Step[];
  declare positionMs: number;
  declare seek: (ms: number) => void;
  /** Where the pointer is, null when it is elsewhere. */
  declare pointedMs: number | null;
  declare focused: boolean;
  #drawn: Drawn | null = null;
  #nearMs = 0;

  constructor() {
    super();
    this.steps = [];
    this.pointedMs = null;
    this.focused = false;
  }

  protected override render(): TemplateResult {
    const { lanes, drawing, height } = this.#drawnOnce();
    return html`<div class="dc-timebar">
      <div class="dc-lanes-box">
        <div class="dc-lane-names" aria-hidden="true">
          ${lanes.map((lane) => html`<span title=${lane.label}><bdi>${lane.label}</bdi></span>`)}
        </div>
        <div
          class="dc-lanes-ground"
          @click=${this.#click}
          @pointermove=${this.#point}
          @pointerleave=${this.#leave}
        >
          <svg
            class="dc-lanes"
            data-testid="lanes"
            viewBox=${`0 0 1000 ${height}`}
            height=${height}
            preserveAspectRatio="none"
            aria-hidden="true"
          >
            ${drawing}
          </svg>
          <div class="dc-playhead" .style=${`left: ${this.#share(this.positionMs)}%`}></div>
        </div>
      </div>
      <div class="dc-lanes-box">
        <div class="dc-lane-names"></div>
        ${this.#slider()}
      </div>
      ${this.#bubble()}
    </div>`;
  }

  #slider(): TemplateResult {
    const { recording, positionMs } = this;
    const words = [elapsed(positionMs), ...this.#says(positionMs, 0)].join(", ");
    return html`<input
      type="range"
      data-testid="timebar"
      aria-label=${t("Place in the recording")}
      aria-valuetext=${words}
      min="0"
      max=${Math.max(1, Math.round(recording.durationMs))}
      step="100"
      .value=${String(Math.round(positionMs))}
      @input=${(event: Event) => {
        this.seek(Number((event.target as HTMLInputElement).value));
      }}
      @focus=${() => {
        this.focused = true;
      }}
      @blur=${() => {
        this.focused = false;
      }}
    />`;
  }

  /** What is under the pointer, or at the playhead while the keyboard moves it. The slider says the same by itself. */
  #bubble(): TemplateResult | typeof nothing {
    const atMs = this.pointedMs ?? (this.focused ? this.positionMs : null);
    if (atMs === null) return nothing;
    const lines = this.#says(atMs, this.pointedMs === null ? 0 : this.#nearMs);
    const place = `--at: ${this.#share(atMs) / 100}`;
    return html`<div class="dc-bubble" data-testid="bubble" aria-hidden="true" .style=${place}>
      <span class="dc-mono">${elapsed(atMs)}</span
      >${lines.map((line) => html`<span>${line}</span>`)}
    </div>`;
  }

  #says(atMs: number, nearMs: number): string[] {
    return saysAt(this.recording, this.steps, atMs, nearMs);
  }

  #share(ms: number): number {
    const { durationMs } = this.recording;
    return durationMs > 0 ? (ms / durationMs) * 100 : 0;
  }

  #placeOf(event: MouseEvent): number {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const { durationMs } = this.recording;
    this.#nearMs = (NEAR_PX / Math.max(1, box.width)) * durationMs;
    const share = (event.clientX - box.left) / Math.max(1, box.width);
    return Math.min(1, Math.max(0, share)) * durationMs;
  }

  readonly #click = (event: MouseEvent): void => {
    const atMs = this.#placeOf(event);
    this.seek(landing(this.steps, atMs, this.#nearMs));
  };

  readonly #point = (event: PointerEvent): void => {
    this.pointedMs = this.#placeOf(event);
  };

  readonly #leave = (): void => {
    this.pointedMs = null;
  };

  #drawnOnce(): Drawn {
    if (this.#drawn?.of === this.recording) return this.#drawn;
    const { durationMs, pauses } = this.recording;
    const lanes = lanesOf(this.recording);
    const height = Math.max(1, lanes.length) * (LANE + GAP);
    const drawing = svg`${lanes.map(
      (lane, row) => svg`<g>
        <rect class="dc-lane-ground" x="0" y=${row * (LANE + GAP)} width="1000" height=${LANE} />
        ${lane.stripes.map((stripe) => striped(stripe, row * (LANE + GAP)))}
      </g>`,
    )}
    ${stripes(pauses, "pause", durationMs).map(
      (stripe) =>
        svg`<rect class="dc-stripe" data-kind="pause" x=${stripe.from} y="0"
          width=${stripe.width} height=${height} />`,
    )}
    ${this.#marks(height)}`;
    this.#drawn = { of: this.recording, lanes, drawing, height };
    return this.#drawn;
  }

  #marks(height: number): SVGTemplateResult[] {
    const { durationMs } = this.recording;
    return this.steps
      .filter((step) => step.mark !== null && isMain(step) && durationMs > 0)
      .map((step) => {
        const at = (step.atMs / durationMs) * 1000;
        return svg`<line class="dc-mark-line" data-kind=${step.kind} x1=${at} x2=${at} y1="0"
          y2=${height} />`;
      });
  }
}

function striped({ kind, from, width }: Stripe, top: number): SVGTemplateResult {
  const height = kind === "led" ? LED : LANE;
  return svg`<rect class="dc-stripe" data-kind=${kind} x=${from} y=${top + LANE - height}
    width=${width} height=${height} />`;
}

customElements.define("dc-timebar", Timebar);
