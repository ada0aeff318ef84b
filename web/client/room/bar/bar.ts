/** My own controls at the start, the reception's at the end; the primary action always at the same place. */

import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../i18n";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { Acts } from "../acts";
import { unread } from "../chat-state";
import type { RoomState } from "../state";
import {
  conducts,
  handsUp,
  may,
  mayTakeChair,
  me,
  microphoneFace,
  nextCase,
  ownSeat,
  primaryAction,
  shownTab,
  type MicrophoneFace,
} from "../view";
import { button, maybe, type Control } from "./control";
import {
  fullScreenControl,
  isOfficial,
  keysControl,
  layoutControl,
  leaveControl,
  shareControl,
} from "./lesser";
import css from "./bar.css?inline";

adopt(css);

const MICROPHONE_WORDS: Readonly<Record<MicrophoneFace, () => string>> = {
  open: () => t("Mute"),
  closed: () => t("Unmute"),
  no_device: () => t("Unmute"),
  not_permitted: () => t("Unmute"),
  not_begun: () => t("Unmute"),
};

const MICROPHONE_HINTS: Partial<Record<MicrophoneFace, () => string>> = {
  not_permitted: () => t("The chair gives the floor. Raise your hand to ask for it."),
  not_begun: () => t("Microphones open when the reception begins."),
  no_device: () => t("No microphone. Press to try again."),
};

export class Bar extends PlainElement {
  static override properties = { room: { attribute: false }, acts: { attribute: false } };
  declare room: RoomState;
  declare acts: Acts;

  protected override render(): TemplateResult {
    const official = isOfficial(this.room);
    return html`<footer class="dc-bar">
      <div class="dc-bar-own" role="toolbar" aria-label=${t("My controls")}>
        ${may(this.room, "set_own_microphone") ? button(this.#microphone()) : nothing}
        ${may(this.room, "set_own_camera") ? button(this.#camera()) : nothing}
        ${maybe(shareControl(this.room, this.acts))} ${this.#hand()}
        ${button(layoutControl(this.room, this.acts))} ${official ? button(this.#panel()) : nothing}
        ${button(this.#chat())} ${maybe(fullScreenControl(this.room, this.acts))}
        ${button(keysControl(this.room, this.acts))} ${official ? button(this.#more()) : nothing}
        ${button(leaveControl(this.room, this.acts))}
      </div>
      <div class="dc-bar-reception">${this.#reception()}</div>
    </footer>`;
  }

  #microphone(): Control {
    const face = microphoneFace(this.room);
    const hint = MICROPHONE_HINTS[face]?.();
    return {
      test: "mic-button",
      drawing: face === "open" ? "microphone" : "microphone-off",
      words: MICROPHONE_WORDS[face](),
      state: face,
      disabled: face === "not_permitted" || face === "not_begun",
      hint: hint ?? `${MICROPHONE_WORDS[face]()} (M)`,
      press: () => {
        this.acts.toggleMicrophone();
      },
    };
  }

  #camera(): Control {
    const on = this.room.devices.camera === "ready";
    const words = on ? t("Camera off") : t("Camera on");
    return {
      test: "camera-button",
      drawing: on ? "camera" : "camera-off",
      words,
      state: on ? "on" : "off",
      // Who conducts has more buttons than words for them in one line.
      kind: conducts(this.room) ? "dc-bar-lesser" : "",
      hint: `${words} (V)`,
      press: () => {
        this.acts.toggleCamera();
      },
    };
  }

  #hand(): TemplateResult | typeof nothing {
    const own = me(this.room);
    if (!may(this.room, "raise_hand") || own?.role === "chair") return nothing;
    const raised = own?.hand_raised === true;
    const words = raised ? t("Lower hand") : t("Raise hand");
    return button({
      test: "hand-button",
      drawing: "hand",
      words,
      state: raised ? "raised" : "lowered",
      hint: `${words} (H)`,
      press: () => {
        this.acts.toggleHand();
      },
    });
  }

  #panel(): Control {
    const hands = this.room.room === null ? 0 : handsUp(this.room.room).length;
    return {
      test: "panel-button",
      drawing: "people",
      words: hands > 0 ? t("People ({hands} hands)", { hands }) : t("People"),
      state: this.#panelShown() ? "shown" : "hidden",
      kind: "dc-bar-lesser",
      count: hands,
      press: () => {
        if (this.#panelShown()) this.acts.togglePanel();
        else this.acts.showTab("people");
      },
    };
  }

  #panelShown(): boolean {
    return this.room.panel && shownTab(this.room) !== "chat";
  }

  #chat(): Control {
    const open = this.room.panel && shownTab(this.room) === "chat";
    const count = unread(this.room.chat, ownSeat(this.room));
    return {
      test: "chat-button",
      drawing: "chat",
      words: count > 0 ? t("Chat ({count} new)", { count }) : t("Chat"),
      state: open ? "shown" : "hidden",
      kind: count > 0 ? "dc-bar-lesser dc-bar-news" : "dc-bar-lesser",
      count,
      hint: `${t("Chat")} (C)`,
      press: () => {
        this.acts.toggleChat();
      },
    };
  }

  #more(): Control {
    return {
      test: "more-button",
      drawing: "more",
      words: t("More"),
      kind: "dc-bar-more dc-bar-lesser",
      press: () => {
        this.acts.dialog("more");
      },
    };
  }

  #reception(): (TemplateResult | typeof nothing)[] {
    const state = this.room.room?.state;
    const primary = primaryAction(this.room);
    const chair = this.#takeChair(primary === "take_chair");
    if (state === "live")
      return [chair, this.#nextCase(), this.#pause(primary === "interrupt"), this.#end()];
    if (state === "interrupted")
      return [chair, primary === "resume" ? this.#resume() : nothing, this.#end()];
    return [chair, primary === "start" ? this.#start() : nothing];
  }

  #takeChair(primary: boolean): TemplateResult | typeof nothing {
    if (!mayTakeChair(this.room)) return nothing;
    return button({
      test: "take-chair-button",
      drawing: "chair",
      words: t("Take over the chair"),
      kind: primary ? "btn-primary" : "",
      press: () => {
        this.acts.dialog("take_chair");
      },
    });
  }

  /** On the last case it stays, pressed in vain: a bar that loses it becomes one line, and the pictures jump. */
  #nextCase(): TemplateResult | typeof nothing {
    const view = this.room.room;
    if (view === null || !may(this.room, "call_next")) return nothing;
    const following = nextCase(view);
    if (following === null && view.cases.length < 2) return nothing;
    return button({
      test: "next-case-button",
      drawing: "next",
      words: t("Next case"),
      // The bar stays one line: what comes in beside it must not move the pictures.
      kind: mayTakeChair(this.room) ? "dc-bar-lesser" : "",
      disabled: following === null,
      hint:
        following === null
          ? t("This is the last case.")
          : t("Case {number}: {title}", { number: following.number, title: following.title }),
      press: () => {
        if (following !== null) this.acts.nextCase();
      },
    });
  }

  #pause(primary: boolean): TemplateResult | typeof nothing {
    if (!may(this.room, "interrupt")) return nothing;
    return button({
      test: "pause-button",
      drawing: "pause",
      words: t("Pause"),
      kind: primary ? "btn-primary" : "dc-bar-lesser",
      press: () => {
        if (primary) this.acts.interrupt();
        else this.acts.dialog("interrupt");
      },
    });
  }

  #start(): TemplateResult {
    return button({
      test: "start-button",
      drawing: "play",
      words: t("Start the reception"),
      kind: "btn-primary",
      press: () => {
        this.acts.dialog("start");
      },
    });
  }

  #resume(): TemplateResult {
    return button({
      test: "resume-button",
      drawing: "play",
      words: t("Go on"),
      kind: "btn-primary",
      press: () => {
        this.acts.resume();
      },
    });
  }

  #end(): TemplateResult | typeof nothing {
    if (!may(this.room, "close")) return nothing;
    return button({
      test: "end-button",
      drawing: "stop",
      words: t("End for all"),
      kind: "btn-danger",
      press: () => {
        this.acts.dialog("close");
      },
    });
  }
}

customElements.define("dc-bar", Bar);
