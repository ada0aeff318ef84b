/** What the check found: the verdict, who signed, the fingerprint to compare by hand, every fault. */

import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../i18n";
import { icon, type Icon } from "../../shared/icons";
import { PlainElement } from "../../shared/plain-element";
import { adopt } from "../../styles/adopt";
import type { Checked, Fault } from "../check";
import { isFingerprint, shownFingerprint, typedFingerprint } from "../signature";
import type { OfflineState } from "../state";
import css from "./report.css?inline";

adopt(css);

export interface ReportActs {
  readonly fingerprint: (typed: string) => void;
}

/** What can be said of who sealed it: a word for tests and styles, the colour, the sentence. */
export interface Origin {
  readonly word:
    "unsigned" | "stripped" | "matches" | "differs" | "incomplete" | "open" | "broken" | "unknown";
  readonly tone: "good" | "late" | "bad";
  readonly text: string;
}

/** `typed`: the fingerprint that reached the reader by another way. */
export function originOf(checked: Checked, typed: string): Origin {
  const { signed } = checked;
  const given = typedFingerprint(typed);
  switch (signed.state) {
    case "unsigned":
      if (given !== "")
        return {
          word: "stripped",
          tone: "bad",
          text: t("Nobody signed it, though you were given the fingerprint of a key."),
        };
      return {
        word: "unsigned",
        tone: "late",
        text: t(
          "The manifest is not signed: the check proves that nothing changed since it was sealed, not who sealed it.",
        ),
      };
    case "broken":
      return { word: "broken", tone: "bad", text: t("The signature does not hold.") };
    case "unknown":
      return {
        word: "unknown",
        tone: "late",
        text: t(
          "This browser cannot check signatures of the kind {algorithm}. Use a newer browser, or the program diemcau.",
          { algorithm: signed.algorithm },
        ),
      };
    case "holds":
      return signedBy(signed.key, given);
  }
}

function signedBy(fingerprint: string, given: string): Origin {
  const key = shownFingerprint(fingerprint);
  if (given === "")
    return {
      word: "open",
      tone: "late",
      text: t(
        "Unchanged since it was signed by the key {key}. Whose key that is, is not established: type the fingerprint that the office gave you.",
        { key },
      ),
    };
  if (!isFingerprint(given))
    return {
      word: "incomplete",
      tone: "late",
      text: t("A fingerprint has 64 signs, 0 to 9 and a to f. Typed so far: {count}.", {
        count: given.length,
      }),
    };
  if (given === fingerprint)
    return {
      word: "matches",
      tone: "good",
      text: t("Signed by the key {key}: it is the one you were given.", { key }),
    };
  return {
    word: "differs",
    tone: "bad",
    text: t("Signed by the key {key}: it is NOT the one you were given.", { key }),
  };
}

const FAULTS: Readonly<Record<Fault["algorithm"], (fault: Fault) => string>> = {
  sha256: ({ expected, found }) =>
    t("changed: SHA-256 expected {expected}, found {found}", { expected, found }),
  size: ({ expected, found }) => t("size expected {expected}, found {found}", { expected, found }),
  chain: () => t("does not continue the chain"),
  presence: ({ found }) => (found === "missing" ? t("missing") : t("does not belong here")),
  form: ({ found }) => t("cannot be read: {found}", { found }),
  signature: () => t("the signature does not hold"),
  frames: () => t("does not show what the sealed file beside it holds"),
};

export class Report extends PlainElement {
  static override properties = {
    state: { attribute: false },
    acts: { attribute: false },
  };
  declare state: OfflineState;
  declare acts: ReportActs;

  protected override render(): TemplateResult | typeof nothing {
    if (this.state.step === "choose") return nothing;
    return html`<section class="dc-report" aria-labelledby="dc-report-title" data-testid="report">
      <h2 id="dc-report-title">${t("Proof")}</h2>
      <div role="status">${this.#verdict()}</div>
      ${this.state.checked === null ? this.#progress() : this.#found(this.state.checked)}
    </section>`;
  }

  #verdict(): TemplateResult {
    const { checked } = this.state;
    if (checked === null) return html`<p>${t("Every byte is being checked…")}</p>`;
    const counts = { files: checked.files, faults: checked.faults.length };
    if (checked.faults.length > 0)
      return state(
        "bad",
        t("NOT whole: {files} files checked, {faults} faults.", counts),
        "verdict",
        "faulty",
      );
    if (checked.declared.length > 0)
      return state(
        "late",
        t("Damaged exactly as the export declared it; everything else is unchanged."),
        "verdict",
        "declared",
      );
    return state(
      "good",
      t("Unchanged: {files} files checked byte by byte, no fault.", counts),
      "verdict",
      "holds",
    );
  }

  #progress(): TemplateResult {
    return html`<progress
      aria-label=${t("Check")}
      data-testid="progress"
      max="1"
      .value=${this.state.progress}
    ></progress>`;
  }

  #found(checked: Checked): TemplateResult {
    const origin = originOf(checked, this.state.fingerprint);
    return html`${
        checked.whole
          ? nothing
          : html`<p>
              ${t("Only the sealed record was checked: the lists of the export are not among the files.")}
            </p>`
      }
      <div role="status">${state(origin.tone, origin.text, "origin", origin.word)}</div>
      ${this.#field()}
      <p>
        ${t("SHA-256 of the manifest")}:
        <code data-testid="manifest-hash">${checked.manifestSha256}</code>
      </p>
      ${this.#faults(t("Faults"), "faults", checked.faults)}
      ${this.#faults(t("Damaged when it was exported"), "declared", checked.declared)}`;
  }

  #field(): TemplateResult {
    return html`<label class="form-label" for="dc-fingerprint"
        >${t("Fingerprint of the office’s key, as you were given it by another way than this folder")}</label
      >
      <input
        id="dc-fingerprint"
        class="form-control mb-3"
        autocomplete="off"
        spellcheck="false"
        data-testid="fingerprint"
        .value=${this.state.fingerprint}
        @input=${(event: Event) => {
          this.acts.fingerprint((event.target as HTMLInputElement).value);
        }}
      />`;
  }

  #faults(title: string, test: string, faults: readonly Fault[]): TemplateResult | typeof nothing {
    if (faults.length === 0) return nothing;
    return html`<h3>${title}</h3>
      <ul data-testid=${test}>
        ${faults.map(
          (fault) =>
            html`<li data-algorithm=${fault.algorithm} data-path=${fault.path}>
              <code>${fault.path}</code>: ${FAULTS[fault.algorithm](fault)}
            </li>`,
        )}
      </ul>`;
  }
}

const SIGNS: Readonly<Record<Origin["tone"], Icon>> = {
  good: "tick",
  late: "warning",
  bad: "cross",
};

function state(tone: Origin["tone"], words: string, test: string, word: string): TemplateResult {
  return html`<p class="dc-state" data-tone=${tone} data-testid=${test} data-word=${word}>
    ${icon(SIGNS[tone])}<span>${words}</span>
  </p>`;
}

customElements.define("dc-report", Report);
