/** The player's owner: manifest, engine, verification. What comes back becomes inputs of the store. */

import { get, post, Refusal } from "../api";
import type { Store } from "../shared/store";
import type { Manifest, PlayerConfig, VerificationReply } from "../wire/web";
import { Engine } from "./engine";
import type { Loaded, LoadPiece } from "./feed";
import { recordingOf, type Recording } from "./recording";
import type { Input, PlayerState } from "./state";

/** What the player asks of whoever owns its recording. */
export interface PlayerOwner {
  readonly engine: Engine | null;
  readonly store: Store<PlayerState, Input>;
  setRate(rate: number): void;
  setVolume(volume: number): void;
  givePurpose(purpose: string): Promise<void>;
  verify(): Promise<void>;
}

/** An engine that tells the owner's store how it goes. */
export function engineOn(
  owner: PlayerOwner,
  recording: Recording,
  load: LoadPiece,
  now: () => number,
): Engine {
  const engine = new Engine(
    recording,
    load,
    {
      ticked: (positionMs, running, holding) => {
        const feeds = Object.fromEntries(engine.states);
        owner.store.send({ type: "ticked", positionMs, running, holding, feeds });
      },
      feeds: () => {
        engine.setVolume(owner.store.state.volume);
      },
    },
    now,
  );
  return engine;
}

export class PlayerSession implements PlayerOwner {
  engine: Engine | null = null;

  constructor(
    private readonly config: PlayerConfig,
    readonly store: Store<PlayerState, Input>,
    private readonly now: () => number,
  ) {}

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
      this.engine = engineOn(
        this,
        recording,
        (track, number, signal) => this.#load(track, number, signal),
        this.now,
      );
      this.store.send({ type: "opened", recording });
    });
  }

  setRate(rate: number): void {
    this.engine?.setRate(rate);
    this.store.send({ type: "rate", rate });
  }

  setVolume(volume: number): void {
    this.store.send({ type: "volume", volume });
    this.engine?.setVolume(this.store.state.volume);
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
