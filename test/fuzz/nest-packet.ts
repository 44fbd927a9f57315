import type { DecodedPacket } from "../../src/core/packet/index.ts";
import type { LoosePacket } from "./loose-packet.ts";
import { mendChecksums } from "./mend-checksums.ts";
import type { SeededRandom } from "./random.ts";

const RAW = 101;
const NESTED_BYTES_MAX = 60_000;
const GRE = 47;
const UDP = 17;
const IP_IN_IP = 4;
const IPV6_IN_IP = 41;
const VXLAN_PORT = 4789;
const GTP_PORT = 2152;
const TEREDO_PORT = 3544;
const GENEVE_PORT = 6081;
const ETHERNET_IN_GRE = 0x6558;

/** Puts an IP packet into one to seven tunnels, one around the other. */
export function nestPacket(
  packet: LoosePacket,
  at: DecodedPacket,
  random: SeededRandom,
): readonly LoosePacket[] {
  let bytes: Uint8Array = packet.bytes.slice(at.ipStart);
  for (let left = 1 + random.below(random.pick([1, 3, 7])); left > 0; left--) {
    if (bytes.length > NESTED_BYTES_MAX) break;
    const [protocol, payload] = random.pick(TUNNELS)(bytes, random);
    const outer = { ...packet, linkType: RAW, bytes: ipv4(protocol, payload, random) };
    bytes = mendChecksums(outer).bytes;
  }
  return [{ ...packet, linkType: RAW, bytes }];
}

type Tunnel = (inner: Uint8Array, random: SeededRandom) => [protocol: number, payload: Uint8Array];

const isIpv6 = (inner: Uint8Array): boolean => inner[0]! >> 4 === 6;
const typeOf = (inner: Uint8Array): number => (isIpv6(inner) ? 0x86dd : 0x0800);

const TUNNELS: readonly Tunnel[] = [
  (inner) => [isIpv6(inner) ? IPV6_IN_IP : IP_IN_IP, inner],
  (inner) => [GRE, joined(words(0, typeOf(inner)), inner)],
  // With a key, a sequence number and a checksum field (RFC 2890).
  (inner, random) => {
    const head = words(0xb000, typeOf(inner), 0, 0, 0, random.below(3), 0, random.below(65_536));
    return [GRE, joined(head, inner)];
  },
  (inner) => [GRE, joined(words(0, ETHERNET_IN_GRE), ethernet(inner))],
  (inner, random) => {
    const head = words(0x0800, 0, 0, random.below(3) << 8);
    return [UDP, udp(VXLAN_PORT, joined(head, ethernet(inner)))];
  },
  (inner) => [UDP, udp(GENEVE_PORT, joined(words(0, ETHERNET_IN_GRE, 0, 0x0100), ethernet(inner)))],
  (inner, random) => {
    const head = words(0x30ff, inner.length, 0, random.below(3));
    return [UDP, udp(GTP_PORT, joined(head, inner))];
  },
  (inner) => [UDP, udp(TEREDO_PORT, inner)],
];

function ipv4(protocol: number, payload: Uint8Array, random: SeededRandom): Uint8Array {
  const head = words(0x4500, 20 + payload.length, random.below(4), 0, (64 << 8) | protocol, 0);
  const addresses = words(0x0a09, random.below(3), 0x0a09, 0x0100 + random.below(3));
  return joined(head, addresses, payload);
}

function udp(port: number, payload: Uint8Array): Uint8Array {
  return joined(words(40_000, port, 8 + payload.length, 0), payload);
}

function ethernet(inner: Uint8Array): Uint8Array {
  return joined(words(2, 0, 1, 2, 0, 2, typeOf(inner)), inner);
}

/** 16-bit numbers in network order. */
function words(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [(value >> 8) & 255, value & 255]));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
