import { type DecodedPacket, IP_PROTOCOL } from "../packet/index.ts";
import type { Bursts } from "./bursts.ts";
import { DATA_BIT, type FlowHistory } from "./flow-history.ts";
import {
  ACTIVE,
  BURST_COUNT,
  ENDPOINT_0,
  ENDPOINT_WORDS,
  F_BURST_LAST,
  F_IP_BYTES,
  F_LAST,
  F_NOW,
  F_SIZE,
  FLAGS,
  FLIPPED,
  HEADERS,
  HISTORY_SEEN,
  OVERHEAD,
  PACKETS,
  RESPONSE_TIME,
  STATE,
} from "./flow-layout.ts";
import { type FlowStore, wordsOf } from "./flow-store.ts";
import { BAD_CHECKSUMS, UNCOUNTED } from "./rare-events.ts";
import { toMicroseconds } from "./tcp-handshake.ts";
import type { TcpTracker } from "./tcp-tracker.ts";

/** The letter D of flows without TCP's flags. */
const PLAIN_DATA_BIT = 1;

/** Adds packets to what a flow counts: packets, bytes, sizes, frames, bursts, response time. */
export class FlowCounter {
  readonly #store: FlowStore;
  #words: Int32Array;
  #doubles: Float64Array;
  readonly #history: FlowHistory;
  readonly #tcp: TcpTracker;
  readonly #bursts: Bursts;

  constructor(store: FlowStore, history: FlowHistory, tcp: TcpTracker, bursts: Bursts) {
    this.#store = store;
    this.#words = store.words;
    this.#doubles = store.doubles;
    store.onGrow(() => {
      this.#words = store.words;
      this.#doubles = store.doubles;
    });
    this.#history = history;
    this.#tcp = tcp;
    this.#bursts = bursts;
  }

  /** A packet that counts; it came in `frames` frames of `frameBytes` in all. */
  count(
    flow: number,
    endpoint: 0 | 1,
    packet: DecodedPacket,
    frame: { readonly count: number; readonly bytes: number },
  ): void {
    const words = this.#words;
    const doubles = this.#doubles;
    const at = wordsOf(flow);
    const side = at + ENDPOINT_0 + endpoint * ENDPOINT_WORDS;
    const isOriginator = (words[at + FLAGS]! & FLIPPED) === endpoint;
    let isCounted = true;
    let dataBit = PLAIN_DATA_BIT << 16;
    const seen = words[at + HISTORY_SEEN]!;
    switch (packet.protocol) {
      case IP_PROTOCOL.tcp:
        dataBit = DATA_BIT << 16;
        this.#tcp.packet(flow, endpoint, packet);
        break;
      case IP_PROTOCOL.udp:
        doubles[(at >> 1) + F_LAST] = doubles[F_NOW]!;
        this.#history.once(flow, endpoint, PLAIN_DATA_BIT, 0x44);
        this.#addSize(side, packet.udpLength - 8);
        break;
      case IP_PROTOCOL.icmp:
      case IP_PROTOCOL.icmp6:
        doubles[(at >> 1) + F_LAST] = doubles[F_NOW]!;
        this.#addSize(side, packet.transportLength - 8);
        isCounted = packet.transportBytes >= packet.transportLength;
        break;
      default:
        doubles[(at >> 1) + F_LAST] = doubles[F_NOW]!;
    }
    if (!isCounted || frame.count > 1) {
      this.#addUncounted(flow, endpoint, frame.count - (isCounted ? 1 : 0));
    }
    if (isCounted) {
      const { ipTotalBytes } = packet;
      words[side + PACKETS]!++;
      doubles[(side >> 1) + F_IP_BYTES]! += ipTotalBytes;
      words[side + OVERHEAD]! += frame.bytes - ipTotalBytes;
      words[side + HEADERS]! += ipTotalBytes - packet.payloadLength;
    } else words[side + OVERHEAD]! += frame.bytes;
    if (packet.payloadLength === 0) return;
    if (isOriginator) this.#bursts.payload(flow);
    else if ((seen & dataBit) === 0) this.#answered(at);
  }

  /** Packets that belong to the flow and count for nothing but their frames. */
  uncounted(flow: number, endpoint: 0 | 1, frame: { count: number; bytes: number }): void {
    const side = wordsOf(flow) + ENDPOINT_0 + endpoint * ENDPOINT_WORDS;
    this.#addUncounted(flow, endpoint, frame.count);
    this.#words[side + OVERHEAD]! += frame.bytes;
  }

  /** Notes a TCP or UDP packet whose checksum was wrong. */
  badChecksum(flow: number, endpoint: 0 | 1): void {
    this.#history.scaled(flow, endpoint, 0x43, BAD_CHECKSUMS);
  }

  #addUncounted(flow: number, endpoint: 0 | 1, frames: number): void {
    const { rare } = this.#store;
    const place = this.#store.rareOf(flow);
    rare.write(place, endpoint, UNCOUNTED, rare.read(place, endpoint, UNCOUNTED) + frames);
  }

  /** The responder's first payload: how long after the originator's last. */
  #answered(at: number): void {
    const words = this.#words;
    if (words[at + BURST_COUNT] === 0 || words[at + RESPONSE_TIME] !== 0) return;
    const asked = this.#doubles[(at >> 1) + F_BURST_LAST]!;
    words[at + RESPONSE_TIME] = toMicroseconds(this.#doubles[F_NOW]! - asked);
  }

  /** A length field below the header's own size leaves the side silent. */
  #addSize(side: number, bytes: number): void {
    const words = this.#words;
    const size =
      (words[side + STATE]! & ACTIVE) === 0 ? bytes : this.#doubles[(side >> 1) + F_SIZE]! + bytes;
    this.#doubles[(side >> 1) + F_SIZE] = size;
    if (size < 0) words[side + STATE]! &= ~ACTIVE;
    else words[side + STATE]! |= ACTIVE;
  }
}
