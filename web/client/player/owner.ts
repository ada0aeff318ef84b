/** Whoever owns a recording that is played: its engine, and what the player asks for. Where the files lie, the heirs know. */

import type { Store } from "../shared/store";
import { Engine } from "./engine";
import type { LoadPiece } from "./feed";
import type { Recording } from "./recording";
import type { Input, PlayerState } from "./state";

export abstract class PlayerOwner {
  engine: Engine | null = null;

  constructor(
    readonly store: Store<PlayerState, Input>,
    protected readonly now: () => number,
  ) {}

  abstract givePurpose(purpose: string): Promise<void>;
  abstract verify(): Promise<void>;

  setRate(rate: number): void {
    this.engine?.setRate(rate);
    this.store.send({ type: "rate", rate });
  }

  setVolume(volume: number): void {
    this.store.send({ type: "volume", volume });
    this.engine?.setVolume(this.store.state.volume);
  }

  /** From here on this recording plays; one before it ends. */
  protected start(recording: Recording, load: LoadPiece): void {
    this.engine?.close();
    const engine = new Engine(
      recording,
      load,
      {
        ticked: (positionMs, running, holding) => {
          const feeds = Object.fromEntries(engine.states);
          this.store.send({ type: "ticked", positionMs, running, holding, feeds });
        },
        feeds: () => {
          engine.setVolume(this.store.state.volume);
        },
      },
      this.now,
    );
    this.engine = engine;
    this.store.send({ type: "opened", recording });
  }
}
