/** The player's owner: manifest, engine, verification. What comes back becomes inputs of the store. */

import { get, post, Refusal } from "../api";
import type { Store } from "../shared/store";
import type { Manifest, PlayerConfig, VerificationReply } from "../wire/web";
import type { Loaded } from "./feed";
import { PlayerOwner } from "./owner";
import { recordingOf } from "./recording";
import type { Input, PlayerState } from "./state";

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
  }

  async verify(): Promise<void> {
    this.store.send({ type: "verification", verification: "asking" });
    const done = await this.#shown(async () => {
      const answer = await post(this.config.verify, this.config.page.csrf, {});
      const verification = (await answer.json()) as VerificationReply;
      this.store.send({ type: "verification", verification });
    });
    if (!done) this.store.send({ type: "verification", verification: null });
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
