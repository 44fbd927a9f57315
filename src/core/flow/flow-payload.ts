import type { Limit } from "../base/index.ts";
import {
  type DecodedPacket,
  IP_PROTOCOL,
  TCP_ACK,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
} from "../packet/index.ts";
import { FLAGS, FLIPPED } from "./flow-layout.ts";
import { type FlowStore, wordsOf } from "./flow-store.ts";
import type { Layer } from "./packet-layers.ts";
import { PayloadStream, type StreamRoom } from "./payload-stream.ts";
import { createStreamLimits } from "./streams/stream-limits.ts";

/** Takes the payload of one flow. Sides: 0 is the originator. */
export interface PayloadReceiver {
  /** False: nothing of the flow is looked at any more, and only `ended` is called. */
  readonly isInterested: boolean;
  data(side: 0 | 1, bytes: Uint8Array, position: number): void;
  gap(side: 0 | 1, length: number, position: number): void;
  finished(side: 0 | 1): void;
  ended(): void;
}

/** Decides at a flow's first payload who takes it. */
export type OpenReceiver = (flow: number, layer: Layer) => PayloadReceiver | undefined;

/**
 * Told which piece of a side's payload came from which record: `position` in the stream (-1: a datagram of
 * its own), `offset` in the packet, -1 where the piece was put together from fragments.
 */
export type OnPlaced = (
  side: 0 | 1,
  position: number,
  length: number,
  from: { readonly record: number; readonly offset: number },
) => void;

interface FlowReceiver {
  readonly receiver: PayloadReceiver;
  /** By endpoint: 0 sent the first packet. */
  readonly streams: readonly [PayloadStream, PayloadStream] | undefined;
}

/** Streams that hold bytes beyond holes in a pass: a live connection has a window, not a history. */
const PASS_MAXIMA = { bufferedBytes: 4 * 1024 * 1024, pieces: 8192, rememberedBytes: 0 };

/**
 * Gives the payload of flows to those who analyse it: TCP in order, datagrams as they come. Holds for a
 * flow nothing before its first payload and nothing when nobody is interested any more.
 */
export class FlowPayload {
  /** Offset of the captured record that the bytes at hand came in. */
  recordOffset = 0;
  /** Bytes of the datagram at hand that were not captured. */
  missingBytes = 0;
  readonly limits: readonly Limit[];
  /** Told where payload came from, in a replay. */
  onPlaced: OnPlaced | undefined;
  /** Where segments' payload begins in their packets, while `onPlaced` is told. */
  readonly #starts = new Map<string, { sequence: number; offset: number }>();
  readonly #words: () => Int32Array;
  readonly #open: OpenReceiver;
  readonly #room: StreamRoom;
  readonly #flows: (FlowReceiver | undefined)[] = [];
  readonly #limit: Limit;
  #receivers = 0;

  constructor(store: FlowStore, open: OpenReceiver, limit: Limit) {
    this.#words = () => store.words;
    this.#open = open;
    const streams = createStreamLimits(PASS_MAXIMA);
    this.#room = { limits: streams, budget: { heldBytes: 0 } };
    this.#limit = limit;
    this.limits = Object.values(streams);
  }

  /** Takes a packet of a flow whose checksums are good. */
  packet(layer: Layer, endpoint: 0 | 1): void {
    const { packet } = layer;
    if (packet.protocol === IP_PROTOCOL.tcp) this.#segment(layer, endpoint, packet);
    else if (packet.protocol === IP_PROTOCOL.udp) this.#datagram(layer, endpoint, packet);
  }

  /** The flow ended: what waits is given, and its receiver told. */
  end(flow: number): void {
    const known = this.#flows[flow];
    if (known === undefined) return;
    this.#flows[flow] = undefined;
    this.#receivers--;
    if (known.receiver.isInterested && known.streams !== undefined) {
      known.streams[0].end();
      known.streams[1].end();
    }
    known.receiver.ended();
  }

  #segment(layer: Layer, endpoint: 0 | 1, packet: DecodedPacket): void {
    const { flow } = layer;
    const flags = packet.tcpFlags;
    const wireBytes = (flags & TCP_RST) === 0 ? packet.payloadLength : 0;
    let known = this.#flows[flow];
    if (known === undefined) {
      if (wireBytes === 0 && (flags & TCP_SYN) === 0) return;
      // A SYN alone makes nothing: most that get no answer never say more.
      if (wireBytes === 0 && (flags & TCP_ACK) === 0) return;
      known = this.#begin(layer, true);
      if (known === undefined) return;
      if ((flags & TCP_ACK) !== 0) {
        known.streams![1 - endpoint]!.start((packet.tcpAcknowledgment - 1) | 0);
      }
    }
    if (!known.receiver.isInterested || known.streams === undefined) return;
    this.recordOffset = layer.offsets[0]!;
    const stream = known.streams[endpoint];
    const isSyn = (flags & TCP_SYN) !== 0;
    if (isSyn) stream.start(packet.tcpSequence);
    if ((flags & TCP_ACK) !== 0)
      known.streams[1 - endpoint]!.acknowledged(packet.tcpAcknowledgment);
    const sequence = isSyn ? (packet.tcpSequence + 1) | 0 : packet.tcpSequence;
    if (wireBytes > 0) {
      const { bytes } = layer.source;
      const start = packet.payloadStart;
      const end = start + Math.min(packet.payloadBytes, wireBytes);
      if (this.onPlaced !== undefined) this.#keepStart(layer, endpoint, sequence);
      stream.segment(sequence, bytes.subarray(start, end), wireBytes, this.recordOffset);
    }
    if ((flags & (TCP_FIN | TCP_RST)) !== 0) stream.finish((sequence + wireBytes) | 0);
    if (stream.takeFinished()) known.receiver.finished(this.#side(flow, endpoint));
    const other = known.streams[1 - endpoint]!;
    if (other.takeFinished()) known.receiver.finished(this.#side(flow, endpoint === 0 ? 1 : 0));
  }

  #keepStart(layer: Layer, endpoint: 0 | 1, sequence: number): void {
    this.#starts.set(`${endpoint} ${this.recordOffset}`, { sequence, offset: offsetOf(layer) });
  }

  #datagram(layer: Layer, endpoint: 0 | 1, packet: DecodedPacket): void {
    if (packet.payloadLength === 0) return;
    const known = this.#flows[layer.flow] ?? this.#begin(layer, false);
    if (known === undefined || !known.receiver.isInterested) return;
    const start = packet.payloadStart;
    const captured = Math.min(packet.payloadBytes, packet.payloadLength);
    this.recordOffset = layer.offsets[0]!;
    this.missingBytes = packet.payloadLength - captured;
    const side = this.#side(layer.flow, endpoint);
    this.onPlaced?.(side, -1, captured, { record: this.recordOffset, offset: offsetOf(layer) });
    known.receiver.data(side, layer.source.bytes.subarray(start, start + captured), 0);
    this.missingBytes = 0;
  }

  #begin(layer: Layer, isTcp: boolean): FlowReceiver | undefined {
    if (this.#receivers >= this.#limit.maximum) {
      this.#limit.reached++;
      return undefined;
    }
    const { flow } = layer;
    const receiver = this.#open(flow, layer);
    if (receiver === undefined) return undefined;
    this.#receivers++;
    const known = {
      receiver,
      streams: isTcp
        ? ([this.#stream(flow, receiver, 0), this.#stream(flow, receiver, 1)] as const)
        : undefined,
    };
    this.#flows[flow] = known;
    return known;
  }

  #stream(flow: number, receiver: PayloadReceiver, endpoint: 0 | 1): PayloadStream {
    return new PayloadStream(
      {
        data: (bytes, position, { record, sequence }) => {
          if (!receiver.isInterested) return;
          this.recordOffset = record;
          const side = this.#side(flow, endpoint);
          if (this.onPlaced !== undefined) {
            const start = this.#starts.get(`${endpoint} ${record}`);
            const isKnown = start !== undefined && start.offset >= 0;
            const offset = isKnown ? start.offset + ((sequence - start.sequence) | 0) : -1;
            this.onPlaced(side, position, bytes.length, { record, offset });
          }
          receiver.data(side, bytes, position);
        },
        gap: (length, position) => {
          if (receiver.isInterested) receiver.gap(this.#side(flow, endpoint), length, position);
        },
      },
      this.#room,
    );
  }

  /** Who of the two is the originator may be found out late: it is asked each time. */
  #side(flow: number, endpoint: 0 | 1): 0 | 1 {
    const isFlipped = (this.#words()[wordsOf(flow) + FLAGS]! & FLIPPED) !== 0;
    return (isFlipped ? 1 - endpoint : endpoint) as 0 | 1;
  }
}

/** Where a layer's payload begins in its buffer, which in a replay is the packet; -1 in several. */
function offsetOf({ packet, frame }: Layer): number {
  return frame.count > 1 ? -1 : packet.payloadStart;
}
