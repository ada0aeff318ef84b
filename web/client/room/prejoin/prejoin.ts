/** Before the room: who am I here, does my camera and microphone work, and that it will be recorded. */

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { t } from "../../i18n";
import { icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { sourceObject } from "../../shared/source-object";
import { adopt } from "../../styles/adopt";
import type { RoomConfig } from "../../wire/web";
import type { Acts } from "../acts";
import type { Choice } from "../devices";
import type { Device, Gadget, RoomState } from "../state";
import { deviceAdvice, roleWord, troubleText } from "../words";
import "../meter-bar/meter-bar";
import css from "./prejoin.css?inline";

adopt(css);

const GADGETS = ["camera", "microphone"] as const;

export class Prejoin extends PlainElement {
  static override properties = {
    room: { attribute: false },
    acts: { attribute: false },
    config: { attribute: false },
    found: { state: true },
  };
  declare room: RoomState;
  declare acts: Acts;
  declare config: RoomConfig;
  declare found: Record<Gadget, readonly Choice[]>;

  constructor() {
    super();
    this.found = { camera: [], microphone: [] };
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("room")?.devices;
    if (changed.has("room") && before !== this.room.devices) void this.#look();
  }

  async #look(): Promise<void> {
    const [camera, microphone] = await Promise.all(
      GADGETS.map((gadget) => this.acts.choices(gadget)),
    );
    this.found = { camera: camera ?? [], microphone: microphone ?? [] };
  }

  protected override render(): TemplateResult {
    return html`<div class="dc-prejoin" data-testid="prejoin">
      <section aria-label=${t("Picture and sound")}>
        ${this.#preview()} ${GADGETS.map((gadget) => this.#device(gadget))}
      </section>
      <section>
        <p class="dc-quiet mb-1"><bdi>${this.config.office}</bdi></p>
        <h1><bdi>${this.config.title}</bdi></h1>
        <p>${this.#whoIAm()}</p>
        <p class="dc-prejoin-notice">
          ${t("The reception is recorded in picture and sound, from its beginning to its end. You come in with the microphone off.")}
        </p>
        ${this.#trouble()}
        <button
          type="button"
          class="btn btn-primary btn-lg"
          data-testid="join-button"
          ?disabled=${this.room.phase === "entering"}
          @click=${this.acts.enter}
        >
          ${this.room.phase === "entering" ? t("Going in…") : this.#goIn()}
        </button>
        <p class="mt-3"><a href=${this.config.devices}>${t("Check my devices first")}</a></p>
      </section>
    </div>`;
  }

  #whoIAm(): string {
    const { name, role, point } = this.config;
    return t("You are {name}, {role}, at {point}.", { name, role: roleWord(role), point });
  }

  #goIn(): string {
    const { camera, microphone } = this.room.devices;
    if (camera !== "ready" && microphone !== "ready") return t("Go in, only to watch and listen");
    if (camera !== "ready") return t("Go in without camera");
    return microphone === "ready" ? t("Go in") : t("Go in without microphone");
  }

  #preview(): TemplateResult {
    const stream = this.acts.stream("", "camera");
    const words: Partial<Record<Device, () => string>> = {
      asking: () => t("The browser asks whether this page may use the camera. Press Allow."),
      off: () => t("camera off"),
    };
    const device = this.room.devices.camera;
    return html`<div class="dc-preview">
      <video
        muted
        autoplay
        playsinline
        data-testid="preview"
        aria-label=${t("My own picture")}
        ?hidden=${stream === null}
        .muted=${true}
        .srcObject=${sourceObject(stream)}
      ></video>
      ${stream === null ? html`<span class="p-4">${words[device]?.() ?? t("no picture")}</span>` : nothing}
    </div>`;
  }

  #device(gadget: Gadget): TemplateResult {
    const device = this.room.devices[gadget];
    const label = gadget === "camera" ? t("Camera") : t("Microphone");
    const advice = deviceAdvice(gadget, device);
    return html`<div class="dc-device" data-testid=${`device-${gadget}`} data-state=${device}>
      <label class="form-label mb-0" for=${`choose-${gadget}`}>${label}</label>
      <div class="dc-device-row">
        ${this.#select(gadget)}
        ${device === "ready" ? this.#off(gadget) : device === "asking" ? nothing : this.#again(gadget)}
      </div>
      ${
        gadget === "microphone" && device === "ready"
          ? html`<dc-meter .track=${this.acts.microphone()}></dc-meter>`
          : nothing
      }
      ${
        advice === ""
          ? nothing
          : html`<p class="dc-advice dc-state" data-tone="late" role="alert">
              ${icon("warning")}<span>${advice}</span>
            </p>`
      }
    </div>`;
  }

  #select(gadget: Gadget): TemplateResult {
    const found = this.found[gadget];
    return html`<select
      id=${`choose-${gadget}`}
      class="form-select"
      data-testid=${`choose-${gadget}`}
      ?disabled=${found.length === 0}
      @change=${(event: Event) => {
        this.acts.choose(gadget, (event.target as HTMLSelectElement).value);
      }}
    >
      ${found.length === 0 ? html`<option>${t("none found")}</option>` : nothing}
      ${found.map(
        (choice, index) =>
          html`<option value=${choice.id}>
            ${choice.label === "" ? t("Device {number}", { number: index + 1 }) : choice.label}
          </option>`,
      )}
    </select>`;
  }

  #off(gadget: Gadget): TemplateResult {
    return html`<button
      type="button"
      class="btn btn-outline-secondary"
      data-testid=${`off-${gadget}`}
      @click=${() => {
        this.acts.switchOff(gadget);
      }}
    >
      ${gadget === "camera" ? t("Switch the camera off") : t("Switch the microphone off")}
    </button>`;
  }

  #again(gadget: Gadget): TemplateResult {
    const off = this.room.devices[gadget] === "off";
    return html`<button
      type="button"
      class="btn btn-outline-secondary"
      data-testid=${`retry-${gadget}`}
      @click=${() => {
        this.acts.retry(gadget);
      }}
    >
      ${off ? t("Switch on") : t("Try again")}
    </button>`;
  }

  #trouble(): TemplateResult | typeof nothing {
    const trouble = this.room.trouble;
    if (trouble === null) return nothing;
    return html`<p
      class="dc-advice dc-state"
      data-tone="bad"
      role="alert"
      data-testid="trouble"
      data-code=${trouble.code}
    >
      ${icon("warning")}<span>${troubleText(trouble)}</span>
    </p>`;
  }
}

customElements.define("dc-prejoin", Prejoin);
