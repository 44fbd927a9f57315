import type { FieldMark, FieldTrace } from "./field-trace.ts";
import type { Side } from "./side.ts";

/** A piece of what a session inside was given, and the bytes of the flow that it came from. */
interface Piece {
  readonly position: number;
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly length: number;
}

/** Pieces of a side that fields may still be read from: a row is made soon after its bytes. */
const PIECES_KEPT = 1024;

/**
 * Trace of a session whose bytes were decrypted, unmasked or put together: what it marks is told by the
 * bytes of the flow that carried them. A field of bytes that are no longer known is not marked.
 */
export class CarriedTrace implements FieldTrace {
  readonly #outer: FieldTrace;
  readonly #pieces: readonly [Piece[], Piece[]] = [[], []];
  readonly #ends: [number, number] = [0, 0];
  readonly #clientRandom: string | undefined;

  constructor(outer: FieldTrace, clientRandom?: string) {
    this.#outer = outer;
    this.#clientRandom = clientRandom;
  }

  /** The session's next bytes of a side, and the place and length of what carries them. */
  add(side: Side, bytes: Uint8Array, from: number, length: number): void {
    const pieces = this.#pieces[side];
    const position = this.#ends[side];
    this.#ends[side] += bytes.length;
    pieces.push({ position, bytes: bytes.slice(), from, length });
    if (pieces.length > 2 * PIECES_KEPT) pieces.splice(0, PIECES_KEPT);
  }

  /** What was added so far is told of no more. */
  forget(): void {
    for (const pieces of this.#pieces) pieces.length = 0;
  }

  mark(...mark: FieldMark): void {
    this.later(...mark)();
  }

  later(...[log, field, side, position, length, opened]: FieldMark): () => void {
    const end = position + length;
    const pieces = this.#pieces[side].filter(
      (piece) => piece.position < end && piece.position + piece.bytes.length > position,
    );
    const [first, last] = [pieces[0], pieces.at(-1)];
    if (first === undefined || last === undefined) return NOTHING;
    const [from, to] = [placeOf(first, position, false), placeOf(last, end, true)];
    const bytes = opened?.bytes ?? bytesOf(pieces, position, end);
    const clientRandom = this.#clientRandom ?? opened?.clientRandom;
    return this.#outer.later(log, field, side, from, to - from, { bytes, clientRandom });
  }
}

const NOTHING = (): void => {};

/** A place in a piece as one of the flow; the whole piece's edge where bytes are not carried one by one. */
function placeOf(piece: Piece, position: number, isEnd: boolean): number {
  if (piece.length !== piece.bytes.length) return piece.from + (isEnd ? piece.length : 0);
  return piece.from + Math.max(0, Math.min(piece.length, position - piece.position));
}

function bytesOf(pieces: readonly Piece[], from: number, to: number): Uint8Array {
  const start = Math.max(from, pieces[0]!.position);
  const out = new Uint8Array(to - start);
  let length = 0;
  for (const { position, bytes } of pieces) {
    const part = bytes.subarray(Math.max(0, from - position), Math.max(0, to - position));
    out.set(part, length);
    length += part.length;
  }
  return out.subarray(0, length);
}
