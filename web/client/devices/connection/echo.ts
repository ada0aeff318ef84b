/** Tries the path of the room's messages: a WebSocket whose other end sends everything back. */

import { blocked, socketResult } from "./paths";
import type { PathResult } from "../../wire/web";

const CONNECT_MS = 8_000;
/** A piece each 64 ms is 2 Mb/s, a little more than a picture. */
const PIECE_BYTES = 16_000;
const PIECE_EVERY_MS = 64;
const SMALL_EVERY_MS = 200;

/** First small messages alone, by which the delay is measured, then what a picture would weigh. Never throws. */
export function tryWebSocket(address: string, seconds: number): Promise<PathResult> {
  return new Promise((resolve) => {
    const echo = new Echo(address, seconds * 1000, resolve);
    echo.begin();
  });
}

class Echo {
  readonly #socket: WebSocket;
  readonly #roundTrips: number[] = [];
  readonly #sentMs: number[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #end: ReturnType<typeof setTimeout> | undefined;
  #bytes = 0;
  #heavyMs = 0;
  #over = false;

  constructor(
    address: string,
    private readonly wholeMs: number,
    private readonly done: (result: PathResult) => void,
  ) {
    this.#socket = new WebSocket(address);
    this.#socket.binaryType = "arraybuffer";
  }

  begin(): void {
    this.#end = setTimeout(() => {
      this.#finish();
    }, CONNECT_MS);
    this.#socket.onopen = () => {
      this.#measure();
    };
    this.#socket.onmessage = (event: MessageEvent<ArrayBuffer>) => {
      this.#came(event.data.byteLength);
    };
    this.#socket.onclose = () => {
      this.#finish();
    };
  }

  #measure(): void {
    clearTimeout(this.#end);
    this.#timer = setInterval(() => {
      this.#sentMs.push(performance.now());
      this.#socket.send(new Uint8Array(8));
    }, SMALL_EVERY_MS);
    setTimeout(() => {
      this.#weigh();
    }, this.wholeMs / 2);
    this.#end = setTimeout(() => {
      this.#finish();
    }, this.wholeMs);
  }

  #weigh(): void {
    clearInterval(this.#timer);
    if (this.#over) return;
    this.#heavyMs = performance.now();
    this.#timer = setInterval(() => {
      if (this.#socket.bufferedAmount < 4 * PIECE_BYTES)
        this.#socket.send(new Uint8Array(PIECE_BYTES));
    }, PIECE_EVERY_MS);
  }

  #came(bytes: number): void {
    const sent = bytes === PIECE_BYTES ? undefined : this.#sentMs.shift();
    if (sent === undefined) this.#bytes += bytes;
    else this.#roundTrips.push(performance.now() - sent);
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#timer);
    clearTimeout(this.#end);
    const ms = this.#heavyMs > 0 ? performance.now() - this.#heavyMs : 0;
    this.#socket.close();
    this.done(
      this.#roundTrips.length > 0
        ? socketResult(this.#roundTrips, this.#bytes, ms)
        : blocked("websocket"),
    );
  }
}
