/** What a tab remembers over a reload: who it was, the secret to come back with, and its devices. */

import type { JoinReply } from "../wire/web";

export interface Remembered {
  /** Where the socket was; its token is spent and left out. */
  address: JoinReply;
  participant: string;
  secret: string;
  camera: string | null;
  microphone: string | null;
  cameraOn: boolean;
}

export class Memory {
  readonly #key: string;

  /** `storage` is the tab's own (sessionStorage): another tab must not come back as this one. */
  constructor(
    reception: string,
    private readonly storage: Storage,
  ) {
    this.#key = `diemcau.room.${reception}`;
  }

  keep(remembered: Remembered): void {
    this.storage.setItem(this.#key, JSON.stringify(remembered));
  }

  recall(): Remembered | null {
    const text = this.storage.getItem(this.#key);
    if (text === null) return null;
    try {
      return JSON.parse(text) as Remembered;
    } catch {
      this.forget();
      return null;
    }
  }

  forget(): void {
    this.storage.removeItem(this.#key);
  }
}
