/**
 * The sending connection: the browser offers, the node answers. One m-line per source, made once.
 *
 * A source that is switched off keeps its m-line; only sharing a screen for the first time (or its end) changes
 * the description and is negotiated again. No candidates travel by hand: the node is ICE-lite and names its own.
 */

import { OneAtATime } from "./one-at-a-time";
import { describe, isRed, redFirst } from "./sound-lines";
import type { Transport } from "./state";
import { connectionOver, type Ways } from "../shared/ways";
import { watchTransport } from "./transport";
import { capOf, ORDER, sourcesByMid } from "./uplink-lines";
import type { Source, UplinkReply, UplinkRequest } from "../wire/signaling";

export interface UplinkPlan {
  ways(): Ways;
  cameraKbps: number;
  screenKbps: number;
  signal(request: UplinkRequest): Promise<UplinkReply>;
  show(state: Transport): void;
  /** The way to the node broke; `mend` looks for another. */
  broken(): void;
}

export type Sending = Partial<Record<Source, MediaStreamTrack>>;

export class Uplink {
  readonly connection: RTCPeerConnection;
  readonly #steps = new OneAtATime();
  readonly #lines = new Map<Source, RTCRtpTransceiver>();
  readonly #unwatch: () => void;
  #stopped: ReadonlySet<Source> = new Set();

  constructor(private readonly plan: UplinkPlan) {
    this.connection = new RTCPeerConnection(connectionOver(plan.ways()));
    this.#unwatch = watchTransport(
      this.connection,
      (state) => {
        plan.show(state);
      },
      () => {
        plan.broken();
      },
    );
  }

  /** Makes the m-lines and connects. Microphone and camera send from the start, with or without a device behind them. */
  start(sending: Sending): Promise<void> {
    return this.#step(async () => {
      for (const source of ORDER) {
        const kind = source === "microphone" ? "audio" : "video";
        const track = sending[source];
        const sends = source !== "screen" || track !== undefined;
        const line = this.connection.addTransceiver(track ?? kind, {
          direction: sends ? "sendonly" : "inactive",
          sendEncodings: [this.#encoding(source)],
        });
        if (source === "microphone") preferRed(line);
        this.#lines.set(source, line);
      }
      await this.#negotiate();
    });
  }

  /** Puts a track (or nothing) behind a source's m-line; negotiates again only when the line changes its direction. */
  put(source: Source, track: MediaStreamTrack | null): Promise<void> {
    return this.#step(async () => {
      const line = this.#lines.get(source);
      if (line === undefined || this.connection.signalingState === "closed") return;
      await line.sender.replaceTrack(track);
      const direction = source !== "screen" || track !== null ? "sendonly" : "inactive";
      if (line.direction === direction) return;
      line.direction = direction;
      await this.#negotiate();
    });
  }

  /** Sends these pictures no longer, and all others again; their devices and m-lines stay. */
  stop(sources: readonly Source[]): Promise<void> {
    return this.#step(async () => {
      this.#stopped = new Set(sources);
      if (this.connection.signalingState !== "closed") await this.#cap();
    });
  }

  /** Looks for a way anew; what is sent and its keys stay (ICE restart). */
  mend(): Promise<void> {
    return this.#step(async () => {
      if (this.connection.signalingState === "closed") return;
      this.connection.restartIce();
      await this.#negotiate();
    });
  }

  /** I end it. */
  close(): void {
    this.#unwatch();
    this.connection.close();
  }

  /** One after another; a step that the end overtakes is no failure. */
  #step(work: () => Promise<void>): Promise<void> {
    return this.#steps.run(async () => {
      try {
        await work();
      } catch (error) {
        if (this.connection.signalingState !== "closed") throw error;
      }
    });
  }

  #encoding(source: Source): RTCRtpEncodingParameters {
    return { ...capOf(source, this.plan.cameraKbps, this.plan.screenKbps), active: true };
  }

  async #negotiate(): Promise<void> {
    await describe(this.connection);
    const sdp = this.connection.localDescription?.sdp ?? "";
    const answer = await this.plan.signal({ sdp, sources: sourcesByMid(this.#upLines()) });
    await this.connection.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    await this.#cap();
  }

  #upLines(): { source: Source; mid: string | null; sends: boolean }[] {
    return [...this.#lines].map(([source, line]) => ({
      source,
      mid: line.mid,
      sends: line.direction === "sendonly",
    }));
  }

  /** Firefox takes the caps only now, through setParameters; elsewhere it says the same again. What nobody sees is not
   *  even encoded. */
  async #cap(): Promise<void> {
    for (const [source, line] of this.#lines) {
      const cap = capOf(source, this.plan.cameraKbps, this.plan.screenKbps);
      const parameters = line.sender.getParameters();
      const encoding = (parameters.encodings as RTCRtpEncodingParameters[] | undefined)?.[0];
      if (cap === null || encoding === undefined) continue;
      Object.assign(encoding, cap, { active: !this.#stopped.has(source) });
      parameters.degradationPreference =
        source === "screen" ? "maintain-resolution" : "maintain-framerate";
      await line.sender.setParameters(parameters);
    }
  }
}

/** Only where the browser knows it (Firefox does not): the order is left alone otherwise. */
function preferRed(line: RTCRtpTransceiver): void {
  const known = RTCRtpSender.getCapabilities("audio")?.codecs ?? [];
  if (known.some(isRed)) line.setCodecPreferences(redFirst(known));
}
