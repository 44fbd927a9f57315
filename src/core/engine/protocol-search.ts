import type { Session, Side, Transport } from "../analyzers/index.ts";
import type { RunningProtocol } from "./running-protocol.ts";

/** Bytes of each side that are looked at; Zeek's dpd_buffer_size is 1,024. */
const HEAD_BYTES_MAX = 2048;
/** Pieces of a side that are each looked at with all before them; then only when a quarter more is there. */
const LOOKS_AT_EVERY_PIECE = 32;
const NEXT_LOOK = 1.25;
/** Datagrams of a flow that are looked at. */
const DATAGRAMS_MAX = 8;

interface Piece {
  readonly side: Side;
  readonly bytes: Uint8Array;
  readonly position: number;
}

/** Finds out by the first bytes of both sides which protocols a stream, or a flow of datagrams, is. */
export class ProtocolSearch {
  readonly #transport: Transport;
  /** Who has not said no to a side yet, by side. */
  readonly #open: [readonly RunningProtocol[], readonly RunningProtocol[]];
  readonly #pieces: Piece[] = [];
  readonly #heads: [Uint8Array, Uint8Array] = [EMPTY, EMPTY];
  readonly #rooms: [Uint8Array | undefined, Uint8Array | undefined] = [undefined, undefined];
  readonly #isFull: [boolean, boolean] = [false, false];
  readonly #looks: [number, number] = [0, 0];
  /** Length of the head at which it is looked at again, by side. */
  readonly #nextLook: [number, number] = [0, 0];
  #datagrams = 0;

  constructor(candidates: readonly RunningProtocol[], transport: Transport) {
    this.#transport = transport;
    this.#open = [candidates, candidates];
  }

  get isOver(): boolean {
    if (this.#open[0].length + this.#open[1].length === 0) return true;
    if (this.#transport === "udp") return this.#datagrams >= DATAGRAMS_MAX;
    // Who was to be found later would miss what came between.
    return this.#isFull[0] || this.#isFull[1];
  }

  /** Takes the next bytes; returns the protocols that they turned out to be. */
  look(side: Side, bytes: Uint8Array, position: number): readonly RunningProtocol[] {
    if (this.#transport === "udp") return this.#ask(side, this.#datagram(side, bytes));
    const head = this.#keep(side, bytes, position);
    if (head === undefined || head.length < this.#nextLook[side]) return NONE;
    // Every byte of a stream of tiny pieces is not worth a look at all before it.
    if (++this.#looks[side] > LOOKS_AT_EVERY_PIECE) {
      this.#nextLook[side] = Math.min(HEAD_BYTES_MAX, Math.ceil(head.length * NEXT_LOOK));
    }
    return this.#ask(side, head);
  }

  /** The stream is over: looks at what came since the last look. */
  lookAtRest(side: Side): readonly RunningProtocol[] {
    const head = this.#heads[side];
    return this.#nextLook[side] > head.length ? this.#ask(side, head) : NONE;
  }

  #ask(side: Side, head: Uint8Array): readonly RunningProtocol[] {
    let found: RunningProtocol[] | undefined;
    const left: RunningProtocol[] = [];
    for (const running of this.#open[side]) {
      const answer = running.protocol.recognises!(head, side, this.#transport);
      if (answer === "yes") {
        found ??= [];
        found.push(running);
      } else if (answer === "more" || this.#transport === "udp") left.push(running);
    }
    this.#open[side] = left;
    if (found === undefined) return NONE;
    const other = side === 0 ? 1 : 0;
    this.#open[other] = this.#open[other].filter((running) => !found.includes(running));
    return found;
  }

  /** Bytes of a side are missing: what its first bytes were cannot be told any more. */
  gap(side: Side): void {
    this.#isFull[side] = true;
  }

  /** Gives what was seen so far, the piece at hand included, to a session. */
  replay(session: Session): void {
    for (const { side, bytes, position } of this.#pieces) session.data(side, bytes, position);
  }

  #datagram(side: Side, bytes: Uint8Array): Uint8Array {
    this.#datagrams++;
    this.#pieces.length = 0;
    this.#pieces.push({ side, bytes, position: 0 });
    return bytes;
  }

  /** Copies what is still to be looked at; undefined when this side is decided. */
  #keep(side: Side, bytes: Uint8Array, position: number): Uint8Array | undefined {
    // Sessions that are found later get all pieces of both sides, so that each is kept until the end.
    const piece = bytes.slice();
    this.#pieces.push({ side, bytes: piece, position });
    if (this.#isFull[side]) return undefined;
    const before = this.#heads[side].length;
    const head = before === 0 ? piece.subarray(0, HEAD_BYTES_MAX) : this.#longer(side, piece);
    this.#heads[side] = head;
    if (head.length === HEAD_BYTES_MAX) this.#isFull[side] = true;
    return head;
  }

  /** The head with a piece behind it; from the second piece on it lies in a room of its own. */
  #longer(side: Side, piece: Uint8Array): Uint8Array {
    const head = this.#heads[side];
    let room = this.#rooms[side];
    if (room === undefined) {
      room = new Uint8Array(HEAD_BYTES_MAX);
      room.set(head);
      this.#rooms[side] = room;
    }
    const taken = piece.subarray(0, HEAD_BYTES_MAX - head.length);
    room.set(taken, head.length);
    return room.subarray(0, head.length + taken.length);
  }
}

const EMPTY = new Uint8Array(0);
const NONE: readonly RunningProtocol[] = [];
