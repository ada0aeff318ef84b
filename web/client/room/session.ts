/**
 * The one owner of the room's connections: socket, uplink, downlink. Messages become inputs of the store.
 *
 * A loss is answered in order: the socket comes back first (resume, else a new token), then what of the media did not
 * survive is made anew. A publish problem never touches what one sees.
 */

import { LINE_DOWN, post, Refusal } from "../api";
import { nextStep, type Loss } from "./coming-back";
import { Downlink } from "./downlink";
import { Link, type Address } from "./link";
import { LocalMedia } from "./local-media";
import { Memory } from "./memory";
import type { Direction, Input, RoomState, Transport } from "./state";
import { watchQuality } from "./stats";
import { Uplink } from "./uplink";
import { me } from "./view";
import type {
  CommandRequest,
  Ended,
  JoinAuth,
  ResumeAuth,
  Source,
  Welcome,
} from "../wire/signaling";
import type { JoinReply, RoomConfig } from "../wire/web";
import type { Store } from "../shared/store";

export type Command = CommandRequest["command"];

export class Session {
  readonly local: LocalMedia;
  readonly downlink: Downlink;
  uplink: Uplink | null = null;
  readonly memory: Memory;
  #link: Link | null = null;
  #address: JoinReply | null = null;
  #secret: ResumeAuth | null = null;
  #returning: ReturnType<typeof setTimeout> | null = null;
  #loss: Loss | null = null;
  /** Whether this tab was inside before, also before a reload: then it never gives up for want of a line. */
  #known = false;

  constructor(
    private readonly config: RoomConfig,
    readonly store: Store<RoomState, Input>,
  ) {
    this.memory = new Memory(config.reception, sessionStorage);
    this.local = new LocalMedia({
      device: (gadget, device) => {
        store.send({ type: "device", gadget, device });
      },
      replaced: (source) => {
        this.#replaced(source);
      },
    });
    this.downlink = new Downlink({
      ice: () => this.#address?.ice ?? [],
      signal: (reply) => this.ask("downlink", reply),
      show: (state) => {
        this.#transport("downlink", state);
      },
      changed: () => {
        store.send({ type: "media" });
      },
    });
    store.read((state, before) => {
      if (state.room !== before.room || state.lostMs !== before.lostMs) this.#gateMicrophone(state);
    });
    watchQuality(
      () => [this.uplink?.connection ?? null, this.downlink.connection],
      (quality) => {
        store.send({ type: "quality", quality });
      },
    );
  }

  /** A tab that was inside comes back by itself; any other looks at its devices first. */
  async begin(): Promise<void> {
    const remembered = this.memory.recall();
    if (remembered === null) return this.prepare();
    if (remembered.camera !== null) this.local.chosen.camera = remembered.camera;
    if (remembered.microphone !== null) this.local.chosen.microphone = remembered.microphone;
    void this.local.open("microphone");
    if (remembered.cameraOn) void this.local.open("camera");
    else this.local.off("camera");
    return this.enter();
  }

  /** Before the room: both devices, one after the other, so that the browser asks one thing at a time. */
  async prepare(): Promise<void> {
    this.store.send({ type: "back_before" });
    await this.local.open("camera");
    await this.local.open("microphone");
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

  /** A picture or sound of anybody, me included. */
  stream(participant: string, source: Source): MediaStream | null {
    if (participant === this.store.state.room?.you) return this.local.stream(source);
    return this.downlink.stream(participant, source);
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

  async #withToken(): Promise<void> {
    try {
      const answer = await post(this.config.join, this.config.page.csrf, {});
      this.#address = (await answer.json()) as JoinReply;
      this.#connect({ token: this.#address.token }, this.#address);
    } catch (error) {
      this.#down(error instanceof Refusal && error.code !== LINE_DOWN ? error : null);
    }
  }

  #connect(auth: JoinAuth | ResumeAuth, address: Address): void {
    this.#link?.close();
    this.#link = new Link(address, auth, {
      welcome: (welcome) => {
        this.#welcome(welcome, "token" in auth);
      },
      room: (room) => {
        this.store.send({ type: "room", room });
      },
      speakers: ({ participants }) => {
        this.store.send({ type: "speakers", participants });
      },
      offer: (offer) => {
        void this.downlink.take(offer).catch((error: unknown) => {
          this.#mediaTrouble(error);
        });
      },
      renegotiate: () => {
        this.downlink.close();
        void this.#makeUplink();
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
    const { uplink, downlink } = this.store.state;
    if (fresh) this.downlink.close();
    this.store.send({ type: "welcome", welcome });
    if (fresh || uplink !== "connected" || this.uplink === null) void this.#makeUplink();
    if (!fresh && downlink !== "connected") void this.#askDownlinkAnew();
    void this.#agreeOnCamera();
  }

  async #askDownlinkAnew(): Promise<void> {
    this.downlink.close();
    await this.ask("restart_downlink").catch(() => undefined);
  }

  #down(why: Refusal | null): void {
    if (this.store.state.phase === "over" || this.store.state.phase === "before") return;
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
    this.store.send({ type: "ended", ending });
    this.#disconnect();
    this.local.close();
  }

  #disconnect(): void {
    if (this.#returning !== null) clearTimeout(this.#returning);
    this.memory.forget();
    this.#known = false;
    this.#loss = null;
    this.#secret = null;
    this.#link?.close();
    this.#link = null;
    this.uplink?.close();
    this.uplink = null;
    this.downlink.close();
  }

  #remember(): void {
    if (this.#secret === null || this.#address === null) return;
    this.memory.keep({
      ...this.#secret,
      address: { ...this.#address, token: "" },
      camera: this.local.chosen.camera ?? null,
      microphone: this.local.chosen.microphone ?? null,
      cameraOn: this.local.track("camera") !== null,
    });
  }

  // ── media ───────────────────────────────────────────────────────────────────────────────────────────────────

  async #makeUplink(): Promise<void> {
    this.uplink?.close();
    this.store.send({ type: "transport", direction: "uplink", state: "new" });
    const uplink = new Uplink({
      ice: () => this.#address?.ice ?? [],
      cameraKbps: this.config.camera_kbps,
      screenKbps: this.config.screen_kbps,
      signal: (request) => this.ask("uplink", request),
      show: (state) => {
        if (this.uplink === uplink) this.#transport("uplink", state);
      },
    });
    this.uplink = uplink;
    const sending = (["microphone", "camera", "screen"] as const).flatMap((source) => {
      const track = this.local.track(source);
      return track === null ? [] : [[source, track] as const];
    });
    await uplink.start(Object.fromEntries(sending)).catch((error: unknown) => {
      this.#mediaTrouble(error);
    });
  }

  #transport(direction: Direction, state: Transport): void {
    this.store.send({ type: "transport", direction, state });
    if (state !== "lost" || this.store.state.lostMs !== null) return;
    if (direction === "uplink") void this.#makeUplink();
    else void this.#askDownlinkAnew();
  }

  #replaced(source: Source): void {
    this.store.send({ type: "media" });
    this.#gateMicrophone(this.store.state);
    this.#remember();
    void this.uplink?.put(source, this.local.track(source)).catch((error: unknown) => {
      this.#mediaTrouble(error);
    });
    const ended = source === "screen" && this.local.track("screen") === null;
    if (ended && this.store.state.sharing) {
      this.store.send({ type: "sharing", on: false });
      void this.command({ type: "SetScreen", shared: false });
    }
    if (source === "camera") void this.#agreeOnCamera();
  }

  /** The track follows the node's gate, so that what the room shows of me is what leaves this machine. */
  #gateMicrophone(state: RoomState): void {
    this.local.setOpen(
      state.phase === "before" || (state.lostMs === null && me(state)?.microphone_open === true),
    );
  }

  /** Tells the room whether there is a picture of me, when it thinks otherwise. */
  async #agreeOnCamera(): Promise<void> {
    const own = me(this.store.state);
    const on = this.local.track("camera") !== null;
    if (own === null || own.camera_on === on || this.store.state.lostMs !== null) return;
    if (this.store.state.devices.camera === "asking" && !on) return;
    await this.command({ type: "SetCamera", on });
  }

  /** A failed negotiation is a lost transport unless the line itself is down, which is already being seen to. */
  #mediaTrouble(error: unknown): void {
    if (error instanceof Refusal && (error.code === LINE_DOWN || error.code === "stale_offer"))
      return;
    this.trouble(error);
  }
}
