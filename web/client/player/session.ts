/** The player's owner: manifest, engine, verification. What comes back becomes inputs of the store. */

import { get, post, Refusal } from "../api";
import type { Store } from "../shared/store";
import type { Manifest, PlayerConfig, VerificationView } from "../wire/web";
import type { Loaded } from "./feed";
import { PlayerOwner } from "./owner";
import { recordingOf } from "./recording";
import type { Input, PlayerState } from "./state";

const ASK_AGAIN_MS = 500;
/** The jobs check every recording soon after it was sealed, which nobody here is told of. */
const FIRST_CHECK_MS = 5_000;

export class PlayerSession extends PlayerOwner {
  constructor(
    private readonly config: PlayerConfig,
    store: Store<PlayerState, Input>,
    now: () => number,
  ) {
    super(store, now);
  }

  /** Tells the office's log why; then the recording opens. */
  async givePurpose(purpose: string): Promise<void> {
    await this.#shown(async () => {
      await post(this.config.purpose, this.config.page.csrf, { purpose });
      this.store.send({ type: "purpose_given" });
      await this.open();
    });
  }

  async open(): Promise<void> {
    await this.#shown(async () => {
      const manifest = (await (await get(this.config.manifest)).json()) as Manifest;
      const recording = recordingOf(manifest);
      this.start(recording, (track, number, signal) => this.#load(track, number, signal));
    });
    await this.#follow();
  }

  /** Asks for a check and tells how far it is until it ended. */
  async verify(): Promise<void> {
    this.store.send({ type: "verifying" });
    const asked = await this.#shown(async () => {
      await post(this.config.verify, this.config.page.csrf, {}, { Prefer: "respond-async" });
    });
    await this.#follow(asked);
  }

  /** The state of proof, again and again while a check is under way. */
  async #follow(again = true): Promise<void> {
    for (let running = true; running;) {
      const told = await this.#shown(async () => {
        const answer = await get(this.config.verification);
        const verification = (await answer.json()) as VerificationView;
        this.store.send({ type: "verification", verification });
      });
      if (!told) this.store.send({ type: "verification_unknown" });
      const afterMs = told && again ? askAgainMs(this.store.state.verification) : null;
      running = afterMs !== null;
      if (afterMs !== null) await new Promise((resolve) => setTimeout(resolve, afterMs));
    }
  }

  async #load(track: string, number: number, signal: AbortSignal): Promise<Loaded> {
    const address = this.config.segment
      .replace("{track}", encodeURIComponent(track))
      .replace("{number}", String(number));
    const answer = await get(address, signal);
    const type = answer.headers.get("Content-Type") ?? "";
    return { type, bytes: await answer.arrayBuffer() };
  }

  /** Runs a step; a refusal is shown, not thrown. */
  async #shown(step: () => Promise<void>): Promise<boolean> {
    try {
      await step();
      return true;
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal("internal");
      this.store.send({
        type: "trouble",
        trouble: { code: refusal.code, params: refusal.params },
      });
      return false;
    }
  }
}

/** When to ask once more; null when nothing is expected. */
function askAgainMs(view: VerificationView | null): number | null {
  if (view?.running) return ASK_AGAIN_MS;
  return view?.last === null && view.failed === "" ? FIRST_CHECK_MS : null;
}
