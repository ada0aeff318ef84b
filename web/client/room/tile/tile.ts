/** One participant: picture, name plate, and what is the matter when there is no picture. */

import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../i18n";
import { icon, type Icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { sourceObject } from "../../shared/source-object";
import { adopt } from "../../styles/adopt";
import type { ParticipantView, Source } from "../../wire/signaling";
import { partWord } from "../words";
import css from "./tile.css?inline";

adopt(css);

/** What a tile shows beside the participant. `lostS`: seconds since my own line broke, null while it holds. */
export interface TileFace {
  who: ParticipantView;
  source: Source;
  stream: MediaStream | null;
  mine: boolean;
  speaking: boolean;
  lostS: number | null;
  /** Held until the reception begins: there cannot be a picture yet. */
  waiting: boolean;
  /** The codec of a picture that is not sent here because this browser does not decode it; null when it is sent. */
  withheld: string | null;
}

export class Tile extends PlainElement {
  static override properties = { face: { attribute: false } };
  declare face: TileFace;

  protected override render(): TemplateResult {
    const { who, source, mine, speaking, lostS } = this.face;
    const away = who.state === "away" || lostS !== null;
    return html`<article
      class="dc-tile"
      data-testid=${`${source === "screen" ? "screen" : "tile"}-${who.id}`}
      data-participant=${who.id}
      data-point=${who.point}
      data-role=${who.role}
      data-state=${who.state}
      data-microphone=${who.microphone_open ? "open" : "closed"}
      data-camera=${who.camera_on ? "on" : "off"}
      data-mine=${mine && source === "camera"}
      data-speaking=${speaking}
      data-floor=${who.floor && who.role !== "chair"}
      data-away=${away}
      aria-label=${this.#label()}
    >
      ${this.#picture()}
      <div class="dc-tile-plate">
        <div class="dc-tile-who">
          <strong><bdi>${who.name}</bdi>${mine ? ` (${t("you")})` : ""}</strong>
          <span class="dc-tile-point">${this.#subtitle()}</span>
        </div>
        ${source === "screen" ? nothing : this.#signs()}
      </div>
      ${this.#veil()}
    </article>`;
  }

  #label(): string {
    const { who, source } = this.face;
    return source === "screen" ? t("Screen of {name}", { name: who.name }) : who.name;
  }

  #subtitle(): string | TemplateResult {
    const { who, source } = this.face;
    if (source === "screen") return t("shared screen");
    return html`<bdi>${who.point}</bdi> · ${partWord(who)}`;
  }

  #picture(): TemplateResult {
    const { who, source, stream } = this.face;
    const shown = stream !== null && (source === "screen" || who.camera_on);
    // Under the picture, which is transparent until its first frame is there.
    return html`<div class="dc-tile-blank" aria-hidden="true">
        <span class="dc-tile-initials">${initials(who.name)}</span>
        <span>${this.#whyBlank()}</span>
      </div>
      <video
        muted
        autoplay
        playsinline
        aria-hidden="true"
        ?hidden=${!shown}
        .muted=${true}
        .srcObject=${sourceObject(shown ? stream : null)}
      ></video>`;
  }

  #whyBlank(): string {
    const { who, source } = this.face;
    if (source === "screen") return t("The screen is coming…");
    if (this.face.waiting) return t("waits for the beginning");
    if (this.face.withheld !== null)
      return t("This browser cannot show this picture ({codec}).", { codec: this.face.withheld });
    return who.camera_on ? t("The picture is coming…") : t("camera off");
  }

  #signs(): TemplateResult {
    const { who, speaking } = this.face;
    return html`<div class="dc-tile-signs">
      ${who.hand_raised ? sign("hand", t("hand raised")) : nothing}
      ${who.floor && who.role !== "chair" ? sign("floor", t("has the floor")) : nothing}
      ${who.camera_on ? nothing : sign("camera-off", t("camera off"))}
      ${speaking ? sign("sound", t("speaking"), "speaking") : nothing}
      ${
        who.microphone_open
          ? sign("microphone", t("microphone on"))
          : sign("microphone-off", t("microphone off"))
      }
    </div>`;
  }

  #veil(): TemplateResult | typeof nothing {
    const { who, lostS } = this.face;
    if (lostS === null && who.state !== "away") return nothing;
    const words =
      lostS === null ? t("line lost") : t("Reconnecting… ({seconds} s)", { seconds: lostS });
    return html`<div class="dc-tile-veil">${words}</div>`;
  }
}

function sign(drawing: Icon, words: string, name: string = drawing): TemplateResult {
  return html`<span data-sign=${name} title=${words}
    >${icon(drawing)}<span class="visually-hidden">${words}</span></span
  >`;
}

/** Given name last, as Vietnamese names stand: the first and the last word's letters. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = words[0]?.charAt(0) ?? "";
  const last = words.length > 1 ? (words.at(-1)?.charAt(0) ?? "") : "";
  return (first + last).toUpperCase();
}

customElements.define("dc-tile", Tile);
