import type { DecodedPacket } from "../../src/core/packet/index.ts";
import type { LoosePacket } from "./loose-packet.ts";
import type { SeededRandom } from "./random.ts";

const UNIT_BYTES = 8;
const IPV6_HEADER_BYTES = 40;
const FRAGMENT_HEADER = 44;
const PIECES_MAX = 40;

/** Which bytes of a datagram's payload one fragment holds. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly moreFragments: boolean;
}

/** An IP packet in fragments: in any order, some twice, overlapping, with other bytes, or missing. */
export function fragmentPacket(
  packet: LoosePacket,
  at: DecodedPacket,
  random: SeededRandom,
): readonly LoosePacket[] {
  const { ipStart } = at;
  const headerBytes = at.ipVersion === 4 ? at.ipHeaderBytes : IPV6_HEADER_BYTES;
  const payloadStart = ipStart + headerBytes;
  const length = packet.bytes.length - payloadStart;
  if (headerBytes < 20 || length < 2 * UNIT_BYTES || at.moreFragments) return [packet];
  const id = random.below(4);
  const fragments = pieces(length, random).map((piece) => {
    const payload = packet.bytes.slice(payloadStart + piece.start, payloadStart + piece.end);
    if (random.below(10) === 0 && payload.length > 0) payload[random.below(payload.length)]! ^= 1;
    const header = packet.bytes.slice(0, payloadStart);
    const bytes =
      at.ipVersion === 4
        ? ipv4(header, ipStart, payload, { ...piece, id })
        : ipv6(header, ipStart, payload, { ...piece, id });
    return { ...packet, bytes };
  });
  return random.below(10) === 0 ? fragments.slice(1) : fragments;
}

function pieces(length: number, random: SeededRandom): Piece[] {
  const size = UNIT_BYTES * (1 + random.below(random.pick([1, 4, 40])));
  const made: Piece[] = [];
  for (let start = 0; start < length && made.length < PIECES_MAX; start += size) {
    const end = Math.min(length, start + size);
    made.push({ start, end, moreFragments: end < length });
    if (random.below(6) > 0) continue;
    // Another one over the seam, or of the same place.
    const back = Math.max(0, start - UNIT_BYTES * random.below(3));
    made.push({ start: back, end, moreFragments: random.below(8) > 0 });
  }
  const order = random.below(3);
  if (order === 1) made.reverse();
  if (order === 2) {
    for (let n = made.length - 1; n > 0; n--) {
      const other = random.below(n + 1);
      [made[n], made[other]] = [made[other]!, made[n]!];
    }
  }
  return made;
}

type Place = Piece & { readonly id: number };

function ipv4(header: Uint8Array, ipStart: number, payload: Uint8Array, place: Place): Uint8Array {
  const bytes = new Uint8Array(Buffer.concat([header, payload]));
  const view = new DataView(bytes.buffer);
  view.setUint16(ipStart + 2, bytes.length - ipStart);
  view.setUint16(ipStart + 4, place.id);
  const flag = place.moreFragments ? 0x2000 : 0;
  view.setUint16(ipStart + 6, flag | (place.start / UNIT_BYTES));
  return bytes;
}

function ipv6(header: Uint8Array, ipStart: number, payload: Uint8Array, place: Place): Uint8Array {
  const extension = new Uint8Array(UNIT_BYTES);
  const extensionView = new DataView(extension.buffer);
  extension[0] = header[ipStart + 6]!;
  extensionView.setUint16(2, place.start | (place.moreFragments ? 1 : 0));
  extensionView.setUint32(4, place.id);
  const bytes = new Uint8Array(Buffer.concat([header, extension, payload]));
  bytes[ipStart + 6] = FRAGMENT_HEADER;
  new DataView(bytes.buffer).setUint16(ipStart + 4, UNIT_BYTES + payload.length);
  return bytes;
}
