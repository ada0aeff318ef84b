/**
 * The one owner of the room's socket and of coming back. Messages become inputs of the store.
 *
 * A loss is answered in order: the socket comes back first (resume, else a new token), then what of the media did not
 * survive is made anew by `room-media.ts`.
 */

import { LINE_DOWN, post, Refusal } from "../api";
import { nextStep, type Loss } from "./coming-back";
import { Link, type Address } from "./link";
import { Memory } from "./memory";
import { newerBuild } from "./newer-build";
import type { OwnChoices } from "./own-choices";
import { RoomMedia } from "./room-media";
import type { Input, RoomState } from "./state";
import type {
  CommandRequest,
  Ended,
  JoinAuth,
  ResumeAuth,
  WaitingWelcome,
  Welcome,
} from "../wire/signaling";
import type { JoinReply, JoinRequest, RoomConfig } from "../wire/web";
import type { Store } from "../shared/store";
import { waysOf } from "../shared/ways";

export type Command = CommandRequest["command"];

export class Session {
  readonly media: RoomMedia;
  readonly memory: Memory;
  #link: Link | null = null;
  #address: JoinReply | null = null;
  #secret: ResumeAuth | null = null;
  #returning: ReturnType<typeof setTimeout> | null = null;
  #loss: Loss | null = null;
  /** Whether this tab was inside before, also before a reload: then it never gives up for want of a line. */
  #known = false;
  /** A welcome came to this page before. */
  #met = false;
  /** The reader said to go on here wherever else the seat is open. */
  #takeOver = false;

  constructor(
    private readonly config: RoomConfig,
    readonly store: Store<RoomState, Input>,
    readonly choices: OwnChoices,
  ) {
    this.memory = new Memory(config.reception, sessionStorage);
    this.media = new RoomMedia(config, store, {
      ask: (event, ...body) => this.ask(event, ...body),
      command: (command) => this.command(command),
      trouble: (error) => {
        this.trouble(error);
      },
      ways: () => waysOf(this.#address),
      devicesChanged: () => {
        this.#remember();
      },
    });
  }

  /** A tab that was inside comes back by itself; any other looks at its devices first. */
  async begin(): Promise<void> {
    const remembered = this.memory.recall();
    if (remembered === null) return this.config.waits ? this.#comeStraightIn() : this.prepare();
    if (remembered.camera !== null) this.media.local.chosen.camera = remembered.camera;
    if (remembered.microphone !== null) this.media.local.chosen.microphone = remembered.microphone;
    void this.media.local.open("microphone");
    if (remembered.cameraOn) void this.media.local.open("camera");
    else this.media.local.off("camera");
    return this.enter();
  }

  /** The devices were looked at on the way in. One may wait without any of them. */
  #comeStraightIn(): Promise<void> {
    void this.media.local.open("camera").then(() => this.media.local.open("microphone"));
    return this.enter();
  }

  /** Goes on here although another device has the seat; that one ends. */
  takeOver(): Promise<void> {
    this.#takeOver = true;
    return this.enter();
  }

  /** Before the room: both devices, one after the other, so that the browser asks one thing at a time. */
  async prepare(): Promise<void> {
    this.store.send({ type: "back_before" });
    await this.media.local.open("camera");
    await this.media.local.open("microphone");
  }

  /** Goes in: as who this tab was, when it remembers, else with a new token. */
  async enter(): Promise<void> {
    this.store.send({ type: "entering" });
    const remembered = this.memory.recall();
    if (remembered === null) return this.#withToken();
    this.#known = true;
    this.#address = remembered.address;
    this.#secret = { participant: remembered.participant, secret: remembered.secret };
    this.#loss = { lostMs: Date.now(), attempts: 0, hasSecret: true, refusal: null };
    return this.#comeBack();
  }

  /** Asks the server something. Throws Refusal. */
  ask<Answer>(event: string, ...body: readonly unknown[]): Promise<Answer> {
    return this.#link?.ask<Answer>(event, ...body) ?? Promise.reject(new Refusal(LINE_DOWN));
  }

  /** A command; a refusal is shown, not thrown. True when it was done. */
  async command(command: Command): Promise<boolean> {
    try {
      await this.ask("command", { command } satisfies CommandRequest);
      return true;
    } catch (error) {
      this.trouble(error);
      return false;
    }
  }

  trouble(error: unknown): void {
    const refusal = error instanceof Refusal ? error : new Refusal("internal");
    this.store.send({ type: "trouble", trouble: { code: refusal.code, params: refusal.params } });
  }

  /** Goes out for good; coming in again is a new join. */
  async leave(): Promise<void> {
    await this.ask("leave").catch(() => undefined);
    this.#over({ how: "left", reason: "" });
  }

  // ── the socket ──────────────────────────────────────────────────────────────────────────────────────────────

  /** Asks for the way in; `secret`: to come back as who one was, wherever the room is now, else as new. */
  async #withToken(secret: ResumeAuth | null = null): Promise<void> {
    try {
      const asked: JoinRequest = { take_over: this.#known || this.#takeOver };
      const answer = await post(this.config.join, this.config.page.csrf, asked);
      const way = (await answer.json()) as JoinReply;
      if (this.#isGone()) return;
      this.#address = way;
      this.#connect(secret ?? { token: way.token }, way);
    } catch (error) {
      if (error instanceof Refusal && error.code === "seat_taken") {
        this.store.send({ type: "taken" });
        return;
      }
      this.#down(error instanceof Refusal && error.code !== LINE_DOWN ? error : null);
    }
  }

  #connect(auth: JoinAuth | ResumeAuth, address: Address): void {
    this.#link?.close();
    this.#link = new Link(address, auth, {
      welcome: (welcome) => {
        this.#welcome(welcome, "token" in auth || this.store.state.phase === "waiting");
      },
      room: (room) => {
        this.store.send({ type: "room", room });
      },
      messages: (messages) => {
        this.store.send({ type: "messages", messages });
      },
      waitingWelcome: (welcome) => {
        this.#waits(welcome);
      },
      waiting: (waiting) => {
        this.store.send({ type: "waiting", waiting });
      },
      speakers: ({ participants }) => {
        this.store.send({ type: "speakers", participants });
      },
      offer: (offer) => {
        this.media.take(offer);
      },
      withheld: ({ tracks }) => {
        this.store.send({ type: "withheld", tracks });
      },
      unwanted: ({ sources }) => {
        this.media.stopSending(sources);
      },
      renegotiate: () => {
        this.media.begin();
      },
      ended: (ended) => {
        this.#over(ended);
      },
      refused: (refused) => {
        this.trouble(new Refusal(refused.code, refused.params));
      },
      down: (why) => {
        this.#down(why);
      },
    });
  }

  /** `fresh`: the server knows nothing of our media yet; after a resume what still stands is kept. */
  #welcome(welcome: Welcome, fresh: boolean): void {
    this.#secret = { participant: welcome.participant, secret: welcome.secret };
    this.#loss = null;
    this.#known = true;
    this.#remember();
    this.#lookForNewer();
    if (fresh) this.media.disconnect();
    this.store.send({ type: "welcome", welcome });
    if (fresh) this.media.begin();
    else this.media.goOn();
  }

  /** Into the waiting area, or back to it: no media goes either way from now on. */
  #waits(welcome: WaitingWelcome): void {
    this.#secret = { participant: welcome.participant, secret: welcome.secret };
    this.#loss = null;
    this.#known = true;
    this.#remember();
    this.#lookForNewer();
    this.media.disconnect();
    this.store.send({ type: "waiting_welcome", welcome });
  }

  /** Whoever comes back may come back to a server that was upgraded meanwhile: this page then offers to reload. */
  #lookForNewer(): void {
    const met = this.#met;
    this.#met = true;
    if (!met || this.store.state.stale) return;
    newerBuild(this.config.page.build).then(
      (newer) => {
        if (newer) this.store.send({ type: "stale" });
      },
      () => undefined, // it is asked again at the next return
    );
  }

  #down(why: Refusal | null): void {
    if (this.#isGone()) return;
    this.store.send({ type: "socket_lost" });
    const before = this.#loss ?? {
      lostMs: Date.now(),
      attempts: -1,
      hasSecret: this.#secret !== null,
      refusal: null,
    };
    this.#loss = { ...before, attempts: before.attempts + 1, refusal: why?.code ?? null };
    if (!this.#known) this.#refusedAtTheDoor(why ?? new Refusal(LINE_DOWN));
    else void this.#comeBack();
  }

  /** The reader left while something was under way. */
  #isGone(): boolean {
    return ["before", "over"].includes(this.store.state.phase);
  }

  async #comeBack(): Promise<void> {
    if (this.#loss === null) return;
    const step = nextStep(this.#loss, Date.now());
    if (step.by === "giving_up") {
      this.#refusedAtTheDoor(new Refusal(this.#loss.refusal ?? LINE_DOWN));
      return;
    }
    await new Promise<void>((resolve) => {
      this.#returning = setTimeout(resolve, step.waitMs);
    });
    if (step.by === "resume" && this.#secret !== null && this.#address !== null) {
      this.#connect(this.#secret, this.#address);
      return;
    }
    if (step.by === "elsewhere" && this.#secret !== null) return this.#withToken(this.#secret);
    this.#loss = { ...this.#loss, hasSecret: false };
    await this.#withToken();
  }

  #refusedAtTheDoor(why: Refusal): void {
    this.#disconnect();
    this.store.send({ type: "back_before" });
    this.trouble(why);
  }

  #over(ending: Ended): void {
    if (this.store.state.phase === "over") return;
    this.#takeOver = ending.how === "replaced";
    this.store.send({ type: "ended", ending });
    this.#disconnect();
    this.media.local.close();
  }

  #disconnect(): void {
    if (this.#returning !== null) clearTimeout(this.#returning);
    this.memory.forget();
    this.#known = false;
    this.#loss = null;
    this.#secret = null;
    this.#link?.close();
    this.#link = null;
    this.media.disconnect();
  }

  #remember(): void {
    if (this.#secret === null || this.#address === null) return;
    this.memory.keep({
      ...this.#secret,
      address: { ...this.#address, token: "" },
      camera: this.media.local.chosen.camera ?? null,
      microphone: this.media.local.chosen.microphone ?? null,
      cameraOn: this.media.local.track("camera") !== null,
    });
  }
}
