import { createLimit, type Limit } from "../../base/index.ts";
import type { DecodedPacket, PacketBytes } from "../../packet/index.ts";
import type { OverlapPolicy } from "../overlap-policy.ts";
import { type Datagram, DatagramBuffer } from "./datagram.ts";
import { FragmentedDatagram, type FragmentWeird } from "./fragmented-datagram.ts";

/** Bounds of defragmentation; each is counted when reached. */
export interface FragmentLimits {
  /** Datagrams being put together at once; the oldest gives way. */
  readonly fragmentDatagrams: Limit;
  /** Bytes held for them; the oldest gives way. */
  readonly fragmentBytes: Limit;
  /** Fragments of one datagram; more are not put together. */
  readonly fragmentsPerDatagram: Limit;
  /** Nanoseconds of packet time in which a datagram has to be complete. */
  readonly fragmentAgeNs?: Limit;
}

/** As long as hosts may wait (RFC 8200 4.5): later the same identification is another datagram's. */
export const DEFAULT_FRAGMENT_AGE_NS = 60_000_000_000;
/** Datagrams handed out before one's bytes are written again: deeper than tunnels nest. */
const BUFFERS = 8;

/** How a defragmenter works. */
export interface DefragmenterOptions {
  /** Policy of the host that an address belongs to; `first`, which is Zeek's, without it. */
  policyOf?: (dst0: number, dst1: number, dst2: number, dst3: number) => OverlapPolicy;
  weird: FragmentWeird;
}

/**
 * Puts the fragments of IPv4 and IPv6 datagrams together. Driven by packet time alone. The caller
 * has judged the fragment's own IP header; addresses and identification name the datagram, and as in Zeek
 * the protocol does not, so that a protocol that changes is seen.
 */
export class Defragmenter {
  readonly #limits: FragmentLimits;
  readonly #age: Limit;
  readonly #options: DefragmenterOptions;
  /** By text: the engine's hash of strings is seeded, so no one can make keys that collide. */
  readonly #datagrams = new Map<string, FragmentedDatagram>();
  readonly #buffers: DatagramBuffer[] = [];
  #oldest: FragmentedDatagram | undefined = undefined;
  #youngest: FragmentedDatagram | undefined = undefined;
  #turn = -1;
  #bytes = 0;
  #operations = 0;

  constructor(limits: FragmentLimits, options: DefragmenterOptions) {
    this.#limits = limits;
    this.#options = options;
    this.#age = limits.fragmentAgeNs ?? createLimit("flow.fragmentAgeNs", DEFAULT_FRAGMENT_AGE_NS);
  }

  /** Datagrams that wait for fragments. */
  get pending(): number {
    return this.#datagrams.size;
  }

  /** Bytes held for them. */
  get pendingBytes(): number {
    return this.#bytes;
  }

  /** Steps taken since the start, for tests of the cost. */
  get operations(): number {
    return this.#operations;
  }

  /** Takes a fragment; undefined until the datagram is complete. `now` is its packet time in nanoseconds. */
  add(
    record: PacketBytes,
    recordOffset: number,
    packet: DecodedPacket,
    now: number,
  ): Datagram | undefined {
    this.#operations++;
    this.#expire(now);
    if (packet.ipVersion === 0 || packet.transportStart === 0) return undefined;
    if (packet.transportBytes < packet.transportLength) {
      return this.#takeCut(record, recordOffset, packet);
    }
    const datagram = this.#find(packet, now);
    if (datagram.fragments >= this.#limits.fragmentsPerDatagram.maximum) {
      this.#reached(this.#limits.fragmentsPerDatagram, recordOffset);
      return undefined;
    }
    const bytes = datagram.bytes;
    const operations = datagram.operations;
    const isComplete = datagram.add(record, recordOffset, packet);
    this.#operations += datagram.operations - operations;
    this.#bytes += datagram.bytes - bytes;
    if (!isComplete) {
      this.#keepBounds(recordOffset);
      return undefined;
    }
    this.#forget(datagram);
    const buffer = this.#nextBuffer();
    this.#operations += datagram.contiguous / 8;
    if (buffer.fill(datagram)) return buffer;
    // Zeek finds it out by the length that wraps round.
    this.#options.weird("invalid_IP_header_size", recordOffset, -1);
    return undefined;
  }

  /** What the capture does not hold cannot be put together; a first fragment still names its flow. */
  #takeCut(record: PacketBytes, recordOffset: number, packet: DecodedPacket): Datagram | undefined {
    this.#options.weird("incompletely_captured_fragment", recordOffset, -1);
    if (packet.fragmentOffset !== 0) return undefined;
    const buffer = this.#nextBuffer();
    buffer.fillCut(record, recordOffset, packet);
    return buffer;
  }

  #find(packet: DecodedPacket, now: number): FragmentedDatagram {
    const key = keyOf(packet);
    const found = this.#datagrams.get(key);
    if (found !== undefined) return found;
    const { policyOf, weird } = this.#options;
    const { dst0, dst1, dst2, dst3 } = packet;
    const policy = policyOf === undefined ? "first" : policyOf(dst0, dst1, dst2, dst3);
    const datagram = new FragmentedDatagram(key, { packet, now }, { policy, weird });
    this.#datagrams.set(key, datagram);
    this.#bytes += datagram.bytes;
    datagram.older = this.#youngest;
    if (this.#youngest === undefined) this.#oldest = datagram;
    else this.#youngest.younger = datagram;
    this.#youngest = datagram;
    return datagram;
  }

  #keepBounds(recordOffset: number): void {
    const { fragmentDatagrams, fragmentBytes } = this.#limits;
    while (this.#oldest !== undefined && this.#datagrams.size > fragmentDatagrams.maximum) {
      this.#reached(fragmentDatagrams, recordOffset);
      this.#forget(this.#oldest);
    }
    while (this.#oldest !== undefined && this.#bytes > fragmentBytes.maximum) {
      this.#reached(fragmentBytes, recordOffset);
      this.#forget(this.#oldest);
    }
  }

  #reached(limit: Limit, recordOffset: number): void {
    limit.reached++;
    this.#options.weird("fragment_limit_reached", recordOffset, -1);
  }

  #expire(now: number): void {
    while (this.#oldest !== undefined && now - this.#oldest.startedAt > this.#age.maximum) {
      this.#age.reached++;
      this.#forget(this.#oldest);
    }
  }

  #forget(datagram: FragmentedDatagram): void {
    this.#operations++;
    this.#datagrams.delete(datagram.key);
    this.#bytes -= datagram.bytes;
    const { older, younger } = datagram;
    if (older === undefined) this.#oldest = younger;
    else older.younger = younger;
    if (younger === undefined) this.#youngest = older;
    else younger.older = older;
    datagram.older = undefined;
    datagram.younger = undefined;
  }

  #nextBuffer(): DatagramBuffer {
    if (++this.#turn >= BUFFERS) this.#turn = 0;
    this.#buffers[this.#turn] ??= new DatagramBuffer();
    return this.#buffers[this.#turn]!;
  }
}

/** Addresses and identification as 16-bit characters; the length tells the version. */
function keyOf(packet: DecodedPacket): string {
  const { src0, src1, src2, src3, dst0, dst1, dst2, dst3, fragmentId } = packet;
  const low = String.fromCharCode(src3 >>> 16, src3, dst3 >>> 16, dst3, fragmentId);
  if (packet.ipVersion === 4) return low;
  return (
    low +
    String.fromCharCode(
      fragmentId >>> 16,
      src0 >>> 16,
      src0,
      src1 >>> 16,
      src1,
      src2 >>> 16,
      src2,
    ) +
    String.fromCharCode(dst0 >>> 16, dst0, dst1 >>> 16, dst1, dst2 >>> 16, dst2)
  );
}
