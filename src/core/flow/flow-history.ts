import { type DecodedPacket, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from "../packet/index.ts";
import {
  ENDS_0,
  ENDS_WORDS,
  FLAGS,
  FLIPPED,
  HISTORY,
  HISTORY_FIN,
  HISTORY_SEEN,
  HISTORY_SYN,
  PARTIAL,
  SEEN_0,
} from "./flow-layout.ts";
import { type FlowStore, wordsOf } from "./flow-store.ts";
import type { HistoryTree } from "./history.ts";
import { HISTORY_RST } from "./rare-events.ts";

const SYN_BIT = 1;
const FIN_BIT = 2;
const RST_BIT = 4;
const FIN_RST_BIT = 8;
export const DATA_BIT = 0x10;
export const ACK_BIT = 0x20;
const MULTI_BIT = 0x40;

const CARET = 0x5e;

/** Writes the letters of Zeek's `history`: upper case for the originator, lower for the responder. */
export class FlowHistory {
  readonly #store: FlowStore;
  #words: Int32Array;
  readonly #tree: HistoryTree;
  readonly #synAck: number;
  readonly #flippedSynAck: number;

  constructor(store: FlowStore, tree: HistoryTree) {
    this.#store = store;
    this.#words = store.words;
    store.onGrow(() => {
      this.#words = store.words;
    });
    this.#tree = tree;
    this.#synAck = tree.appendText(0, "H");
    this.#flippedSynAck = tree.appendText(0, "^h");
  }

  text(flow: number): string {
    return this.#tree.text(this.#words[wordsOf(flow) + HISTORY]!);
  }

  /** Turns originator and responder round. */
  flip(flow: number): void {
    const at = wordsOf(flow);
    this.#words[at + FLAGS] = (this.#words[at + FLAGS]! ^ FLIPPED) & ~PARTIAL;
    this.#add(at, CARET);
  }

  /** Notes what kind of TCP packet endpoint 0 or 1 sent; each kind once, except where data differ. */
  tcp(flow: number, endpoint: 0 | 1, packet: DecodedPacket, position: number): void {
    const flags = packet.tcpFlags & (TCP_SYN | TCP_FIN | TCP_RST);
    const at = wordsOf(flow);
    if (flags === 0) {
      if (packet.payloadLength > 0) this.#traffic(flow, endpoint, DATA_BIT, 0x44);
      else if ((packet.tcpFlags & TCP_ACK) !== 0) this.#traffic(flow, endpoint, ACK_BIT, 0x41);
      return;
    }
    const ends = at + ENDS_0 + endpoint * ENDS_WORDS;
    switch (flags) {
      case TCP_SYN:
        this.#repeated(
          at,
          endpoint,
          SYN_BIT,
          (packet.tcpFlags & TCP_ACK) !== 0 ? 0x48 : 0x53,
          ends + HISTORY_SYN,
          position,
        );
        return;
      case TCP_FIN:
        // A FIN stands at the end of its packet's data.
        this.#repeated(
          at,
          endpoint,
          FIN_BIT,
          0x46,
          ends + HISTORY_FIN,
          position + packet.payloadLength,
        );
        return;
      case TCP_RST:
        this.#reset(flow, endpoint, position | 0);
        return;
      default: {
        const both = TCP_FIN | TCP_RST;
        if ((flags & both) === both) this.once(flow, endpoint, FIN_RST_BIT, 0x49);
        else this.once(flow, endpoint, MULTI_BIT, 0x51);
      }
    }
  }

  /** Adds `letter` the first time this endpoint does what `bit` stands for; true when it was new. */
  once(flow: number, endpoint: 0 | 1, bit: number, letter: number): boolean {
    return this.#once(wordsOf(flow), endpoint, bit, letter);
  }

  /** What the flow carries broke the rules of its protocol. */
  violation(flow: number): void {
    this.#add(wordsOf(flow), 0x58);
  }

  /** Counts one of the `RareEvents` and adds `letter` at the 1st, 10th, 100th, … time. */
  scaled(flow: number, endpoint: 0 | 1, letter: number, event: number): void {
    const { rare } = this.#store;
    const place = this.#store.rareOf(flow);
    const count = rare.read(place, endpoint, event) + 1;
    rare.write(place, endpoint, event, count);
    if (!isPowerOfTen(count)) return;
    const at = wordsOf(flow);
    this.#add(at, this.#isOriginator(at, endpoint) ? letter : letter | 0x20);
  }

  /**
   * Traffic after a lone SYN-ACK: that was no stealth scan, so its sender is the responder, and the
   * SYN was merely not captured.
   */
  #traffic(flow: number, endpoint: 0 | 1, bit: number, letter: number): void {
    const at = wordsOf(flow);
    if (this.#words[at + HISTORY] === this.#synAck) {
      this.flip(flow);
      this.#words[at + HISTORY] = this.#flippedSynAck;
      const originator = (this.#words[at + FLAGS]! & FLIPPED) !== 0 ? 1 : 0;
      this.#words[at + FLAGS]! |= SEEN_0 << originator;
    }
    this.#once(at, endpoint, bit, letter);
  }

  #once(at: number, endpoint: 0 | 1, bit: number, letter: number): boolean {
    const isOriginator = this.#isOriginator(at, endpoint);
    const mask = isOriginator ? bit : bit << 16;
    if ((this.#words[at + HISTORY_SEEN]! & mask) !== 0) return false;
    this.#words[at + HISTORY_SEEN]! |= mask;
    this.#add(at, isOriginator ? letter : letter | 0x20);
    return true;
  }

  /** As `once`, and again whenever it comes at another place of the sequence space. */
  #repeated(
    at: number,
    endpoint: 0 | 1,
    bit: number,
    letter: number,
    memory: number,
    position: number,
  ): void {
    const place = position | 0;
    if (!this.#once(at, endpoint, bit, letter) && this.#words[memory] !== place) {
      this.#add(at, this.#isOriginator(at, endpoint) ? letter : letter | 0x20);
    }
    this.#words[memory] = place;
  }

  /** As `#repeated`, with a memory that few flows need. */
  #reset(flow: number, endpoint: 0 | 1, place: number): void {
    const { rare } = this.#store;
    const at = wordsOf(flow);
    const own = this.#store.rareOf(flow);
    if (
      !this.#once(at, endpoint, RST_BIT, 0x52) &&
      rare.read(own, endpoint, HISTORY_RST) !== place
    ) {
      this.#add(at, this.#isOriginator(at, endpoint) ? 0x52 : 0x72);
    }
    rare.write(own, endpoint, HISTORY_RST, place);
  }

  #isOriginator(at: number, endpoint: 0 | 1): boolean {
    return (this.#words[at + FLAGS]! & FLIPPED) === endpoint;
  }

  #add(at: number, letter: number): void {
    this.#words[at + HISTORY] = this.#tree.append(this.#words[at + HISTORY]!, letter);
  }
}

function isPowerOfTen(count: number): boolean {
  if (count === 1) return true;
  let rest = count;
  while (rest >= 10 && rest % 10 === 0) rest /= 10;
  return rest === 1;
}
