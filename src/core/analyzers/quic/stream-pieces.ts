import type { Limit } from "../../base/index.ts";

/** Bounds of what the streams of a connection hold. */
export interface StreamLimits {
  /** Streams of a side that are open at once. */
  readonly streams: Limit;
  /** Bytes and pieces of a side that wait for those before them. */
  readonly waitingBytes: Limit;
  readonly waitingPieces: Limit;
}

/** A piece of a stream, at its place. */
export interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Takes a stream's bytes in order. */
export type OnStreamBytes = (bytes: Uint8Array, isLast: boolean) => void;

/** Streams that are over and remembered as such: what is sent again begins none. */
const OVER_MAX = 4096;

/** Bytes of the streams of one connection and side, put back into order (RFC 9000 2.2). */
export class StreamPieces {
  readonly #limits: StreamLimits;
  readonly #streams = new Map<number, WaitingStream>();
  readonly #over = new Set<number>();
  #waitingBytes = 0;
  #waitingPieces = 0;

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  add(streamId: number, piece: Piece & { readonly isLast: boolean }, give: OnStreamBytes): void {
    const stream = this.#streams.get(streamId) ?? this.#begin(streamId);
    if (stream === undefined) return;
    if (piece.isLast) stream.end = piece.offset + piece.bytes.length;
    if (piece.offset > stream.next) this.#keep(stream, piece);
    else this.#give(streamId, stream, { piece, give });
    for (let held = stream.take(); held !== undefined; held = stream.take()) {
      this.#waitingBytes -= held.bytes.length;
      this.#waitingPieces--;
      this.#give(streamId, stream, { piece: held, give });
    }
  }

  /** Nothing more of it is waited for. */
  drop(streamId: number): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    for (const { bytes } of stream.held) this.#waitingBytes -= bytes.length;
    this.#waitingPieces -= stream.held.length;
    this.#forget(streamId);
  }

  #begin(streamId: number): WaitingStream | undefined {
    if (this.#over.has(streamId)) return undefined;
    const { streams } = this.#limits;
    if (this.#streams.size >= streams.maximum) {
      streams.reached++;
      return undefined;
    }
    const stream = new WaitingStream();
    this.#streams.set(streamId, stream);
    return stream;
  }

  #keep(stream: WaitingStream, { offset, bytes }: Piece): void {
    const { waitingBytes, waitingPieces } = this.#limits;
    if (this.#waitingBytes + bytes.length > waitingBytes.maximum) waitingBytes.reached++;
    else if (this.#waitingPieces >= waitingPieces.maximum) waitingPieces.reached++;
    else {
      stream.keep({ offset, bytes: bytes.slice() });
      this.#waitingBytes += bytes.length;
      this.#waitingPieces++;
    }
  }

  #give(
    streamId: number,
    stream: WaitingStream,
    { piece, give }: { readonly piece: Piece; readonly give: OnStreamBytes },
  ): void {
    const bytes = piece.bytes.subarray(Math.max(0, stream.next - piece.offset));
    stream.next += bytes.length;
    const isLast = stream.end === stream.next;
    if (bytes.length > 0 || isLast) give(bytes, isLast);
    if (isLast) this.drop(streamId);
  }

  #forget(streamId: number): void {
    this.#streams.delete(streamId);
    this.#over.add(streamId);
    if (this.#over.size <= OVER_MAX) return;
    for (const oldest of this.#over) {
      this.#over.delete(oldest);
      return;
    }
  }
}

class WaitingStream {
  /** Offset of the next byte to be given. */
  next = 0;
  end: number | undefined;
  /** The first in the stream stands last. */
  readonly held: Piece[] = [];

  keep(piece: Piece): void {
    let [low, high] = [0, this.held.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.held[middle]!.offset > piece.offset) low = middle + 1;
      else high = middle;
    }
    this.held.splice(low, 0, piece);
  }

  /** The first piece, if it goes on where all before was given, or lies before that. */
  take(): Piece | undefined {
    const first = this.held.at(-1);
    return first !== undefined && first.offset <= this.next ? this.held.pop() : undefined;
  }
}
