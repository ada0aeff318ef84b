/** My own camera, microphone and screen: opened, switched off, noticed when they go away by themselves. */

import { openDevice, openScreen, type Fault } from "./devices";
import type { Device, Gadget } from "./state";
import type { Source } from "../wire/signaling";

export interface LocalHearer {
  device(gadget: Gadget, device: Device): void;
  /** A source's track is another one now, or none. */
  replaced(source: Source): void;
}

export class LocalMedia {
  readonly #tracks = new Map<Source, MediaStreamTrack>();
  readonly #streams = new Map<Source, MediaStream>();
  readonly chosen: Partial<Record<Gadget, string>> = {};

  constructor(private readonly hearer: LocalHearer) {}

  track(source: Source): MediaStreamTrack | null {
    return this.#tracks.get(source) ?? null;
  }

  /** The same stream object while the track is the same. */
  stream(source: Source): MediaStream | null {
    return this.#streams.get(source) ?? null;
  }

  /** Opens a device (the chosen one, or any) in place of the one before. A microphone opens closed. */
  async open(gadget: Gadget): Promise<boolean> {
    this.hearer.device(gadget, "asking");
    this.#drop(gadget);
    const opened = await openDevice(gadget, this.chosen[gadget]);
    if ("fault" in opened) {
      this.hearer.device(gadget, opened.fault);
      this.hearer.replaced(gadget);
      return false;
    }
    this.#keep(gadget, opened.track, () => {
      this.hearer.device(gadget, "missing");
    });
    this.hearer.device(gadget, "ready");
    return true;
  }

  /** Switches a device off: its light goes out. */
  off(gadget: Gadget): void {
    this.#drop(gadget);
    this.hearer.device(gadget, "off");
    this.hearer.replaced(gadget);
  }

  /** Asks for a screen; null when one is shared now. */
  async share(): Promise<Fault | null> {
    const opened = await openScreen();
    if ("fault" in opened) return opened.fault;
    this.#keep("screen", opened.track, () => undefined);
    return null;
  }

  unshare(): void {
    this.#drop("screen");
    this.hearer.replaced("screen");
  }

  /** Whether my microphone track delivers sound; the node's gate decides beside it. */
  setOpen(open: boolean): void {
    const track = this.#tracks.get("microphone");
    if (track !== undefined) track.enabled = open;
  }

  /** I end it: every device is let go. */
  close(): void {
    for (const source of [...this.#tracks.keys()]) this.#drop(source);
  }

  #keep(source: Source, track: MediaStreamTrack, ended: () => void): void {
    this.#tracks.set(source, track);
    this.#streams.set(source, new MediaStream([track]));
    track.addEventListener("ended", () => {
      if (this.#tracks.get(source) !== track) return;
      this.#drop(source);
      ended();
      this.hearer.replaced(source);
    });
    this.hearer.replaced(source);
  }

  #drop(source: Source): void {
    this.#tracks.get(source)?.stop();
    this.#tracks.delete(source);
    this.#streams.delete(source);
  }
}
