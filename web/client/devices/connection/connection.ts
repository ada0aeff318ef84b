/** The test of the connection: a button, what is being tried, then one sentence and the paths behind it. */

import { html, nothing, type TemplateResult } from "lit";
import { decimal } from "../../format";
import { t } from "../../i18n";
import { outcome } from "../outcome";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import { PATHS, qualityOfPath, verdictOf, type LinePath, type Verdict } from "./paths";
import type { LineTestState } from "./run";
import type { PathResult } from "../../wire/web";
import css from "./connection.css?inline";

adopt(css);

export class Connection extends PlainElement {
  static override properties = { test: { attribute: false }, run: { attribute: false } };
  declare test: LineTestState;
  declare run: () => void;

  protected override render(): TemplateResult {
    return html`<div class="dc-connection" data-testid="connection" data-stage=${this.test.stage}>
      <button
        type="button"
        class="btn btn-outline-secondary"
        data-testid="test-connection"
        ?disabled=${this.test.stage === "running"}
        @click=${this.run}
      >
        ${this.test.stage === "done" ? t("Test the connection again") : t("Test the connection")}
      </button>
      ${this.#state()}
    </div>`;
  }

  #state(): TemplateResult {
    const { test } = this;
    switch (test.stage) {
      case "idle":
        return outcome(
          "quiet",
          t("Takes less than a minute. Nothing of you is sent or kept but how good the line is."),
        );
      case "running":
        return outcome("quiet", running(test.path));
      case "failed":
        return notNow();
      case "done":
        return html`${conclusion(verdictOf(test.paths))}${list(test.paths)}${told(test.number)}`;
    }
  }
}

function running(path: LinePath): string {
  const number = PATHS.indexOf(path) + 1;
  return t("Testing, step {number} of {count}. Please leave this page open.", {
    number,
    count: PATHS.length,
  });
}

function notNow(): TemplateResult {
  return outcome("late", t("The test cannot be done now. Wait a minute and try again."));
}

function conclusion(verdict: Verdict): TemplateResult {
  const words: Record<Verdict, () => TemplateResult> = {
    good: () => outcome("good", t("The line is good: picture and sound will be clear.")),
    poor: () =>
      outcome(
        "late",
        t(
          "The line is weak: picture or sound may stop at times. Use a cable instead of Wi-Fi and close other programmes.",
        ),
      ),
    bad: () =>
      outcome(
        "bad",
        t(
          "The line is too weak for a conversation. Use a cable or another network, then test again.",
        ),
      ),
    closed: () =>
      outcome(
        "bad",
        t(
          "This network lets no picture and no sound through. Try another network, or call the operator.",
        ),
      ),
    unknown: notNow,
    silent: () =>
      outcome(
        "bad",
        t(
          "This network does not let the room's messages through. Try another network, or call the operator.",
        ),
      ),
  };
  return words[verdict]();
}

/** What was not tested is left out: most installations need no relay, and nobody need wonder about it. */
function list(paths: readonly PathResult[]): TemplateResult {
  const tried = paths.filter((path) => path.outcome !== "untried");
  return html`<ul data-testid="connection-paths">
    ${tried.map(
      (path) =>
        html`<li data-path=${path.path} data-outcome=${path.outcome}>
          ${nameOf(path.path)}: ${wordOf(path)}${figures(path)}
        </li>`,
    )}
  </ul>`;
}

function nameOf(path: LinePath): string {
  const names: Record<LinePath, () => string> = {
    websocket: () => t("Messages of the room"),
    udp: () => t("Picture and sound, the usual way (UDP)"),
    tcp: () => t("Picture and sound, the second way (TCP)"),
    relay: () => t("Picture and sound, through the relay"),
  };
  return names[path]();
}

function wordOf(path: PathResult): string {
  const quality = qualityOfPath(path);
  if (quality === null) return t("blocked");
  return { good: t("good"), poor: t("weak"), bad: t("very weak") }[quality];
}

function figures(path: PathResult): TemplateResult | typeof nothing {
  if (path.outcome !== "works") return nothing;
  const measured = {
    rtt: path.rtt_ms.toFixed(0),
    jitter: path.jitter_ms.toFixed(0),
    kbps: Math.min(path.kbps_up, path.kbps_down).toFixed(0),
  };
  const words =
    path.path === "websocket" // it loses nothing, it only waits
      ? t("{rtt} ms there and back, {jitter} ms jitter, {kbps} kbit/s", measured)
      : t("{loss} % lost, {rtt} ms there and back, {jitter} ms jitter, {kbps} kbit/s", {
          loss: percent(Math.max(path.loss_up, path.loss_down)),
          ...measured,
        });
  return html` <span class="dc-quiet">${words}</span>`;
}

function percent(share: number): string {
  return decimal(share * 100, 1, 1);
}

function told(number: string): TemplateResult | typeof nothing {
  if (number === "") return nothing;
  const words = t("The operator has this report under the number {number}.", { number });
  return html`<p class="mb-0" data-testid="connection-number" data-number=${number}>${words}</p>`;
}

customElements.define("dc-connection", Connection);
