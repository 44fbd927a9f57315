import type { Limit } from "../../base/index.ts";
import { createStreamLimits, type StreamSink, TcpStreams } from "../../flow/index.ts";
import type { DecodedPacket, PacketBytes } from "../../packet/index.ts";
import type { ForgedFact, PacketPlace, VerdictSide } from "./verdict-facts.ts";
import { PROOFS_MAX } from "./verdict-thresholds.ts";

/** Bytes of each direction with which what comes again is compared. */
const COMPARED_BYTES = 64 * 1024;
const BUFFERED_BYTES = 1024 * 1024;
/** Packets whose places are known; a byte a packet fills what is compared. */
const PLACES_MAX = COMPARED_BYTES;

interface Known<P extends PacketPlace> {
  readonly place: P;
  readonly hopLimit: number;
}

/** Finds packets that contradict others about the same bytes of a stream. */
export class ForgedBytes<P extends PacketPlace> {
  readonly facts: ForgedFact<P>[] = [];
  readonly #limits = createStreamLimits({
    bufferedBytes: BUFFERED_BYTES,
    rememberedBytes: COMPARED_BYTES,
  });
  readonly #places = new Map<number, Known<P>>();
  #streams: TcpStreams | undefined;
  #count = 0;

  get limits(): readonly Limit[] {
    return Object.values(this.#limits);
  }

  packet(source: PacketBytes, packet: DecodedPacket, side: VerdictSide, place: P): void {
    this.#streams ??= this.#begin(side);
    this.#places.set(place.number, { place, hopLimit: packet.hopLimit });
    this.#places.delete(place.number - PLACES_MAX);
    this.#streams.packet(source, packet, place.number);
  }

  /** Ends both directions; gives how many places are contradicted. */
  end(): number {
    this.#streams?.end();
    return this.#count;
  }

  #begin(first: VerdictSide): TcpStreams {
    const sink = (side: VerdictSide): StreamSink => ({
      data: () => undefined,
      gap: () => undefined,
      conflict: ({ position, length, firstOffset, secondOffset }) => {
        this.#count++;
        if (this.facts.length === PROOFS_MAX) return;
        const both = [firstOffset, secondOffset].flatMap((n) => this.#places.get(n) ?? []);
        const packets = both.map((known) => known.place);
        const limits = both.map(({ hopLimit }) => hopLimit);
        const hopDistance = Math.max(0, ...limits) - Math.min(255, ...limits);
        this.facts.push({ side, position, length, packets, hopDistance });
      },
    });
    return new TcpStreams({
      policy: "first",
      limits: this.#limits,
      sinks: [sink(first), sink(first === 0 ? 1 : 0)],
      checksums: "ignore",
    });
  }
}
