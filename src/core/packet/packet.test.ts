import { expect, test } from "vitest";
import {
  Checksums,
  createDecodedPacket,
  decodePacket,
  dissectPacket,
  FAULT,
  formatAddress,
  isInNetwork,
  parseAddress,
  parseNetwork,
  REMARK_NAMES,
} from "./index.ts";

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.replaceAll(/\s/g, "").match(/../g) ?? [], (pair) =>
    Number.parseInt(pair, 16),
  );
}

function packetOf(bytes: Uint8Array, linkType = 1, originalBytes = bytes.length) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes, view, start: 0, capturedBytes: bytes.length, originalBytes, linkType };
}

const ETHERNET = "0200000000010200000000020800";
// 10.0.0.1:1025 > 10.0.0.2:80, SYN, correct checksums.
const IP_TCP =
  "4500 0028 0001 4000 4006 26cd 0a000001 0a000002 0401 0050 00000001 00000000 5002 2000 778e 0000";

test("a TCP packet over Ethernet is decoded down to its flags", () => {
  const out = createDecodedPacket();
  decodePacket(packetOf(bytesOf(ETHERNET + IP_TCP)), out);
  expect(out).toMatchObject({
    ipVersion: 4,
    src2: 0xffff,
    src3: 0x0a000001,
    dst3: 0x0a000002,
    protocol: 6,
    hasPorts: true,
    sourcePort: 1025,
    destinationPort: 80,
    tcpFlags: 2,
    payloadBytes: 0,
    outerVlan: -1,
    fault: FAULT.none,
  });
});

test("two VLAN tags are outer and inner", () => {
  const out = createDecodedPacket();
  decodePacket(
    packetOf(bytesOf(`020000000001020000000002 88a8 0064 8100 20c8 0800 ${IP_TCP}`)),
    out,
  );
  expect(out).toMatchObject({ outerVlan: 100, innerVlan: 200, ipVersion: 4, destinationPort: 80 });
});

test("no cut and no changed byte makes the decoder throw or read outside the packet", () => {
  const whole = bytesOf(ETHERNET + IP_TCP);
  const v6 = bytesOf(`60000000 0010 2c40 ${"20".repeat(32)} 0600 0001 00000000 0401 0050 00000001`);
  const out = createDecodedPacket();
  for (const [bytes, linkType] of [
    [whole, 1],
    [v6, 101],
  ] as const) {
    for (let length = 0; length <= bytes.length; length++) {
      const cut = bytes.slice(0, length);
      decodePacket(packetOf(cut, linkType, bytes.length), out);
      dissectPacket(cut, linkType, { capturedBytes: length, originalBytes: bytes.length });
      expect(out.payloadBytes).toBeGreaterThanOrEqual(0);
    }
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 1, 127, 255]) {
        const changed = bytes.slice();
        changed[at] = value;
        for (const type of [0, 1, 9, 101, 108, 113, 276, 77]) {
          decodePacket(packetOf(changed, type), out);
          dissectPacket(changed, type, {
            capturedBytes: changed.length,
            originalBytes: changed.length,
          });
        }
      }
    }
  }
});

test("IPv6 extension headers are walked to the fragment's upper protocol", () => {
  const out = createDecodedPacket();
  const v6 = `60000000 0018 2c40 ${"20".repeat(16)}${"30".repeat(16)} 1100 0011 00000007 ${"00".repeat(16)}`;
  decodePacket(packetOf(bytesOf(v6), 229), out);
  expect(out).toMatchObject({
    ipVersion: 6,
    protocol: 17,
    fragmentOffset: 16,
    moreFragments: true,
    ipHeaderBytes: 48,
    fragmentId: 7,
  });
});

test("the checksum of any range at any alignment is that of RFC 1071", () => {
  const bytes = Uint8Array.from({ length: 4096 }, (_, n) => (n * 167 + (n >> 3)) & 255);
  const sums = new Checksums();
  const plain = (start: number, length: number) => {
    let sum = 0;
    for (let n = 0; n < length; n++) sum += bytes[start + n]! << (n % 2 === 0 ? 8 : 0);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    return sum;
  };
  for (let start = 0; start < 9; start++) {
    for (const length of [0, 1, 2, 3, 7, 20, 33, 64, 1480, 1481, 4000]) {
      expect(sums.sum(bytes, start, length)).toBe(plain(start, length));
      const shifted = new Uint8Array(bytes.buffer, 1);
      expect(sums.sum(shifted, start, length)).toBe(plain(start + 1, length));
    }
  }
});

test("right checksums are good and a flipped bit is not", () => {
  const bytes = bytesOf(ETHERNET + IP_TCP);
  const out = createDecodedPacket();
  decodePacket(packetOf(bytes), out);
  const sums = new Checksums();
  expect(sums.isIpv4HeaderGood(packetOf(bytes), out)).toBe(true);
  const right = sums.isTransportGood(bytes, out);
  bytes[40]! ^= 1;
  expect([right, sums.isTransportGood(bytes, out)]).toEqual([true, false]);
});

test("addresses print as RFC 5952 and read back", () => {
  for (const text of [
    "10.1.2.255",
    "::",
    "::1",
    "2001:db8::1",
    "2001:db8:0:1:1:1:1:1",
    "1:0:0:2::3",
    "fe80::1:0:0",
  ]) {
    const words = parseAddress(text);
    expect(words && formatAddress(...words)).toBe(text);
  }
  expect(parseAddress("::ffff:1.2.3.4")).toEqual([0, 0, 0xffff, 0x01020304]);
  for (const text of [
    "1.2.3",
    "1.2.3.256",
    "01.2.3.4",
    "::1::",
    "12345::",
    "1:2:3:4:5:6:7",
    "g::",
  ]) {
    expect(parseAddress(text)).toBeUndefined();
  }
});

test("a network holds what shares its prefix", () => {
  const net = parseNetwork("10.1.0.0/16")!;
  expect(isInNetwork(net, 0, 0, 0xffff, 0x0a01ffff)).toBe(true);
  expect(isInNetwork(net, 0, 0, 0xffff, 0x0a020000)).toBe(false);
  const v6 = parseNetwork("fe80::/10")!;
  expect(isInNetwork(v6, 0xfebfffff, 0, 0, 1)).toBe(true);
  expect(isInNetwork(v6, 0xfec00000, 0, 0, 1)).toBe(false);
  expect(parseNetwork("10.0.0.0/33")).toBeUndefined();
});

test("the dissection names fields with the bytes they came from", () => {
  const bytes = bytesOf(ETHERNET + IP_TCP);
  const fields = dissectPacket(bytes, 1, {
    capturedBytes: bytes.length,
    originalBytes: bytes.length,
  });
  expect(fields.map((field) => field.name)).toEqual(["eth", "ip", "tcp"]);
  const flags = fields[2]!.children.find((field) => field.name === "tcp.flags");
  expect(flags).toMatchObject({ value: "SYN", offset: 47, length: 1 });
  expect(fields[1]).toMatchObject({ offset: 14, length: 20 });
});

test("what IPv6 headers and tags should not hold is remarked on, and read all the same", () => {
  const v6 = `${"20".repeat(16)}${"30".repeat(16)}`;
  const namesOf = (hex: string, linkType = 229) => {
    const out = createDecodedPacket();
    decodePacket(packetOf(bytesOf(hex), linkType), out);
    expect(out.hasPorts).toBe(true);
    return REMARK_NAMES.filter((_, bit) => ((out.remarks >> bit) & 1) === 1);
  };
  const udp = "0400 0035 0008 0000";
  const options = (hex: string) => `60000000 0028 3c40 ${v6} 1103 ${hex} ${udp}`;
  const routing = (hex: string) => `60000000 0020 2b40 ${v6} 1102 ${hex} ${"40".repeat(16)} ${udp}`;
  expect(namesOf(routing("0001 00000000"))).toEqual(["routing0_hdr"]);
  expect(namesOf(routing("0201 00000000"))).toEqual([]);
  expect(namesOf(routing("0901 00000000"))).toEqual(["unknown_routing_type"]);
  expect(namesOf(options(`c910 ${"40".repeat(16)} 010a ${"00".repeat(10)}`))).toEqual([]);
  expect(namesOf(options(`c901 00 011a ${"00".repeat(25)}`))).toContain("bad_ipv6_dest_opt_len");
  expect(namesOf(options(`c901 00 0119 ${"00".repeat(25)}`))).toEqual(["bad_home_addr_len"]);
  const two = `c910 ${"40".repeat(16)} c910 ${"50".repeat(16)} 0100`;
  expect(namesOf(`60000000 0030 3c40 ${v6} 1104 ${two} ${udp}`)).toEqual([
    "multiple_home_addr_opts",
  ]);
  const tags = "8100 0001 8100 0002 8100 0003 0800";
  expect(namesOf(`020000000001020000000002 ${tags} ${IP_TCP}`, 1)).toEqual([
    "triple_tagged_vlan_unsupported",
  ]);
});

test("a fragment that is the whole datagram counts without its fragment header", () => {
  const out = createDecodedPacket();
  const v6 = `60000000 0010 2c40 ${"20".repeat(16)}${"30".repeat(16)} 1100 0000 00000007`;
  decodePacket(packetOf(bytesOf(`${v6} 0400 0035 0008 0000`), 229), out);
  expect(out).toMatchObject({ ipTotalBytes: 48, destinationPort: 53, moreFragments: false });
});
