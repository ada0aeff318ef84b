/** A bar that follows a microphone, so that one sees it hears. */

import { html, type PropertyValues, type TemplateResult } from "lit";
import { t } from "../../i18n";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import { watchLevel } from "../meter";
import css from "./meter-bar.css?inline";

adopt(css);

export class MeterBar extends PlainElement {
  static override properties = { track: { attribute: false } };
  declare track: MediaStreamTrack | null;
  /** The loudest so far, for who asks whether anything was heard at all. */
  loudest = 0;
  #stop: () => void = () => undefined;

  protected override render(): TemplateResult {
    return html`<div
      class="dc-meter"
      role="meter"
      aria-label=${t("Microphone level")}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow="0"
      data-testid="level-meter"
    >
      <div class="dc-meter-level"></div>
    </div>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has("track")) return;
    this.#stop();
    this.loudest = 0;
    this.#show(0);
    const track = this.track;
    this.#stop = track === null ? () => undefined : watchLevel(track, this.#show);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  readonly #show = (level: number): void => {
    if (level > this.loudest) {
      this.loudest = level;
      this.dispatchEvent(new CustomEvent("loudest", { detail: level }));
    }
    const meter = this.querySelector<HTMLElement>(".dc-meter");
    const bar = this.querySelector<HTMLElement>(".dc-meter-level");
    meter?.setAttribute("aria-valuenow", String(Math.round(level * 100)));
    bar?.style.setProperty("transform", `scaleX(${level})`);
  };
}

customElements.define("dc-meter", MeterBar);
