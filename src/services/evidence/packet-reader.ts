import { DecodedLayers } from "../../core/packet/index.ts";
import {
  type CaptureLayout,
  type CaptureWindow,
  createPacketRecord,
  createRecordLocator,
  type PacketRecord,
} from "../../core/pcap/index.ts";
import type { PacketPlan } from "../../core/query/index.ts";
import type { SegmentReader } from "../vault/index.ts";
import { type LocatedPackets, offsetOf, type SegmentPlaces } from "./located-packets.ts";

/** A packet out of the vault; the record is reused, so copy what is to be kept. */
export interface FoundPacket {
  readonly packet: PacketRecord;
  readonly segment: string;
  readonly offset: number;
}

/** An open segment and what is needed to read single records of it. */
export interface OpenCapture {
  readonly reader: SegmentReader;
  readonly layout: CaptureLayout;
  readonly timeOrdered: boolean;
}

export type OpenSegment = (segment: string) => Promise<OpenCapture>;

/**
 * The packets of one segment that the plan's predicate keeps, in the order they lie in the capture.
 * Only chunks that hold a candidate are decrypted.
 */
export async function* readSegmentPackets(
  open: OpenCapture,
  places: SegmentPlaces,
  located: LocatedPackets,
  plan: Pick<PacketPlan, "matches">,
): AsyncGenerator<FoundPacket> {
  const locate = createRecordLocator(open.layout);
  const packet = createPacketRecord();
  const decoded = new DecodedLayers();
  let window: CaptureWindow = { at: 0, bytes: new Uint8Array(0) };
  for (const key of places.keys) {
    const offset = offsetOf(key);
    if (offset < window.at || offset >= window.at + window.bytes.length) {
      window = await open.reader.frameAt(offset);
    }
    let found = locate(window, offset, packet);
    // A record across frames is read apart; the window stays for the records behind it.
    for (let known = 0; found.status === "incomplete"; ) {
      const length = Math.max(known, window.at + window.bytes.length - offset) + found.neededBytes;
      const bytes = await open.reader.read(offset, length);
      if (bytes.length <= known) break;
      known = bytes.length;
      found = locate({ at: offset, bytes }, offset, packet);
    }
    // The capture ended inside this record: the reader never delivered it, so no posting should name it.
    if (found.status !== "ok") continue;
    packet.recordOffset = offset;
    decoded.decode(packet);
    if (!plan.matches(decoded, packet.seconds, packet.nanoseconds, located.truthsOf(key))) continue;
    yield { packet, segment: places.segment, offset };
  }
}

/** All matching packets over all segments in time order. */
export async function* readPackets(
  openSegment: OpenSegment,
  located: LocatedPackets,
  plan: Pick<PacketPlan, "matches">,
): AsyncGenerator<FoundPacket> {
  const streams: Stream[] = [];
  for (const places of located.segments) {
    const open = await openSegment(places.segment);
    const packets = readSegmentPackets(open, places, located, plan);
    streams.push(await begin(open.timeOrdered ? packets : sorted(open, places, located, plan)));
  }
  while (true) {
    let next: Stream | undefined;
    for (const stream of streams) {
      if (
        stream.head &&
        (next?.head === undefined || isEarlier(stream.head.packet, next.head.packet))
      )
        next = stream;
    }
    if (next?.head === undefined) return;
    yield next.head;
    const { value, done } = await next.rest.next();
    next.head = done ? undefined : value;
  }
}

interface Stream {
  head: FoundPacket | undefined;
  readonly rest: AsyncGenerator<FoundPacket>;
}

async function begin(rest: AsyncGenerator<FoundPacket>): Promise<Stream> {
  const { value, done } = await rest.next();
  return { head: done ? undefined : value, rest };
}

function isEarlier(a: PacketRecord, b: PacketRecord): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.nanoseconds < b.nanoseconds);
}

/** A capture whose packets are not in time order is read twice: once for the times, once sorted. */
async function* sorted(
  open: OpenCapture,
  places: SegmentPlaces,
  located: LocatedPackets,
  plan: Pick<PacketPlan, "matches">,
): AsyncGenerator<FoundPacket> {
  const found: { seconds: number; nanoseconds: number; key: number }[] = [];
  let n = 0;
  for await (const { packet, offset } of readSegmentPackets(open, places, located, plan)) {
    while (offsetOf(places.keys[n]!) !== offset) n++;
    found.push({ seconds: packet.seconds, nanoseconds: packet.nanoseconds, key: places.keys[n]! });
  }
  found.sort((a, b) => a.seconds - b.seconds || a.nanoseconds - b.nanoseconds || a.key - b.key);
  const keys = Float64Array.from(found, ({ key }) => key);
  yield* readSegmentPackets(open, { segment: places.segment, keys }, located, plan);
}
