/**
 * One track's element with its own MediaSource and one SourceBuffer: a hole in one track then stalls no other.
 *
 * Files lie at the manifest's offsets, so the element's own time is the recording's. They are loaded around the
 * playhead and let go behind it.
 */

import { follow, nextStart, SeekPatience, within } from "./follow";
import { piecesBetween, presenceAt } from "./presence";
import type { Piece, PlayTrack } from "./recording";
import { withDurations } from "./webm";

/** A minute before the playhead is kept for who jumps back; the rest is let go. */
const KEEP_BEHIND_MS = 60_000;
const ATTEMPTS = 3;
/** A hole's end nearer than this is decoded in advance. */
const LIE_IN_WAIT_S = 10;
/** How far an element may stand from the clock while both stand still. */
const STILL_S = 0.12;

/** A stored file as the server gives it: its media type with codecs, and the bytes. */
export interface Loaded {
  type: string;
  bytes: ArrayBuffer;
}
export type LoadPiece = (track: string, number: number, signal: AbortSignal) => Promise<Loaded>;

/** `waiting`: its file is still coming; `seeking`: the decoder is on its way; `broken`: the file could not be had. */
export type FeedState = "playing" | "hole" | "waiting" | "seeking" | "broken";

export class Feed {
  readonly element: HTMLMediaElement;
  readonly #source = new MediaSource();
  readonly #address: string;
  readonly #abort = new AbortController();
  readonly #loaded = new Set<Piece>();
  readonly #broken = new Set<Piece>();
  #buffer: SourceBuffer | null = null;
  #wanted: Piece[] = [];
  #keepFromMs = 0;
  #working = false;
  readonly #patience = new SeekPatience();

  constructor(
    readonly track: PlayTrack,
    private readonly durationMs: number,
    private readonly load: LoadPiece,
  ) {
    const element = document.createElement(track.source === "microphone" ? "audio" : "video");
    element.dataset["track"] = track.id;
    element.muted = track.source !== "microphone";
    if (element instanceof HTMLVideoElement) element.playsInline = true;
    this.#address = URL.createObjectURL(this.#source);
    element.src = this.#address;
    this.element = element;
    this.#source.addEventListener("sourceopen", () => {
      void this.#work();
    });
  }

  /** Says which stretch is needed now; the nearest file comes first. */
  want(fromMs: number, toMs: number): void {
    this.#wanted = piecesBetween(this.track, fromMs, toMs);
    this.#keepFromMs = fromMs - KEEP_BEHIND_MS;
    void this.#work();
  }

  /** Brings the element to where the clock is and says what it has there. */
  drive(atMs: number, rate: number, running: boolean): FeedState {
    const atS = atMs / 1000;
    if (!this.element.seeking) this.#patience.begin();
    const ranges = rangesOf(this.element.buffered);
    if (!within(ranges, atS)) {
      this.#rest();
      this.#lieInWait(nextStart(ranges, atS), atS);
      return this.#missing(atMs);
    }
    if (!running) this.#show(atS);
    else this.#run(atS, rate);
    return this.element.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? "playing" : "seeking";
  }

  /** The reader jumped: the element goes exactly there, when it has something there. */
  place(atMs: number): void {
    const atS = atMs / 1000;
    this.#patience.begin();
    if (within(rangesOf(this.element.buffered), atS)) this.element.currentTime = atS;
  }

  /** I end it. */
  close(): void {
    this.#abort.abort();
    this.#wanted = [];
    this.element.pause();
    this.element.removeAttribute("src");
    this.element.load();
    URL.revokeObjectURL(this.#address);
  }

  #rest(): void {
    if (!this.element.paused) this.element.pause();
  }

  /** In a hole: already at the hole's end, decoded, so that nobody has to wait for it there. */
  #lieInWait(startS: number | null, atS: number): void {
    if (startS === null || startS - atS > LIE_IN_WAIT_S || this.element.seeking) return;
    if (Math.abs(this.element.currentTime - startS) > 0.005) this.element.currentTime = startS;
  }

  #missing(atMs: number): FeedState {
    const presence = presenceAt(this.track, atMs);
    if (presence.there !== "piece") return "hole";
    if (this.#broken.has(presence.piece)) return "broken";
    return this.#loaded.has(presence.piece) ? "hole" : "waiting";
  }

  #show(atS: number): void {
    this.#rest();
    // Standing still for a moment is no reason to decode anew from the last key frame.
    const far = Math.abs(this.element.currentTime - atS);
    if (this.element.seeking ? this.#patience.endsAt(far) : far > STILL_S)
      this.element.currentTime = atS;
  }

  #run(atS: number, rate: number): void {
    const element = this.element;
    const drift = element.currentTime - atS;
    if (element.seeking) {
      if (this.#patience.endsAt(Math.abs(drift))) element.currentTime = atS;
      return;
    }
    const step = follow(drift, rate, this.track.source === "microphone");
    if (step.do === "jump") {
      element.playbackRate = rate;
      element.currentTime = atS;
    } else if (element.playbackRate !== step.rate) element.playbackRate = step.rate;
    // A refused play (no gesture yet, or taken away meanwhile) is tried again at the next tick.
    if (element.paused) void element.play().catch(() => undefined);
  }

  async #work(): Promise<void> {
    if (this.#working || this.#source.readyState !== "open") return;
    this.#working = true;
    try {
      for (let next = this.#next(); next !== undefined; next = this.#next())
        await this.#fetch(next);
      await this.#evict();
    } finally {
      this.#working = false;
    }
  }

  #next(): Piece | undefined {
    if (this.#abort.signal.aborted) return undefined;
    return this.#wanted.find((piece) => !this.#loaded.has(piece) && !this.#broken.has(piece));
  }

  async #fetch(piece: Piece): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      try {
        const loaded = await this.load(this.track.id, piece.number, this.#abort.signal);
        await this.#append(piece, loaded);
        this.#loaded.add(piece);
        return;
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        if (error instanceof DOMException && error.name === "QuotaExceededError")
          await this.#evict();
      }
    }
    this.#broken.add(piece);
  }

  async #append(piece: Piece, loaded: Loaded): Promise<void> {
    const buffer = this.#bufferFor(loaded.type);
    // Whatever a file before left half said must not be taken for the beginning of this one.
    buffer.abort();
    buffer.timestampOffset = piece.startMs / 1000;
    const done = settled(buffer);
    buffer.appendBuffer(this.#prepared(piece, loaded));
    await done;
  }

  #prepared(piece: Piece, loaded: Loaded): BufferSource {
    if (!/^(video|audio)\/webm/.test(loaded.type)) return loaded.bytes;
    const given = withDurations(new Uint8Array(loaded.bytes), piece.endMs - piece.startMs);
    return given as Uint8Array<ArrayBuffer>;
  }

  #bufferFor(type: string): SourceBuffer {
    if (this.#buffer === null) {
      this.#source.duration = this.durationMs / 1000;
      this.#buffer = this.#source.addSourceBuffer(type);
      this.#buffer.mode = "segments";
    } else this.#buffer.changeType(type);
    return this.#buffer;
  }

  async #evict(): Promise<void> {
    const buffer = this.#buffer;
    const old = [...this.#loaded].filter((piece) => piece.endMs < this.#keepFromMs);
    const until = Math.max(0, ...old.map((piece) => piece.endMs)) / 1000;
    if (buffer === null || until <= 0 || this.#abort.signal.aborted) return;
    const done = settled(buffer);
    buffer.remove(0, until);
    await done;
    for (const piece of old) this.#loaded.delete(piece);
  }
}

/** One end of a file that a decoder could not take ends the source; that piece is then broken, not the player. */
function settled(buffer: SourceBuffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = new AbortController();
    const listen = (event: string, act: () => void): void => {
      buffer.addEventListener(
        event,
        () => {
          stop.abort();
          act();
        },
        { signal: stop.signal },
      );
    };
    listen("updateend", resolve);
    listen("error", () => {
      reject(new Error("this file cannot be played here"));
    });
  });
}

function rangesOf(ranges: TimeRanges): [number, number][] {
  return Array.from({ length: ranges.length }, (_, index) => [
    ranges.start(index),
    ranges.end(index),
  ]);
}
