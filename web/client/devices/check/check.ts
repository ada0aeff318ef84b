/** The device check: four lines, each ending in ✓ or in a sentence that says what to do. */

import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../i18n";
import { deviceAdvice } from "../../room/words";
import type { Device, Gadget } from "../../room/state";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { sourceObject } from "../../shared/source-object";
import { adopt } from "../../styles/adopt";
import type { DevicesConfig } from "../../wire/web";
import "../connection/connection";
import type { LineTestState } from "../connection/run";
import { verdict, VOICE_LEVEL, type Findings, type Line, type Sound } from "../findings";
import { outcome } from "../outcome";
import "../../room/meter-bar/meter-bar";
import css from "./check.css?inline";

adopt(css);

/** What the check can ask for. */
export interface CheckActs {
  readonly retry: (gadget: Gadget) => void;
  readonly voice: () => void;
  readonly play: () => void;
  readonly heard: (heard: boolean) => void;
  readonly line: () => void;
  /** Tries every path, for most of a minute. */
  readonly test: () => void;
  /** Tells what was found, where somebody wants to know, and goes on. */
  readonly goOn: () => void;
}

export class Check extends PlainElement {
  static override properties = {
    findings: { attribute: false },
    config: { attribute: false },
    acts: { attribute: false },
    picture: { attribute: false },
    microphone: { attribute: false },
    test: { attribute: false },
  };
  declare findings: Findings;
  declare config: DevicesConfig;
  declare acts: CheckActs;
  declare picture: MediaStream | null;
  declare microphone: MediaStreamTrack | null;
  declare test: LineTestState;

  protected override render(): TemplateResult {
    return html`<div class="dc-check" data-testid="check">
      ${line("camera", t("Picture"), this.#camera())}
      ${line("microphone", t("Microphone"), this.#microphone())}
      ${line("sound", t("Loudspeaker"), this.#sound())} ${line("line", t("Line"), this.#line())}
      ${line("connection", t("Connection test"), this.#connection())} ${this.#onward()}
    </div>`;
  }

  #connection(): TemplateResult {
    return html`<dc-connection .test=${this.test} .run=${this.acts.test}></dc-connection>`;
  }

  #camera(): TemplateResult {
    return html`<video
        muted
        autoplay
        playsinline
        aria-label=${t("My own picture")}
        ?hidden=${this.picture === null}
        .muted=${true}
        .srcObject=${sourceObject(this.picture)}
      ></video>
      ${this.#device("camera", this.findings.camera, t("You see yourself: the camera works."))}`;
  }

  #microphone(): TemplateResult {
    const { microphone, findings } = this;
    const words = findings.voice
      ? t("Your voice arrives: the microphone works.")
      : t("Say a few words; the bar must move.");
    return html`${
      microphone === null
        ? nothing
        : html`<dc-meter
            .track=${microphone}
            @loudest=${(event: CustomEvent<number>) => {
              if (event.detail >= VOICE_LEVEL) this.acts.voice();
            }}
          ></dc-meter>`
    }
    ${this.#device("microphone", findings.microphone, words, findings.voice)}`;
  }

  #device(gadget: Gadget, device: Device, words: string, good = true): TemplateResult {
    if (device === "ready") return good ? outcome("good", words) : outcome("quiet", words);
    if (device === "asking")
      return outcome("quiet", t("The browser asks whether this page may use it. Press Allow."));
    return html`${outcome("late", deviceAdvice(gadget, device))}
      <button
        type="button"
        class="btn btn-outline-secondary"
        data-testid=${`retry-${gadget}`}
        @click=${() => {
          this.acts.retry(gadget);
        }}
      >
        ${t("Try again")}
      </button>`;
  }

  #sound(): TemplateResult {
    const outcomes: Partial<Record<Sound, () => TemplateResult>> = {
      heard: () => outcome("good", t("You hear the room.")),
      not_heard: () =>
        outcome(
          "late",
          t(
            "Turn the loudspeaker up or plug in headphones, choose it in the computer's sound settings, then play the tone again.",
          ),
        ),
    };
    const { sound } = this.findings;
    return html`<div class="dc-check-verbs">
        <button
          type="button"
          class="btn btn-outline-secondary"
          data-testid="play-tone"
          ?disabled=${sound === "playing"}
          @click=${this.acts.play}
        >
          ${icon("sound")}<span>${t("Play a tone")}</span>
        </button>
        ${sound === "asked" ? this.#didYouHear() : nothing}
      </div>
      ${outcomes[sound]?.() ?? nothing}`;
  }

  #didYouHear(): TemplateResult {
    const answer = (test: string, words: string, heard: boolean): TemplateResult =>
      html`<button
        type="button"
        class="btn btn-outline-secondary"
        data-testid=${test}
        @click=${() => {
          this.acts.heard(heard);
        }}
      >
        ${words}
      </button>`;
    return html`${answer("heard", t("I heard it"), true)}
    ${answer("not-heard", t("I heard nothing"), false)}`;
  }

  #line(): TemplateResult {
    const outcomes: Record<Line, () => TemplateResult> = {
      untried: () => outcome("quiet", t("checking…")),
      trying: () => outcome("quiet", t("checking…")),
      good: () => outcome("good", t("The server answers quickly.")),
      slow: () =>
        outcome(
          "late",
          t("The line is slow. Use a cable instead of Wi-Fi and close other programmes."),
        ),
      down: () =>
        outcome("bad", t("The server does not answer. Check the network cable or Wi-Fi.")),
    };
    const { line: found } = this.findings;
    return html`${outcomes[found]()}
    ${
      found === "slow" || found === "down"
        ? html`<button
            type="button"
            class="btn btn-outline-secondary"
            data-testid="retry-line"
            @click=${this.acts.line}
          >
            ${t("Try again")}
          </button>`
        : nothing
    }`;
  }

  #onward(): TemplateResult {
    const found = verdict(this.findings, this.config.voice_required);
    if (found === "sound_only") return this.#soundOnly();
    if (found === "not_yet")
      return html`<p class="pt-3" data-testid="not-ready">
          ${
            this.findings.line === "down"
              ? t("Nobody can come in while the server does not answer.")
              : t("A microphone is needed here. If it cannot be made to work, call the operator.")
          }
        </p>
        ${
          this.config.send === ""
            ? this.#go("btn-outline-secondary", t("Go on all the same"))
            : nothing
        }`;
    const words = found === "ready" ? t("I am ready") : t("Go on without it");
    return html`<p class="pt-3">${this.#go("btn-primary btn-lg", words)}</p>`;
  }

  #soundOnly(): TemplateResult {
    return html`<div class="pt-3" data-testid="sound-only">
      ${outcome("late", t("Without a camera you are heard and not seen. The chair sees this before you come in."))}
      <p class="pt-3">${this.#go("btn-primary btn-lg", t("Go on with sound only"))}</p>
    </div>`;
  }

  #go(look: string, words: string): TemplateResult {
    return html`<a
      class=${`btn ${look}`}
      data-testid="onward"
      href=${this.config.onward}
      @click=${(event: Event) => {
        if (this.config.send === "") return;
        event.preventDefault();
        this.acts.goOn();
      }}
      >${words}</a
    >`;
  }
}

function line(test: string, title: string, content: TemplateResult): TemplateResult {
  return html`<section class="dc-check-line" data-testid=${`check-${test}`}>
    <h2>${title}</h2>
    <div>${content}</div>
  </section>`;
}

customElements.define("dc-check", Check);
