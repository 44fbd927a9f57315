import {
  type ConnectionSigns,
  createStreamLimits,
  type GapKind,
  type OverlapPolicy,
  type StreamCounts,
  type StreamLimits,
  type StreamSink,
  TcpStreams,
} from "../../core/flow/index.ts";
import type { DecodedPacket, PacketBytes } from "../../core/packet/index.ts";
import { ConnectionSegments, type Endpoint } from "./connection-segments.ts";
import type { FoundPacket } from "./packet-reader.ts";

/** Bytes in order that `last` keeps open to later packets, and delivered bytes that are compared. */
const COMPARED_BYTES = 16 << 20;
/** Packets whose places are known; bytes that waited longer are told without theirs. */
const PLACES_MAX = 1 << 18;

export type Side = "orig" | "resp";
export const SIDES: readonly [Side, Side] = ["orig", "resp"];

/** Where a packet lies: its number among the connection's packets, from 1. */
export interface PacketPlace {
  readonly number: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly segment: string;
  readonly offset: number;
}

/** What comes of a connection in order. Bytes are the receiver's own. */
export type StreamEvent =
  | {
      readonly type: "data";
      readonly side: Side;
      readonly position: number;
      readonly bytes: Uint8Array;
      readonly packet: PacketPlace | undefined;
    }
  | {
      readonly type: "gap";
      readonly side: Side;
      readonly position: number;
      readonly length: number;
      readonly kind: GapKind;
    }
  | {
      readonly type: "conflict";
      readonly side: Side;
      readonly position: number;
      readonly first: { readonly bytes: Uint8Array; readonly packet: PacketPlace | undefined };
      readonly second: { readonly bytes: Uint8Array; readonly packet: PacketPlace | undefined };
    }
  | {
      readonly type: "end";
      readonly counts: Readonly<Record<Side, StreamCounts>>;
      readonly signs: ConnectionSigns;
      /** Limits that were reached, with how often. */
      readonly limits: readonly { readonly name: string; readonly reached: number }[];
    };

export interface StreamQuestion {
  readonly originator: Endpoint;
  readonly responder: Endpoint;
}

/** Both directions of a connection under one policy, as events in the order in which they are known. */
export async function* readStream(
  packets: AsyncIterable<FoundPacket>,
  question: StreamQuestion & { readonly policy: OverlapPolicy },
): AsyncGenerator<StreamEvent> {
  const events: StreamEvent[] = [];
  const places = new Map<number, PacketPlace>();
  const reading = new PolicyReading(question.policy, (side) => eventSink(side, places, events));
  for await (const packet of connectionPackets(packets, question, places)) {
    packet((take) => reading.take(take));
    yield* events.splice(0);
  }
  yield* reading.end(events);
}

/** One segment of the connection: who sent it, where its bytes lie, and the number of its packet. */
export interface Taken {
  readonly isFromOriginator: boolean;
  readonly source: PacketBytes;
  readonly packet: DecodedPacket;
  readonly number: number;
}

/** Gives each packet a number and finds the connection's segments in it. */
export async function* connectionPackets(
  packets: AsyncIterable<FoundPacket>,
  question: StreamQuestion,
  places: Map<number, PacketPlace>,
): AsyncGenerator<(take: (taken: Taken) => void) => void> {
  let number = 0;
  let sink: (taken: Taken) => void = () => undefined;
  const segments: ConnectionSegments = new ConnectionSegments(question, (source, packet) => {
    sink({ isFromOriginator: segments.isFromOriginator(packet), source, packet, number });
  });
  for await (const { packet, segment, offset } of packets) {
    number++;
    const { seconds, nanoseconds } = packet;
    places.set(number, { number, seconds, nanoseconds, segment, offset });
    places.delete(number - PLACES_MAX);
    yield (take) => {
      sink = take;
      segments.packet(packet);
    };
  }
}

/** A connection read under one policy. */
export class PolicyReading {
  readonly limits: StreamLimits = createStreamLimits({
    bufferedBytes: COMPARED_BYTES * 2,
    rememberedBytes: COMPARED_BYTES,
  });
  readonly #policy: OverlapPolicy;
  readonly #sink: (side: Side) => StreamSink;
  #streams: TcpStreams | undefined;
  #sides: readonly [Side, Side] = SIDES;

  constructor(policy: OverlapPolicy, sink: (side: Side) => StreamSink) {
    this.#policy = policy;
    this.#sink = sink;
  }

  take({ isFromOriginator, source, packet, number }: Taken): void {
    this.#streams ??= this.#begin(isFromOriginator ? SIDES : ["resp", "orig"]);
    this.#streams.packet(source, packet, number);
  }

  /** Ends both sides and says how they were. */
  *end(events: StreamEvent[]): Generator<StreamEvent> {
    const streams = this.#streams ?? this.#begin(SIDES);
    streams.end();
    yield* events.splice(0);
    const [first, second] = streams.sides;
    const counts = { [this.#sides[0]]: first.counts, [this.#sides[1]]: second.counts };
    const limits = Object.values(this.limits).filter(({ reached }) => reached > 0);
    yield {
      type: "end",
      counts: counts as Record<Side, StreamCounts>,
      signs: streams.signs,
      limits: limits.map(({ name, reached }) => ({ name, reached })),
    };
  }

  #begin(sides: readonly [Side, Side]): TcpStreams {
    this.#sides = sides;
    return new TcpStreams({
      policy: this.#policy,
      limits: this.limits,
      sinks: [this.#sink(sides[0]), this.#sink(sides[1])],
      // What a host has read it has read; `last` asks what came last.
      heldBytes: this.#policy === "last" ? COMPARED_BYTES : 0,
      checksums: "verify",
    });
  }
}

function eventSink(
  side: Side,
  places: ReadonlyMap<number, PacketPlace>,
  events: StreamEvent[],
): StreamSink {
  return {
    data: (bytes, position, number) => {
      const packet = places.get(number);
      events.push({ type: "data", side, position, bytes: new Uint8Array(bytes), packet });
    },
    gap: (position, length, kind) => {
      events.push({ type: "gap", side, position, length, kind });
    },
    conflict: ({ position, first, second, firstOffset, secondOffset }) => {
      events.push({
        type: "conflict",
        side,
        position,
        first: { bytes: new Uint8Array(first), packet: places.get(firstOffset) },
        second: { bytes: new Uint8Array(second), packet: places.get(secondOffset) },
      });
    },
  };
}
