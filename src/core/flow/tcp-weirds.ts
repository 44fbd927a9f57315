import { type DecodedPacket, TCP_RST, TCP_SYN, TCP_URG } from "../packet/index.ts";
import {
  ENDPOINT_0,
  ENDPOINT_WORDS,
  HOP_LIMITS,
  INACTIVE,
  ORDINAL,
  SEQ_ACK,
  SEQ_LAST,
  STATE,
} from "./flow-layout.ts";
import { type FlowStore, wordsOf } from "./flow-store.ts";
import type { Layer } from "./packet-layers.ts";
import { RecentPayload } from "./recent-payload.ts";

/** Paths differ by a few hops at most while a connection lasts; forged packets come from elsewhere. */
const HOPS_TOLERATED = 5;
/** The largest window that can be announced (RFC 7323 2.3): farther away nobody can have asked. */
const WINDOW_BYTES_MAX = 0x40000000;

const WINDOW_SCALE_MAX = 14;
const OPTION_END = 0;
const OPTION_NOTHING = 1;
const OPTION_WINDOW_SCALE = 3;

/** Tells of a weird; `otherOffset` is the older packet that it contradicts. */
export type TellWeird = (
  name: string,
  layer: Layer,
  more?: { otherOffset?: number; addl?: string },
) => void;

/**
 * What TCP segments should not do, told with the packets that show it: data on a SYN or RST, urgent
 * data, data far outside every window, packets from another distance, and data sent again with other
 * content, which is an evasion, a broken host, or somebody who answers in another's place.
 */
export class TcpWeirds {
  #words: Int32Array;
  readonly #tell: TellWeird;
  readonly #recent = new RecentPayload();

  constructor(store: FlowStore, tell: TellWeird) {
    this.#words = store.words;
    store.onGrow(() => {
      this.#words = store.words;
    });
    this.#tell = tell;
  }

  /** Looks at a segment before it is counted. */
  segment(layer: Layer, endpoint: 0 | 1): void {
    const { packet } = layer;
    const at = wordsOf(layer.flow);
    this.#distance(layer, at, endpoint);
    if ((packet.tcpFlags & TCP_SYN) !== 0) this.#windowScale(layer);
    const length = packet.payloadBytes;
    if (length <= 0) return;
    const flags = packet.tcpFlags & (TCP_SYN | TCP_RST | TCP_URG);
    if (flags !== 0) this.#flagged(layer, flags);
    if ((flags & TCP_RST) !== 0) return;
    const side = at + ENDPOINT_0 + endpoint * ENDPOINT_WORDS;
    const direction = (this.#words[at + ORDINAL]! << 1) | endpoint;
    const sequence = packet.tcpSequence + ((flags & TCP_SYN) === 0 ? 0 : 1);
    if ((this.#words[side + STATE]! & 15) !== INACTIVE) {
      if (((sequence - this.#words[side + SEQ_LAST]!) | 0) < 0) {
        this.#again(layer, direction, sequence);
      }
      const distance = (sequence - this.#words[side + SEQ_ACK]!) | 0;
      if (distance > WINDOW_BYTES_MAX || distance < -WINDOW_BYTES_MAX) {
        this.#tell("TCP_data_out_of_window", layer, { addl: `${distance} bytes away` });
      }
    }
    const payload = { start: packet.payloadStart, length };
    this.#recent.keep(direction, sequence, layer.source, payload, layer.offsets[0]!);
  }

  /** The window scale option of a SYN may not pass 14 (RFC 7323 2.3). */
  #windowScale(layer: Layer): void {
    const { transportStart, payloadStart } = layer.packet;
    const { bytes } = layer.source;
    let at = transportStart + 20;
    while (at + 1 < payloadStart) {
      const kind = bytes[at]!;
      if (kind === OPTION_END) return;
      const length = kind === OPTION_NOTHING ? 1 : bytes[at + 1]!;
      if (length < 1 || at + length > payloadStart) return;
      if (kind === OPTION_WINDOW_SCALE && length === 3 && bytes[at + 2]! > WINDOW_SCALE_MAX) {
        this.#tell("TCP_scale_range", layer, { addl: String(bytes[at + 2]) });
        return;
      }
      at += length;
    }
  }

  #flagged(layer: Layer, flags: number): void {
    if ((flags & TCP_SYN) !== 0) this.#tell("SYN_with_data", layer);
    if ((flags & TCP_RST) !== 0) this.#tell("RST_with_data", layer);
    if ((flags & TCP_URG) !== 0) this.#tell("TCP_urgent_data", layer);
  }

  #again(layer: Layer, direction: number, sequence: number): void {
    const { packet } = layer;
    const payload = { start: packet.payloadStart, length: packet.payloadBytes };
    const found = this.#recent.findDisagreement(direction, sequence, layer.source, payload);
    if (found === undefined) return;
    this.#tell("rexmit_inconsistency", layer, {
      otherOffset: found.recordOffset,
      addl: `other data from sequence number ${found.sequence >>> 0}`,
    });
  }

  /** A hop limit far from that of the side's first packet: it did not come from there. */
  #distance(layer: Layer, at: number, endpoint: 0 | 1): void {
    const { hopLimit } = layer.packet;
    const word = this.#words[at + HOP_LIMITS]!;
    if ((word & (0x10000 << endpoint)) === 0) {
      this.#words[at + HOP_LIMITS] = word | (0x10000 << endpoint) | (hopLimit << (endpoint * 8));
      return;
    }
    const first = (word >>> (endpoint * 8)) & 255;
    if (hopLimit - first > HOPS_TOLERATED || first - hopLimit > HOPS_TOLERATED) {
      if (isWorthTelling(layer.packet)) {
        this.#tell("hop_limit_differs", layer, { addl: `${first}, then ${hopLimit}` });
      }
    }
  }
}

/** Only packets that change what an end believes: data and resets. */
function isWorthTelling(packet: DecodedPacket): boolean {
  return packet.payloadLength > 0 || (packet.tcpFlags & TCP_RST) !== 0;
}
