/**
 * One connection of the room's socket: messages in, questions out. Coming back after a loss is `session.ts`'s.
 *
 * WebSocket only: the socket goes straight to the process that owns the room, nothing has to be sticky.
 */

import { io, type Socket } from "socket.io-client";
import { LINE_DOWN, Refusal } from "../api";
import type {
  Ended,
  JoinAuth,
  Messages,
  Offer,
  Refused,
  Renegotiate,
  ResumeAuth,
  RoomView,
  Speakers,
  Unwanted,
  WaitingView,
  WaitingWelcome,
  Withheld,
} from "../wire/signaling";
import type { Welcome } from "../wire/signaling";
import type { JoinReply } from "../wire/web";

/** A question that nobody answers within this time counts as asked into a dead line. */
const ANSWER_MS = 10_000;
const CONNECT_MS = 8_000;

/** Where the room's socket is. */
export type Address = Pick<JoinReply, "url" | "path" | "namespace">;

/** What the link tells its owner. `down` comes once, also after `ended` and `refused`. */
export interface Hearer {
  welcome(welcome: Welcome): void;
  room(room: RoomView): void;
  messages(messages: Messages): void;
  waitingWelcome(welcome: WaitingWelcome): void;
  waiting(waiting: WaitingView): void;
  speakers(speakers: Speakers): void;
  offer(offer: Offer): void;
  withheld(withheld: Withheld): void;
  unwanted(unwanted: Unwanted): void;
  renegotiate(why: Renegotiate): void;
  ended(ended: Ended): void;
  refused(refused: Refused): void;
  down(why: Refusal | null): void;
}

export class Link {
  readonly #socket: Socket;
  readonly #hearer: Hearer;
  #closed = false;

  constructor(address: Address, auth: JoinAuth | ResumeAuth, hearer: Hearer) {
    this.#socket = io(`${address.url}${address.namespace}`, {
      path: address.path,
      transports: ["websocket"],
      auth: { ...auth },
      forceNew: true,
      reconnection: false,
      timeout: CONNECT_MS,
    });
    this.#hearer = hearer;
    this.#listen();
  }

  #listen(): void {
    const socket = this.#socket;
    const hearer = this.#hearer;
    socket.on("welcome", (message: Welcome) => {
      hearer.welcome(message);
    });
    socket.on("room", (message: RoomView) => {
      hearer.room(message);
    });
    socket.on("messages", (message: Messages) => {
      hearer.messages(message);
    });
    socket.on("waiting_welcome", (message: WaitingWelcome) => {
      hearer.waitingWelcome(message);
    });
    socket.on("waiting", (message: WaitingView) => {
      hearer.waiting(message);
    });
    socket.on("speakers", (message: Speakers) => {
      hearer.speakers(message);
    });
    socket.on("offer", (message: Offer) => {
      hearer.offer(message);
    });
    socket.on("withheld", (message: Withheld) => {
      hearer.withheld(message);
    });
    socket.on("unwanted", (message: Unwanted) => {
      hearer.unwanted(message);
    });
    socket.on("renegotiate", (message: Renegotiate) => {
      hearer.renegotiate(message);
    });
    socket.on("ended", (message: Ended) => {
      hearer.ended(message);
    });
    socket.on("refused", (message: Refused) => {
      hearer.refused(message);
    });
    socket.on("disconnect", () => {
      this.#down(null);
    });
    socket.on("connect_error", (error: Error & { data?: Partial<Refused> }) => {
      this.#down(
        error.data?.code === undefined ? null : new Refusal(error.data.code, error.data.params),
      );
    });
  }

  #down(why: Refusal | null): void {
    if (this.#closed) return;
    this.close();
    this.#hearer.down(why);
  }

  /**
   * Asks and waits for the answer. Throws Refusal, `line_down` when nobody answers: then the line is dead, whatever the
   * socket still believes, and coming back begins.
   */
  async ask<Answer>(event: string, ...body: readonly unknown[]): Promise<Answer> {
    if (this.#closed) throw new Refusal(LINE_DOWN);
    let answer: Answer | Refused;
    try {
      answer = (await this.#socket.timeout(ANSWER_MS).emitWithAck(event, ...body)) as
        Answer | Refused;
    } catch {
      this.#down(null);
      throw new Refusal(LINE_DOWN);
    }
    if (isRefused(answer)) throw new Refusal(answer.code, answer.params);
    return answer;
  }

  /** I end it; `down` is not told. */
  close(): void {
    this.#closed = true;
    this.#socket.close();
  }
}

function isRefused(answer: unknown): answer is Refused {
  return typeof answer === "object" && answer !== null && "code" in answer && "params" in answer;
}
