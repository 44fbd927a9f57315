import {
  createDecodedPacket,
  type DecodedPacket,
  decodePacket,
} from "../../src/core/packet/index.ts";
import { CaptureReader, PcapngWriter } from "../../src/core/pcap/index.ts";
import { fragmentPacket } from "./fragment-packet.ts";
import { type LoosePacket, recordOf } from "./loose-packet.ts";
import { mendChecksums } from "./mend-checksums.ts";
import { nestPacket } from "./nest-packet.ts";
import type { SeededRandom } from "./random.ts";

/** Turns a packet into others; an empty list drops it. */
type Mutation = (
  packet: LoosePacket,
  decoded: DecodedPacket,
  random: SeededRandom,
) => readonly LoosePacket[];

const PACKETS_MAX = 120;
const MUTANT_PACKETS_MAX = 400;
const LENGTHS = [0, 1, 7, 8, 19, 20, 21, 39, 40, 41, 60, 576, 1480, 1500, 0x7fff, 0xfff8, 0xffff];
const SEQUENCE_STEPS = [
  0, 1, -1, 2, -2, 16, -16, 536, -536, 1460, -1460, 16_384, 65_535, -65_536, 0x3fffffff, 0x40000001,
  0x7fffffff, -0x80000000,
];
const TCP = 6;
const UDP = 17;

const MUTATIONS: readonly Mutation[] = [
  editLengths,
  editFragmentField,
  editSequence,
  editFlags,
  editPorts,
  editPayload,
  sendAgain,
  cutPacket,
  moveTime,
  fragmentPacket,
  nestPacket,
];

/** Changes a capture packet by packet, where it hurts; undefined when it holds none. */
export function mutatePackets(capture: Uint8Array, random: SeededRandom): Uint8Array | undefined {
  let packets = loosePackets(capture);
  if (packets.length === 0) return undefined;
  const decoded = createDecodedPacket();
  const rate = random.pick([2, 4, 10]);
  for (let round = 1 + random.below(3); round > 0; round--) {
    packets = packets
      .flatMap((packet) => {
        if (random.below(rate) !== 0) return [packet];
        decodePacket(recordOf(packet), decoded);
        if (decoded.ipVersion === 0) return [packet];
        const changed = random.pick(MUTATIONS)(packet, decoded, random);
        // Most are made right again, so that they pass the first look.
        return random.below(8) === 0 ? changed : changed.map(mendChecksums);
      })
      .slice(0, MUTANT_PACKETS_MAX);
  }
  if (packets.length === 0) return undefined;
  shuffleSome(packets, random);
  return written(packets);
}

function loosePackets(capture: Uint8Array): LoosePacket[] {
  const packets: LoosePacket[] = [];
  const reader = new CaptureReader({
    onPacket: ({ bytes, start, capturedBytes, linkType, seconds, nanoseconds }) => {
      if (packets.length >= PACKETS_MAX) return;
      const copy = bytes.slice(start, start + Math.min(capturedBytes, 65_535));
      packets.push({ bytes: copy, linkType, seconds, nanoseconds });
    },
  });
  reader.push(capture);
  reader.end();
  return packets;
}

function written(packets: readonly LoosePacket[]): Uint8Array {
  const writer = new PcapngWriter({ interfaceName: "mutant" });
  const pieces = [writer.start({})];
  for (const packet of packets) {
    const originalBytes = packet.bytes.length;
    pieces.push(writer.packet({ ...packet, originalBytes, snapLength: 262_144 }));
  }
  return new Uint8Array(Buffer.concat(pieces));
}

function shuffleSome(packets: LoosePacket[], random: SeededRandom): void {
  for (let left = random.below(8); left > 0; left--) {
    const from = random.below(packets.length);
    const to = Math.min(packets.length - 1, from + random.below(6));
    [packets[from], packets[to]] = [packets[to]!, packets[from]!];
  }
}

/** A copy of the packet after a change of its bytes. */
function changed(packet: LoosePacket, change: (view: DataView) => void): LoosePacket[] {
  const bytes = packet.bytes.slice();
  change(new DataView(bytes.buffer));
  return [{ ...packet, bytes }];
}

function hasRoom(packet: LoosePacket, end: number): boolean {
  return end <= packet.bytes.length;
}

function editLengths(packet: LoosePacket, at: DecodedPacket, random: SeededRandom): LoosePacket[] {
  const { ipStart, transportStart } = at;
  const length = random.pick([...LENGTHS, packet.bytes.length, random.below(65_536)]);
  return changed(packet, (view) => {
    switch (random.below(4)) {
      case 0:
        if (at.ipVersion === 4) view.setUint16(ipStart + 2, length);
        else view.setUint16(ipStart + 4, length);
        return;
      case 1:
        if (at.ipVersion === 4) view.setUint8(ipStart, 0x40 | random.below(16));
        else view.setUint8(ipStart + 6, random.pick([0, 4, 6, 17, 41, 43, 44, 47, 51, 60, 135]));
        return;
      case 2:
        if (at.protocol === UDP && hasRoom(packet, transportStart + 6)) {
          view.setUint16(transportStart + 4, length);
        }
        return;
      default:
        if (at.protocol === TCP && hasRoom(packet, transportStart + 13)) {
          view.setUint8(transportStart + 12, random.below(16) << 4);
        }
    }
  });
}

function editFragmentField(
  packet: LoosePacket,
  at: DecodedPacket,
  random: SeededRandom,
): LoosePacket[] {
  if (at.ipVersion !== 4) return [packet];
  const field = random.pick([0x2000, 0x4000, 0x3fff, 0x1fff, random.below(0x10000)]);
  return changed(packet, (view) => view.setUint16(at.ipStart + 6, field));
}

function editSequence(packet: LoosePacket, at: DecodedPacket, random: SeededRandom): LoosePacket[] {
  const { transportStart, protocol } = at;
  if (protocol !== TCP || !hasRoom(packet, transportStart + 12)) return [packet];
  const place = transportStart + random.pick([4, 8]);
  const moved = changed(packet, (view) =>
    view.setUint32(place, view.getUint32(place) + random.pick(SEQUENCE_STEPS)),
  );
  return random.below(2) === 0 ? moved : [packet, ...moved];
}

function editFlags(packet: LoosePacket, at: DecodedPacket, random: SeededRandom): LoosePacket[] {
  const { transportStart, protocol } = at;
  if (protocol !== TCP || !hasRoom(packet, transportStart + 14)) return [packet];
  return changed(packet, (view) => view.setUint8(transportStart + 13, random.below(256)));
}

/** Ports under which other readers of the payload wait. */
function editPorts(packet: LoosePacket, at: DecodedPacket, random: SeededRandom): LoosePacket[] {
  const { transportStart, hasPorts } = at;
  if (!hasPorts || !hasRoom(packet, transportStart + 4)) return [packet];
  const port = random.pick([53, 80, 443, 2123, 2152, 3544, 4789, 4790, 5072, 6081, 6635, 8472]);
  return changed(packet, (view) => view.setUint16(transportStart + random.pick([0, 2]), port));
}

function editPayload(packet: LoosePacket, at: DecodedPacket, random: SeededRandom): LoosePacket[] {
  const start = Math.max(at.ipStart, at.payloadStart);
  if (start >= packet.bytes.length) return [packet];
  return changed(packet, (view) => {
    for (let left = 1 + random.below(6); left > 0; left--) {
      const place = start + random.below(Math.min(64, packet.bytes.length - start));
      view.setUint8(place, random.pick([0, 1, 4, 0x45, 0x60, 0x7f, 0xff, random.below(256)]));
    }
  });
}

/** The same segment again, whole or in part, with other content. */
function sendAgain(packet: LoosePacket, at: DecodedPacket, random: SeededRandom): LoosePacket[] {
  const times = 1 + random.below(random.below(20) === 0 ? 80 : 3);
  const copies = Array.from({ length: times }, () => editPayload(packet, at, random)[0]!);
  return [packet, ...copies];
}

function cutPacket(packet: LoosePacket, _: DecodedPacket, random: SeededRandom): LoosePacket[] {
  return [{ ...packet, bytes: packet.bytes.slice(0, 1 + random.below(packet.bytes.length)) }];
}

function moveTime(packet: LoosePacket, _: DecodedPacket, random: SeededRandom): LoosePacket[] {
  const step = random.pick([-1, 1, 5, 61, -61, 301, 3601, 86_401, -86_401, 1023, 1024, 1025]);
  const seconds = random.below(12) === 0 ? random.pick([0, 2 ** 32 - 1]) : packet.seconds + step;
  return [{ ...packet, seconds: Math.max(0, seconds) }];
}
