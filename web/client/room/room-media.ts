/**
 * The one owner of the room's media: my devices, the uplink, the downlink. Knows the socket only as `ask`.
 *
 * A publish problem never touches what one sees: each direction is made anew by itself.
 */

import { LINE_DOWN, Refusal } from "../api";
import { Downlink } from "./downlink";
import { watchHidden } from "./hidden-tab";
import { LocalMedia } from "./local-media";
import type { Direction, Input, RoomState, Transport } from "./state";
import type { Quality } from "./quality";
import { SteadyLine } from "./steady-line";
import { watchQuality } from "./stats";
import { Uplink } from "./uplink";
import { mayPublish, me } from "./view";
import { Wants } from "./wants";
import type { Command } from "./session";
import type { Offer, Source } from "../wire/signaling";
import type { Ways } from "../shared/ways";
import type { RoomConfig } from "../wire/web";
import type { Store } from "../shared/store";

/** What media needs of the session. */
export interface Signalling {
  ask<Answer>(event: string, ...body: readonly unknown[]): Promise<Answer>;
  command(command: Command): Promise<boolean>;
  trouble(error: unknown): void;
  ways(): Ways;
  /** My devices are others now; worth remembering over a reload. */
  devicesChanged(): void;
}

const SOURCES = ["microphone", "camera", "screen"] as const;

export class RoomMedia {
  readonly local: LocalMedia;
  readonly downlink: Downlink;
  readonly wants: Wants;
  uplink: Uplink | null = null;
  readonly #line = new SteadyLine();

  constructor(
    private readonly config: RoomConfig,
    private readonly store: Store<RoomState, Input>,
    private readonly signalling: Signalling,
  ) {
    this.local = new LocalMedia({
      device: (gadget, device) => {
        store.send({ type: "device", gadget, device });
      },
      replaced: (source) => {
        this.#replaced(source);
      },
    });
    this.wants = new Wants((shown) => signalling.ask("wants", { shown }));
    watchHidden((hidden) => {
      this.wants.hidden(hidden);
    });
    this.downlink = new Downlink({
      ways: () => signalling.ways(),
      signal: (reply) => signalling.ask("downlink", reply),
      show: (state) => {
        this.#transport("downlink", state);
      },
      changed: () => {
        store.send({ type: "media" });
      },
      broken: () => {
        this.#mendDownlink();
      },
    });
    store.read((state, before) => {
      if (state.room !== before.room || state.lostMs !== before.lostMs) this.#gateMicrophone(state);
    });
    watchQuality(
      () => [this.uplink?.connection ?? null, this.downlink.connection],
      (quality) => {
        store.send({ type: "quality", quality });
        void this.#tellLine(quality);
      },
    );
  }

  /** A line that is down cannot be told; the room asks for everything anew when it is back. */
  async #tellLine(quality: Quality): Promise<void> {
    if (this.store.state.phase !== "inside" || this.store.state.lostMs !== null) return;
    const worth = this.#line.heard(quality);
    if (worth === null) return;
    await this.signalling.ask("line", { quality: worth }).catch(() => {
      this.#line.forget();
    });
  }

  /** A picture or sound of anybody, me included. */
  stream(participant: string, source: Source): MediaStream | null {
    if (participant === this.store.state.room?.you) return this.local.stream(source);
    return this.downlink.stream(participant, source);
  }

  /** The node knows nothing of us yet, or no more: both directions from nothing; its offer comes by itself. */
  begin(): void {
    this.#line.forget();
    this.downlink.close();
    this.store.send({ type: "withheld", tracks: [] });
    this.wants.again();
    void this.#makeUplink();
    void this.#agreeOnCamera();
  }

  /** The socket is back; what still stands is kept, the rest is made anew. */
  goOn(): void {
    this.#line.forget();
    this.wants.again();
    this.stopSending([]); // when somebody's wish was lost meanwhile, it is said again
    const { uplink, downlink } = this.store.state;
    if (uplink !== "connected" || this.uplink === null) void this.#makeUplink();
    else if (isDoubtful(this.uplink.connection)) this.#mendUplink(this.uplink);
    if (downlink !== "connected") void this.#askDownlinkAnew();
    else if (isDoubtful(this.downlink.connection)) this.#mendDownlink();
    void this.#agreeOnCamera();
  }

  /** Takes an offer of the node. */
  take(offer: Offer): void {
    void this.downlink.take(offer).catch((error: unknown) => {
      this.#trouble(error);
    });
  }

  /** Nobody sees these pictures of mine now; all others are sent. */
  stopSending(sources: readonly Source[]): void {
    void this.uplink?.stop(sources).catch((error: unknown) => {
      this.#trouble(error);
    });
  }

  /** Both connections end; devices stay as they are. */
  disconnect(): void {
    this.uplink?.close();
    this.uplink = null;
    this.wants.rest();
    this.downlink.close();
  }

  async #makeUplink(): Promise<void> {
    this.uplink?.close();
    if (!mayPublish(this.config.role)) return; // the server would refuse it
    this.store.send({ type: "transport", direction: "uplink", state: "new" });
    const uplink = new Uplink({
      ways: () => this.signalling.ways(),
      cameraKbps: this.config.camera_kbps,
      screenKbps: this.config.screen_kbps,
      signal: (request) => this.signalling.ask("uplink", request),
      show: (state) => {
        if (this.uplink === uplink) this.#transport("uplink", state);
      },
      broken: () => {
        this.#mendUplink(uplink);
      },
    });
    this.uplink = uplink;
    const sending = SOURCES.flatMap((source) => {
      const track = this.local.track(source);
      return track === null ? [] : [[source, track] as const];
    });
    await uplink.start(Object.fromEntries(sending)).catch((error: unknown) => {
      this.#trouble(error);
    });
  }

  #mendUplink(uplink: Uplink): void {
    void uplink.mend().catch((error: unknown) => {
      this.#trouble(error);
    });
  }

  #mendDownlink(): void {
    void this.signalling.ask("restart_downlink", { keep: true }).catch((error: unknown) => {
      this.#trouble(error);
    });
  }

  async #askDownlinkAnew(): Promise<void> {
    this.downlink.close();
    await this.signalling.ask("restart_downlink").catch((error: unknown) => {
      this.#trouble(error);
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
    this.signalling.devicesChanged();
    const track = this.local.track(source);
    void this.uplink?.put(source, track).catch((error: unknown) => {
      this.#trouble(error);
    });
    if (source === "screen" && track === null && this.store.state.sharing) {
      this.store.send({ type: "sharing", on: false });
      void this.signalling.command({ type: "SetScreen", shared: false });
    }
    if (source === "camera") void this.#agreeOnCamera();
  }

  /** The track follows the node's gate, so that what the room shows of me is what leaves this machine. */
  #gateMicrophone(state: RoomState): void {
    const open = state.lostMs === null && me(state)?.microphone_open === true;
    this.local.setOpen(state.phase === "before" || open);
  }

  /** Tells the room whether there is a picture of me, when it thinks otherwise. */
  async #agreeOnCamera(): Promise<void> {
    const own = me(this.store.state);
    const on = this.local.track("camera") !== null;
    if (own === null || own.camera_on === on || this.store.state.lostMs !== null) return;
    if (this.store.state.devices.camera === "asking" && !on) return;
    await this.signalling.command({ type: "SetCamera", on });
  }

  /** A dead line is already being seen to, and a stale offer has a newer one behind it. */
  #trouble(error: unknown): void {
    const known = error instanceof Refusal && [LINE_DOWN, "stale_offer"].includes(error.code);
    if (!known) this.signalling.trouble(error);
  }
}

/** The store still takes it for whole, the browser no longer does. */
function isDoubtful(connection: RTCPeerConnection | null): boolean {
  return connection !== null && ["disconnected", "failed"].includes(connection.connectionState);
}
