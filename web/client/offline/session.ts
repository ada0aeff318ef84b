/** The offline page's owner: from the chosen files to a checked, playing recording. */

import { PlayerOwner } from "../player/owner";
import type { Input, PlayerState } from "../player/state";
import type { Store } from "../shared/store";
import { checked } from "./check";
import { bagOf, type Bag, type Picked } from "./folder";
import { loaderOf } from "./pieces";
import type { OfflineInput, OfflineState } from "./state";

export class OfflineSession extends PlayerOwner {
  #bag: Bag | null = null;

  constructor(
    readonly page: Store<OfflineState, OfflineInput>,
    store: Store<PlayerState, Input>,
    now: () => number,
  ) {
    super(store, now);
  }

  /** Finds the bag in them, checks it, opens what can be played. */
  async choose(picking: Promise<readonly Picked[]> | readonly Picked[]): Promise<void> {
    // A browser that does not trust this page's address hides its cryptography from it.
    if (!("subtle" in crypto)) {
      this.page.send({ type: "trouble", trouble: "insecure" });
      return;
    }
    this.engine?.pause();
    this.page.send({ type: "chosen" });
    try {
      const found = await bagOf(await picking);
      if (typeof found === "string") this.page.send({ type: "trouble", trouble: found });
      else {
        this.#bag = found;
        await this.verify();
      }
    } catch (error) {
      if (!(error instanceof DOMException || error instanceof SyntaxError)) throw error;
      this.page.send({ type: "trouble", trouble: "unreadable" });
    }
  }

  /** Every byte once more. */
  async verify(): Promise<void> {
    const bag = this.#bag;
    if (bag === null) return;
    this.engine?.pause();
    this.page.send({ type: "chosen" });
    const result = await checked(bag, (done, all) => {
      this.page.send({ type: "progress", progress: all === 0 ? 1 : done / all });
    });
    const { manifest, recording } = result;
    const faulty = new Set([...result.faults, ...result.declared].map((fault) => fault.path));
    if (manifest !== null && recording !== null)
      this.start(recording, loaderOf(bag, manifest, faulty));
    this.page.send({ type: "checked", checked: result });
  }

  /** Nobody asks here: whoever has the folder was asked when it was exported. */
  givePurpose(): Promise<void> {
    return Promise.resolve();
  }
}
