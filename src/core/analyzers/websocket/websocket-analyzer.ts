import type { CreateDigest } from "../../base/index.ts";
import {
  CarriedTrace,
  type Conversation,
  type LogWriter,
  type Session,
  type Side,
} from "../shared/index.ts";
import { acceptFor, type Handshake, readHandshake } from "./handshake.ts";
import { FrameReader } from "./websocket-frames.ts";

/** What all WebSocket flows of a capture share. */
export interface WebSocketShared {
  readonly log: LogWriter;
  readonly createDigest: CreateDigest | undefined;
}

/**
 * A flow that HTTP handed over: the first piece of either side is the head of its handshake, what
 * follows are frames, and their content is looked at as a flow of its own.
 */
export class WebSocketSession implements Session {
  readonly #conversation: Conversation;
  readonly #shared: WebSocketShared;
  readonly #heads: [Uint8Array | undefined, Uint8Array | undefined] = [undefined, undefined];
  readonly #readers: readonly [FrameReader, FrameReader];
  readonly #positions: [number, number] = [0, 0];
  #inner: Session | undefined;
  readonly #trace: CarriedTrace | undefined;
  #hadGap = false;

  constructor(conversation: Conversation, shared: WebSocketShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#trace = conversation.trace && new CarriedTrace(conversation.trace);
    const sink = {
      message: () => conversation.confirm("websocket"),
      payload: (side: Side, bytes: Uint8Array, position: number) =>
        this.#payload(side, bytes, position),
      weird: (name: string, addl: string) => conversation.weird(name, addl),
      broken: () => {
        this.#hadGap = true;
        conversation.reject("no WebSocket frames");
      },
    };
    this.#readers = [new FrameReader(0, sink), new FrameReader(1, sink)];
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#heads[side] === undefined) {
      this.#heads[side] = bytes.slice();
      const [request, reply] = this.#heads;
      if (request !== undefined && reply !== undefined) {
        this.#established(readHandshake(request, reply));
      }
      return;
    }
    if (!this.#hadGap) this.#readers[side].data(bytes, position);
  }

  /** Where the next frame begins cannot be told behind a hole. */
  gap(): void {
    this.#hadGap = true;
  }

  finished(side: Side): void {
    this.#inner?.finished?.(side);
  }

  end(): void {
    this.#inner?.end?.();
  }

  #payload(side: Side, bytes: Uint8Array, position: number): void {
    this.#inner ??= this.#conversation.innerByContent(this.#trace);
    this.#trace?.add(side, bytes, position, bytes.length);
    this.#inner.data(side, bytes, this.#positions[side]);
    this.#positions[side] += bytes.length;
  }

  #established(facts: Handshake): void {
    const conversation = this.#conversation;
    const { createDigest, log } = this.#shared;
    for (const name of facts.weirds) conversation.weird(name);
    if (facts.key === undefined) conversation.weird("websocket_missing_key_header");
    if (facts.accept === undefined) conversation.weird("websocket_missing_accept_header");
    if (facts.key !== undefined && facts.accept !== undefined && createDigest !== undefined) {
      const expected = acceptFor(facts.key, createDigest);
      if (expected !== facts.accept) {
        const addl = `expected=${expected}, found=${facts.accept}`;
        conversation.weird("websocket_wrong_accept_header", addl);
      }
    }
    log
      .row(conversation.now, conversation)
      .text("host", facts.host)
      .text("uri", facts.uri)
      .text("user_agent", facts.userAgent)
      .text("subprotocol", facts.subprotocol)
      .list("client_protocols", facts.clientProtocols)
      .list("server_extensions", facts.serverExtensions)
      .list("client_extensions", facts.clientExtensions);
  }
}
