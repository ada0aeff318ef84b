/**
 * Drives every element by one clock. Twenty times a second: where are we, which tracks are near, what has each there.
 *
 * While some track's file is still on its way the clock waits for it (all stand still together); a declared hole
 * never makes it wait.
 */

import { ended, moved, positionOf, stopped, type PlayClock } from "./clock";
import { Feed, type FeedState, type LoadPiece } from "./feed";
import { emptyUntil, firstMoment, tracksAround } from "./presence";
import type { Recording } from "./recording";

const TICK_MS = 50;
/** The screen is told every other time. */
const TICKS_PER_SHOW = 2;
/** Elements are made a little early, and files fetched this far ahead (times the speed). */
const BEFORE_MS = 2_000;
const AHEAD_MS = 25_000;
/** A file that is not there after this time is not waited for any longer; the picture comes when it comes. */
const FILE_PATIENCE_MS = 8_000;
/** A decoder that comes from a far key frame may take this long. */
const SEEK_PATIENCE_MS = 2_500;

export interface EngineHearer {
  /** After every tick. `holding`: standing still for a file. */
  ticked(positionMs: number, running: boolean, holding: boolean): void;
  /** Elements came or went. */
  feeds(): void;
}

export class Engine {
  readonly feeds = new Map<string, Feed>();
  readonly states = new Map<string, FeedState>();
  #clock: PlayClock;
  #wish = false;
  #ticks = 0;
  #holdingSince: number | null = null;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(
    private readonly recording: Recording,
    private readonly load: LoadPiece,
    private readonly hearer: EngineHearer,
    private readonly now: () => number,
  ) {
    this.#clock = { ...stopped(recording.durationMs), mediaMs: firstMoment(recording.tracks) };
    this.#timer = setInterval(() => {
      this.#tick();
    }, TICK_MS);
  }

  get positionMs(): number {
    return positionOf(this.#clock, this.now());
  }
  get rate(): number {
    return this.#clock.rate;
  }
  get running(): boolean {
    return this.#wish;
  }

  play(): void {
    if (ended(this.#clock, this.now())) this.seek(0);
    this.#wish = true;
    this.#move({ running: true });
    this.#tick(true);
  }

  pause(): void {
    this.#wish = false;
    this.#move({ running: false });
    this.#tick(true);
  }

  seek(mediaMs: number): void {
    this.#move({ mediaMs });
    for (const feed of this.feeds.values()) feed.place(this.positionMs);
    this.#tick(true);
  }

  setRate(rate: number): void {
    this.#move({ rate });
  }

  setVolume(volume: number): void {
    for (const feed of this.feeds.values()) feed.element.volume = volume;
  }

  /** Leaps over a stretch in which no track has anything. */
  skipEmpty(): void {
    const until = emptyUntil(this.recording.tracks, this.positionMs);
    if (until !== null) this.seek(until);
  }

  /** I end it. */
  close(): void {
    clearInterval(this.#timer);
    for (const feed of this.feeds.values()) feed.close();
    this.feeds.clear();
  }

  #move(change: Parameters<typeof moved>[2]): void {
    this.#clock = moved(this.#clock, this.now(), change);
  }

  #tick(show = false): void {
    const atMs = this.positionMs;
    this.#keepFeeds(atMs);
    if (this.#wish && ended(this.#clock, this.now())) {
      this.#wish = false;
      this.#move({ running: false });
    }
    for (const [id, feed] of this.feeds) {
      feed.want(atMs, atMs + AHEAD_MS * Math.max(1, this.rate));
      this.states.set(id, feed.drive(atMs, this.rate, this.#clock.running));
    }
    this.#hold();
    this.#ticks += 1;
    if (!show && this.#ticks % TICKS_PER_SHOW !== 0) return;
    this.hearer.ticked(atMs, this.#wish, this.#holdingSince !== null);
  }

  #hold(): void {
    const states = [...this.states.values()];
    const patience = states.includes("waiting")
      ? FILE_PATIENCE_MS
      : states.includes("seeking")
        ? SEEK_PATIENCE_MS
        : 0;
    const now = this.now();
    if (patience === 0) this.#holdingSince = null;
    else this.#holdingSince ??= now;
    const patient = this.#holdingSince !== null && now - this.#holdingSince < patience;
    const running = this.#wish && !patient;
    if (running !== this.#clock.running) this.#move({ running });
  }

  #keepFeeds(atMs: number): void {
    const near = tracksAround(this.recording.tracks, atMs, BEFORE_MS, AHEAD_MS);
    const wanted = new Set(near.map((track) => track.id));
    let changed = false;
    for (const [id, feed] of this.feeds) {
      if (wanted.has(id)) continue;
      feed.close();
      this.feeds.delete(id);
      this.states.delete(id);
      changed = true;
    }
    for (const track of near) {
      if (this.feeds.has(track.id)) continue;
      this.feeds.set(track.id, new Feed(track, this.recording.durationMs, this.load));
      changed = true;
    }
    if (changed) this.hearer.feeds();
  }
}
