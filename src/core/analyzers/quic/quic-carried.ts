import {
  CarriedTrace,
  type Conversation,
  type Session,
  type Side,
  type StreamPiece,
} from "../shared/index.ts";
import { DoqStreams } from "./doq-streams.ts";
import { type FrameSink, readFrames, type StreamFrame } from "./quic-frames.ts";
import { type StreamLimits, StreamPieces } from "./stream-pieces.ts";

/** Where a packet lies in the datagram at hand. */
interface Place {
  readonly at: number;
  readonly length: number;
}

/** Protocols of ALPN (RFC 9114 3.1, RFC 9250 4.1) by their names here. */
const CARRIED = [
  [/^h3(-\d+)?$/, "http3"],
  [/^doq(-i\d+)?$/, "dns"],
] as const;

/** What the streams of a connection carry, once its packets are opened. */
export class QuicCarried {
  readonly #conversation: Conversation;
  readonly #clientRandom: string;
  readonly #pieces: readonly [StreamPieces, StreamPieces];
  readonly #session: Pick<Session, "stream" | "end"> | undefined;
  readonly #trace: CarriedTrace | undefined;
  readonly #positions: [number, number] = [0, 0];

  constructor(
    conversation: Conversation,
    about: { limits: StreamLimits; clientRandom: string; alpn: readonly string[] },
  ) {
    this.#conversation = conversation;
    this.#clientRandom = about.clientRandom;
    this.#pieces = [new StreamPieces(about.limits), new StreamPieces(about.limits)];
    const { trace } = conversation;
    this.#trace = trace && new CarriedTrace(trace, about.clientRandom);
    const name = CARRIED.find(([pattern]) => about.alpn.some((one) => pattern.test(one)))?.[1];
    this.#session =
      name === "dns"
        ? new DoqStreams(
            () => conversation.inner("dns", undefined, this.#trace),
            about.limits,
            !about.alpn.some((one) => /^doq-i0[0-2]$/.test(one)),
          )
        : name && conversation.inner(name, undefined, this.#trace);
  }

  /** Reads the frames of an opened packet. */
  frames(side: Side, bytes: Uint8Array, place: Place): void {
    // A field that began in a datagram before is not told by this one's bytes.
    this.#trace?.forget();
    const sink: FrameSink = {
      crypto: () => {},
      stream: (frame) => this.#frame(side, frame, place),
      reset: (streamId) => {
        this.#pieces[side].drop(streamId);
        this.#give({ streamId, side, bytes: EMPTY, position: this.#positions[side], isLast: true });
      },
    };
    readFrames(bytes, sink);
  }

  end(): void {
    this.#session?.end?.();
  }

  #frame(side: Side, frame: StreamFrame, place: Place): void {
    this.#pieces[side].add(frame.streamId, frame, (bytes, isLast) => {
      this.#conversation.trace?.opened?.(side, bytes, this.#clientRandom);
      this.#trace?.add(side, bytes, place.at, place.length);
      const position = this.#positions[side];
      this.#positions[side] += bytes.length;
      this.#give({ streamId: frame.streamId, side, bytes, position, isLast });
    });
  }

  #give(piece: StreamPiece): void {
    this.#session?.stream?.(piece);
  }
}

const EMPTY = new Uint8Array(0);
