import {
  OVERLAP_POLICIES,
  type OverlapPolicy,
  type StreamCounts,
  type StreamSink,
} from "../../core/flow/index.ts";
import { RunningSha256 } from "../../platform/index.ts";
import type { FoundPacket } from "./packet-reader.ts";
import {
  connectionPackets,
  type PacketPlace,
  PolicyReading,
  SIDES,
  type Side,
  type StreamEvent,
  type StreamQuestion,
} from "./stream-events.ts";

/** Places told one by one; beyond them only their number is known. */
export const DIFFERENCES_MAX = 1000;
/** Bytes told of one place; its length says how many there were. */
const TOLD_BYTES_MAX = 1024;

/** One answer to what stands at a place. */
export interface StreamVersion {
  readonly bytes: Uint8Array;
  /** The packet that gave it; undefined when a policy takes parts of several. */
  readonly packet: PacketPlace | undefined;
  readonly policies: OverlapPolicy[];
}

/** A place for which two packets gave different bytes, and who takes which. */
export interface StreamDifference {
  readonly side: Side;
  readonly position: number;
  readonly length: number;
  readonly versions: StreamVersion[];
}

/** What a policy makes of both directions. */
export interface PolicyResult {
  readonly policy: OverlapPolicy;
  readonly sides: Readonly<Record<Side, { readonly bytes: number; readonly sha256: string }>>;
}

export interface StreamDifferences {
  /** All there are; the list holds the first of them. */
  readonly total: number;
  readonly differences: readonly StreamDifference[];
  readonly results: readonly PolicyResult[];
}

/**
 * Reads a connection under every policy and says where two packets disagree. The packets are read
 * twice: first for the places, then for what each policy makes of them, so that memory is bounded.
 */
export async function diffStream(
  read: () => AsyncIterable<FoundPacket>,
  question: StreamQuestion,
): Promise<StreamDifferences> {
  const { places, total } = await findPlaces(read(), question);
  const readings = OVERLAP_POLICIES.map((policy) => new ReadingOfPlaces(policy, places));
  for await (const packet of connectionPackets(read(), question, new Map())) {
    packet((taken) => {
      for (const { reading } of readings) reading.take(taken);
    });
  }
  const results = readings.map((reading) => reading.end());
  return { total, differences: places.map((place) => toDifference(place, readings)), results };
}

/** A place of the first pass; `number` is its key. */
interface Place {
  readonly number: number;
  readonly event: Extract<StreamEvent, { type: "conflict" }>;
}

async function findPlaces(
  packets: AsyncIterable<FoundPacket>,
  question: StreamQuestion,
): Promise<{ places: Place[]; total: number }> {
  const places: Place[] = [];
  let total = 0;
  const known = new Map<number, PacketPlace>();
  const sink = (side: Side): StreamSink => ({
    data: () => undefined,
    gap: () => undefined,
    conflict: ({ position, first, second, firstOffset, secondOffset }) => {
      total++;
      if (places.length === DIFFERENCES_MAX) return;
      const number = places.length;
      places.push({
        number,
        event: {
          type: "conflict",
          side,
          position,
          first: { bytes: new Uint8Array(first), packet: known.get(firstOffset) },
          second: { bytes: new Uint8Array(second), packet: known.get(secondOffset) },
        },
      });
    },
  });
  const reading = new PolicyReading("first", sink);
  for await (const packet of connectionPackets(packets, question, known)) {
    packet((taken) => reading.take(taken));
  }
  for (const _ of reading.end([]));
  return { places, total };
}

/** One policy's bytes at the places, and the digest of all its bytes. */
class ReadingOfPlaces {
  readonly reading: PolicyReading;
  readonly #policy: OverlapPolicy;
  readonly #bytes: readonly Uint8Array[];
  readonly #hashes = { orig: new RunningSha256(), resp: new RunningSha256() };

  constructor(policy: OverlapPolicy, places: readonly Place[]) {
    this.#policy = policy;
    this.#bytes = places.map(({ event }) => new Uint8Array(event.first.bytes.length));
    const perSide = new Map(SIDES.map((side) => [side, new PlacesOfSide(places, side)]));
    this.reading = new PolicyReading(policy, (side) => ({
      data: (bytes, position) => {
        this.#hashes[side].update(bytes);
        perSide.get(side)!.copy(bytes, position, this.#bytes);
      },
      gap: () => undefined,
    }));
  }

  get policy(): OverlapPolicy {
    return this.#policy;
  }

  bytesAt(place: Place): Uint8Array {
    return this.#bytes[place.number]!;
  }

  end(): PolicyResult {
    let counts: Readonly<Record<Side, StreamCounts>> | undefined;
    for (const event of this.reading.end([])) if (event.type === "end") counts = event.counts;
    const facts = (side: Side) => ({
      bytes: counts?.[side].bytes ?? 0,
      sha256: this.#hashes[side].digestHex(),
    });
    return { policy: this.#policy, sides: { orig: facts("orig"), resp: facts("resp") } };
  }
}

/** A side's places by position, to copy what a delivery gives to each. */
class PlacesOfSide {
  readonly #places: readonly Place[];
  readonly #longest: number;

  constructor(places: readonly Place[], side: Side) {
    this.#places = places
      .filter(({ event }) => event.side === side)
      .sort((a, b) => a.event.position - b.event.position);
    this.#longest = Math.max(0, ...this.#places.map(({ event }) => event.first.bytes.length));
  }

  copy(bytes: Uint8Array, position: number, into: readonly Uint8Array[]): void {
    const end = position + bytes.length;
    for (let n = this.#from(position - this.#longest); n < this.#places.length; n++) {
      const { number, event } = this.#places[n]!;
      if (event.position >= end) return;
      const target = into[number]!;
      const from = Math.max(position, event.position);
      const to = Math.min(end, event.position + target.length);
      if (from >= to) continue;
      target.set(bytes.subarray(from - position, to - position), from - event.position);
    }
  }

  #from(position: number): number {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#places[middle]!.event.position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function toDifference(place: Place, readings: readonly ReadingOfPlaces[]): StreamDifference {
  const { side, position, first, second } = place.event;
  const versions: StreamVersion[] = [first, second].map(({ bytes, packet }) => ({
    bytes,
    packet,
    policies: [],
  }));
  for (const reading of readings) {
    const bytes = reading.bytesAt(place);
    let version = versions.find((one) => isEqual(one.bytes, bytes));
    if (version === undefined) {
      version = { bytes, packet: undefined, policies: [] };
      versions.push(version);
    }
    version.policies.push(reading.policy);
  }
  const told = versions.map((version) => ({
    ...version,
    bytes: version.bytes.subarray(0, TOLD_BYTES_MAX),
  }));
  return { side, position, length: first.bytes.length, versions: told };
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, n) => byte === b[n]);
}
