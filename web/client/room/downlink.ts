/**
 * The receiving connection: the node offers, the browser answers. One offer in flight; a newer one replaces a waiting one.
 */

import { arrange, keyOf, sessionOf, type Key } from "./incoming";
import { OneAtATime } from "./one-at-a-time";
import { describe } from "./sound-lines";
import type { Transport } from "./state";
import { connectionOver, type Ways } from "../shared/ways";
import { watchTransport } from "./transport";
import type { DownlinkReply, Offer, Source } from "../wire/signaling";

export interface DownlinkPlan {
  ways(): Ways;
  signal(reply: DownlinkReply): Promise<unknown>;
  show(state: Transport): void;
  changed(): void;
  /** The way from the node broke: it is to offer another. */
  broken(): void;
}

export class Downlink {
  connection: RTCPeerConnection | null = null;
  #steps = new OneAtATime();
  #unwatch: () => void = () => undefined;
  #session = "";
  #newest = -1;
  #tracks = new Map<Key, MediaStreamTrack>();
  readonly #streams = new Map<Key, MediaStream>();

  constructor(private readonly plan: DownlinkPlan) {}

  /** Takes an offer and answers it. */
  take(offer: Offer): Promise<void> {
    this.#newest = offer.offer;
    return this.#steps.run(async () => {
      if (offer.offer === this.#newest) await this.#answer(offer);
    });
  }

  /** Somebody's picture or sound, always as the same stream object, so that an element need not start anew. */
  stream(participant: string, source: Source): MediaStream | null {
    return this.#streams.get(keyOf(participant, source)) ?? null;
  }

  /** Every sound there is, by participant. */
  sounds(): [string, MediaStream][] {
    return [...this.#streams].flatMap(([key, stream]): [string, MediaStream][] =>
      key.endsWith("/microphone") ? [[key.slice(0, key.lastIndexOf("/")), stream]] : [],
    );
  }

  /** I end it; `take` begins anew. Of what was under way nobody hears again: Chromium never ends it, so nothing may wait
   *  behind it, and Firefox lets it fail. */
  close(): void {
    this.#unwatch();
    this.connection?.close();
    this.connection = null;
    this.#steps = new OneAtATime();
    this.#session = "";
    this.#newest = -1;
    this.#tracks = new Map();
    this.#restream();
  }

  async #answer(offer: Offer): Promise<void> {
    const connection = this.#connectionFor(offer);
    try {
      await this.#describe(connection, offer);
    } catch (error) {
      if (this.connection === connection) throw error;
    }
  }

  async #describe(connection: RTCPeerConnection, offer: Offer): Promise<void> {
    await connection.setRemoteDescription({ type: "offer", sdp: offer.sdp });
    await describe(connection);
    if (this.connection !== connection) return;
    this.#tracks = arrange(offer.tracks, receiversByMid(connection));
    this.#restream();
    await this.plan.signal({ offer: offer.offer, sdp: connection.localDescription?.sdp ?? "" });
  }

  #connectionFor(offer: Offer): RTCPeerConnection {
    const session = sessionOf(offer.sdp);
    if (this.connection !== null && session === this.#session) return this.connection;
    this.#unwatch();
    this.connection?.close();
    const connection = new RTCPeerConnection(connectionOver(this.plan.ways()));
    this.#unwatch = watchTransport(
      connection,
      (state) => {
        this.plan.show(state);
      },
      () => {
        this.plan.broken();
      },
    );
    this.connection = connection;
    this.#session = session;
    return connection;
  }

  #restream(): void {
    for (const key of this.#streams.keys()) if (!this.#tracks.has(key)) this.#streams.delete(key);
    for (const [key, track] of this.#tracks) {
      const known = this.#streams.get(key);
      if (known?.getTracks()[0] === track) continue;
      this.#streams.set(key, new MediaStream([track]));
    }
    this.plan.changed();
  }
}

function receiversByMid(connection: RTCPeerConnection): Map<string, MediaStreamTrack> {
  const lines = connection.getTransceivers();
  return new Map(
    lines.flatMap((line) => (line.mid === null ? [] : [[line.mid, line.receiver.track]])),
  );
}
