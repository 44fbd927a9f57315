import { hashFlow } from "./community-id.ts";
import { plainConnState, tcpConnState } from "./conn-state.ts";
import type { DuplicateCounts } from "./duplicates.ts";
import type { FlowHistory } from "./flow-history.ts";
import {
  ACK_TIME,
  ACTIVE,
  ADDRESS_0,
  ADDRESS_1,
  BURST_COUNT,
  DEPTH_MASK,
  DEPTH_SHIFT,
  DUPLICATES,
  ENDPOINT_0,
  ENDPOINT_1,
  ENDPOINT_WORDS,
  F_FIRST_OFFSET,
  F_IP_BYTES,
  F_LAST,
  F_MISSED,
  F_RUN_END,
  F_SIZE,
  F_START,
  FLAGS,
  FLIPPED,
  HEADERS,
  KIND_ONE_WAY,
  KIND_RESIDUE,
  ORDINAL,
  OVERHEAD,
  PACKETS,
  PARTIAL,
  PORTS,
  PROTOCOL,
  RARE_RECORD,
  RESPONSE_TIME,
  STATE,
  SYN_TIME,
  TUNNEL_CONTEXT,
  TUNNEL_MASK,
  TUNNEL_SHIFT,
  VLANS,
} from "./flow-layout.ts";
import type { FlowRecord } from "./flow-record.ts";
import { type FlowStore, wordsOf } from "./flow-store.ts";
import type { LinkAddresses } from "./link-addresses.ts";
import {
  DUPLICATE_ACKS,
  OUT_OF_ORDER,
  RETRANSMISSIONS,
  UNCOUNTED,
  ZERO_WINDOWS,
} from "./rare-events.ts";
import { SmallDigests } from "./small-digests.ts";
import { endpointSize } from "./tcp-size.ts";
import type { TunnelContexts } from "./tunnel-contexts.ts";

/** Fills a `FlowRecord` from a flow's words: sizes, state, ids. */
export class FlowDescriber {
  readonly #store: FlowStore;
  readonly #history: FlowHistory;
  readonly #tunnels: TunnelContexts;
  readonly #links: LinkAddresses;
  readonly #duplicates: DuplicateCounts;
  readonly #digests = new SmallDigests();
  readonly #captureId: Uint8Array;

  constructor(
    store: FlowStore,
    options: {
      history: FlowHistory;
      tunnels: TunnelContexts;
      links: LinkAddresses;
      duplicates: DuplicateCounts;
      captureId: string;
    },
  ) {
    this.#store = store;
    this.#history = options.history;
    this.#tunnels = options.tunnels;
    this.#links = options.links;
    this.#duplicates = options.duplicates;
    // Ids are 26 characters; the digest's message has room for 128 and the number.
    this.#captureId = new TextEncoder().encode(options.captureId).subarray(0, 128);
  }

  describe(flow: number, out: FlowRecord): void {
    const words = this.#store.words;
    const at = wordsOf(flow);
    const f = at >> 1;
    const flipped = (words[at + FLAGS]! & FLIPPED) !== 0;
    const kind = words[at + PROTOCOL]!;
    this.#describeIds(flow, out);
    out.lastTime = this.#store.doubles[f + F_LAST]!;
    out.missedBytes = this.#store.doubles[f + F_MISSED]!;
    out.outerVlan = (words[at + VLANS]! >>> 16) - 1;
    out.innerVlan = (words[at + VLANS]! & 0xffff) - 1;
    out.bursts = words[at + BURST_COUNT]!;
    out.history = this.#history.text(flow);
    const originator = at + (flipped ? ENDPOINT_1 : ENDPOINT_0);
    const responder = at + (flipped ? ENDPOINT_0 : ENDPOINT_1);
    out.originatorPackets = words[originator + PACKETS]!;
    out.responderPackets = words[responder + PACKETS]!;
    out.originatorIpBytes = this.#store.doubles[(originator >> 1) + F_IP_BYTES]!;
    out.responderIpBytes = this.#store.doubles[(responder >> 1) + F_IP_BYTES]!;
    this.#describeSizes(out, originator, responder);
    this.#describeTunnel(out, at, flipped);
    this.#describeUid(out);
    if (out.isResidue) return;
    this.#describeFrames(out, at, flipped);
    this.#describeCommunity(out, at, kind);
  }

  /** Uid, addresses, ports and start alone. */
  identify(flow: number, out: FlowRecord): void {
    this.#describeIds(flow, out);
    out.depth = (this.#store.words[wordsOf(flow) + FLAGS]! & DEPTH_MASK) >> DEPTH_SHIFT;
    this.#describeUid(out);
  }

  #describeIds(flow: number, out: FlowRecord): void {
    const words = this.#store.words;
    const at = wordsOf(flow);
    const flipped = (words[at + FLAGS]! & FLIPPED) !== 0;
    const kind = words[at + PROTOCOL]!;
    const ports = words[at + PORTS]!;
    const from = at + (flipped ? ADDRESS_1 : ADDRESS_0);
    const to = at + (flipped ? ADDRESS_0 : ADDRESS_1);
    for (let n = 0; n < 4; n++) {
      out.originator[n] = words[from + n]!;
      out.responder[n] = words[to + n]!;
    }
    out.flow = flow;
    out.ordinal = words[at + ORDINAL]! >>> 0;
    out.isResidue = (kind & KIND_RESIDUE) !== 0;
    out.protocol = kind & 0xff;
    out.originatorPort = flipped ? ports & 0xffff : ports >>> 16;
    out.responderPort = flipped ? ports >>> 16 : ports & 0xffff;
    out.isMidStream = (words[at + FLAGS]! & PARTIAL) !== 0;
    out.startTime = this.#store.doubles[(at >> 1) + F_START]!;
    out.firstOffset = this.#store.doubles[(at >> 1) + F_FIRST_OFFSET]!;
  }

  #describeTunnel(out: FlowRecord, at: number, flipped: boolean): void {
    const words = this.#store.words;
    const flags = words[at + FLAGS]!;
    out.depth = (flags & DEPTH_MASK) >> DEPTH_SHIFT;
    out.carries = (flags & TUNNEL_MASK) >> TUNNEL_SHIFT;
    out.parentUids = undefined;
    if (out.depth === 0) return;
    const context = this.#tunnels.get(words[at + TUNNEL_CONTEXT]!);
    if (context === undefined) return;
    out.tunnelKind = context.kind;
    out.tunnelId = context.id;
    out.parentUids = context.parentUids;
    out.outerOriginator.set(flipped ? context.outerDestination : context.outerSource);
    out.outerResponder.set(flipped ? context.outerSource : context.outerDestination);
  }

  #describeFrames(out: FlowRecord, at: number, flipped: boolean): void {
    const words = this.#store.words;
    const originator = flipped ? 1 : 0;
    const responder = flipped ? 0 : 1;
    const from = at + ENDPOINT_0 + originator * ENDPOINT_WORDS;
    const to = at + ENDPOINT_0 + responder * ENDPOINT_WORDS;
    const { rare } = this.#store;
    const place = words[at + RARE_RECORD]!;
    out.originatorFrames = out.originatorPackets + rare.read(place, originator, UNCOUNTED);
    out.responderFrames = out.responderPackets + rare.read(place, responder, UNCOUNTED);
    out.originatorFrameBytes = out.originatorIpBytes + (words[from + OVERHEAD]! >>> 0);
    out.responderFrameBytes = out.responderIpBytes + (words[to + OVERHEAD]! >>> 0);
    out.originatorPayloadBytes = out.originatorIpBytes - words[from + HEADERS]!;
    out.responderPayloadBytes = out.responderIpBytes - words[to + HEADERS]!;
    out.lastLocatedTime = Math.max(out.lastTime, this.#store.doubles[(at >> 1) + F_RUN_END]!);
    const { source, destination } = this.#links.of(at);
    out.originatorLink = flipped ? destination : source;
    out.responderLink = flipped ? source : destination;
    out.originatorDuplicates = this.#duplicates.read(words[at + DUPLICATES]!, flipped ? 1 : 0);
    out.responderDuplicates = this.#duplicates.read(words[at + DUPLICATES]!, flipped ? 0 : 1);
    out.synTime = toNanoseconds(words[at + SYN_TIME]!);
    out.ackTime = toNanoseconds(words[at + ACK_TIME]!);
    out.responseTime = toNanoseconds(words[at + RESPONSE_TIME]!);
    if (out.transport !== 0) return;
    for (let side = 0; side < 2; side++) {
      const endpoint = side === 0 ? originator : responder;
      const moved = rare.read(place, endpoint, OUT_OF_ORDER);
      out.outOfOrder[side] = moved;
      // A piece that fills a hole comes late, but it was not sent twice.
      out.retransmissions[side] = Math.max(0, rare.read(place, endpoint, RETRANSMISSIONS) - moved);
      out.duplicateAcks[side] = rare.read(place, endpoint, DUPLICATE_ACKS);
      out.zeroWindows[side] = rare.read(place, endpoint, ZERO_WINDOWS);
    }
  }

  #describeSizes(out: FlowRecord, originator: number, responder: number): void {
    const words = this.#store.words;
    if (out.protocol === 6 && !out.isResidue) {
      out.transport = 0;
      // A number below zero comes from sequence numbers that were never to be believed.
      out.originatorBytes = Math.max(0, endpointSize(words, originator, responder));
      out.responderBytes = Math.max(0, endpointSize(words, responder, originator));
      out.connState = tcpConnState(
        words[originator + STATE]! & 15,
        words[responder + STATE]! & 15,
        {
          hasPayload: out.originatorBytes !== 0 || out.responderBytes !== 0,
          history: out.history,
        },
      );
      return;
    }
    const isFromActive = (words[originator + STATE]! & ACTIVE) !== 0;
    const isToActive = (words[responder + STATE]! & ACTIVE) !== 0;
    out.transport = out.protocol === 17 ? 1 : out.protocol === 1 || out.protocol === 58 ? 2 : 3;
    out.originatorBytes = isFromActive ? this.#store.doubles[(originator >> 1) + F_SIZE]! : 0;
    out.responderBytes = isToActive ? this.#store.doubles[(responder >> 1) + F_SIZE]! : 0;
    out.connState = plainConnState(out.transport, isFromActive, isToActive);
  }

  #describeUid(out: FlowRecord): void {
    const digests = this.#digests;
    const { message } = digests;
    const id = this.#captureId;
    message.set(id);
    // SHA-256(capture id, offset of the first packet as u64 big-endian, tunnel depth).
    let length = id.length;
    const offset = out.firstOffset;
    const high = Math.floor(offset / 4294967296);
    for (let shift = 24; shift >= 0; shift -= 8) message[length++] = high >>> shift;
    for (let shift = 24; shift >= 0; shift -= 8) message[length++] = (offset >>> 0) >>> shift;
    message[length++] = out.depth;
    digests.sha256(length);
    out.uidHigh = digests.high;
    out.uidLow = digests.low;
  }

  #describeCommunity(out: FlowRecord, at: number, kind: number): void {
    const digests = this.#digests;
    hashFlow(digests, this.#store.words, at, {
      protocol: out.protocol,
      hasPorts: out.transport !== 3,
      isOneWay: (kind & KIND_ONE_WAY) !== 0,
    });
    out.communityHigh = digests.high;
    out.communityLow = digests.low;
  }
}

/** From microseconds plus one. */
function toNanoseconds(stored: number): number {
  return stored === 0 ? -1 : (stored - 1) * 1000;
}
