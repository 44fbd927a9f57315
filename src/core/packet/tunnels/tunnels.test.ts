import fc from "fast-check";
import { expect, test } from "vitest";
import {
  createDecodedPacket,
  createInnerPacket,
  decodePacket,
  dissectPacket,
  findInner,
  findNextInner,
  LINK_TYPE,
  mayTunnel,
  type PacketBytes,
  TUNNEL,
  TUNNEL_FAULTS,
  TUNNEL_NAMES,
} from "../index.ts";

const SYN =
  "4500 0028 0001 4000 4006 26cd 0a000001 0a000002 0401 0050 00000001 00000000 5002 2000 778e 0000";
const V6_NONE = `60000000 0000 3b40 ${"20".repeat(16)} ${"30".repeat(16)}`;
const ETHERNET = "020000000001 020000000002 0800";

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.replaceAll(/\s/g, "").match(/../g) ?? [], (pair) =>
    Number.parseInt(pair, 16),
  );
}

function hex16(value: number): string {
  return value.toString(16).padStart(4, "0");
}

function packetOf(bytes: Uint8Array, capturedBytes = bytes.length): PacketBytes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const originalBytes = bytes.length;
  return { bytes, view, start: 0, capturedBytes, originalBytes, linkType: LINK_TYPE.raw };
}

function ipv4(protocol: number, payload: string): Uint8Array {
  const length = bytesOf(payload).length + 20;
  const tail = `0001 0000 40${hex16(protocol).slice(2)} 0000 c0000201 c0000202`;
  return bytesOf(`4500 ${hex16(length)} ${tail} ${payload}`);
}

function udp(port: number, payload: string, from = 40_000): Uint8Array {
  const length = bytesOf(payload).length + 8;
  return ipv4(17, `${hex16(from)} ${hex16(port)} ${hex16(length)} 0000 ${payload}`);
}

function look(packet: PacketBytes) {
  const decoded = createDecodedPacket();
  const inner = createInnerPacket();
  decodePacket(packet, decoded);
  const found = mayTunnel(packet, decoded) && findInner(packet, decoded, inner);
  const content = createDecodedPacket();
  if (found) decodePacket(inner, content);
  return { found, inner, content, fault: TUNNEL_FAULTS[inner.fault] };
}

interface Expected {
  kind: keyof typeof TUNNEL;
  id?: number;
  protocol?: number;
}

function expectInner(bytes: Uint8Array, expected: Expected): void {
  const { found, inner, content, fault } = look(packetOf(bytes));
  expect({ found, fault, kind: TUNNEL_NAMES[inner.kind], id: inner.id }).toEqual({
    found: true,
    fault: "",
    kind: TUNNEL_NAMES[TUNNEL[expected.kind]],
    id: expected.id ?? -1,
  });
  expect(content.protocol).toBe(expected.protocol ?? 6);
  expect(inner.start + inner.capturedBytes).toBe(bytes.length);
}

function expectFault(bytes: Uint8Array, fault: string): void {
  const result = look(packetOf(bytes));
  expect([result.found, result.fault]).toEqual([false, fault]);
}

const A_SUBFRAME = `020000000001 020000000002 0030 aaaa03000000 0800 ${SYN}`;
const SAMPLES: readonly (readonly [Uint8Array, Expected])[] = [
  [ipv4(4, SYN), { kind: "ip" }],
  [ipv4(41, V6_NONE), { kind: "ip", protocol: 59 }],
  [ipv4(47, `0000 0800 ${SYN}`), { kind: "gre" }],
  [ipv4(47, `b000 0800 0000 0000 0000002a 00000001 ${SYN}`), { kind: "gre", id: 42 }],
  [ipv4(47, `0000 6558 ${ETHERNET} ${SYN}`), { kind: "gre" }],
  [ipv4(47, `0000 8847 00064140 ${SYN}`), { kind: "gre" }],
  [ipv4(47, `0000 883e 00000000 ${SYN}`), { kind: "gre" }],
  [ipv4(47, `0000 883e ${SYN}`), { kind: "gre" }],
  [ipv4(47, `2000 8909 0000002a 0800 0101 0001 0007 ${SYN}`), { kind: "gre", id: 42 }],
  [ipv4(47, `3081 880b 002c 0009 00000001 00000000 ff03 0021 ${SYN}`), { kind: "gre", id: 9 }],
  [ipv4(47, `3001 880b 0029 0009 00000001 21 ${SYN}`), { kind: "gre", id: 9 }],
  [ipv4(47, `0000 88be ${ETHERNET} ${SYN}`), { kind: "erspan" }],
  [ipv4(47, `1000 88be 00000001 1017 0005 00000000 ${ETHERNET} ${SYN}`), { kind: "erspan", id: 5 }],
  [
    ipv4(47, `1000 22eb 00000001 2017 0005 00000000 0000 0000 ${ETHERNET} ${SYN}`),
    { kind: "erspan", id: 5 },
  ],
  [
    ipv4(47, `1000 22eb 00000001 2017 0005 00000000 0000 0001 0000000000000000 ${ETHERNET} ${SYN}`),
    { kind: "erspan", id: 5 },
  ],
  [
    ipv4(47, `0000 8200 0801 0000 ${"02".repeat(18)} 0000 aaaa03000000 0800 ${SYN}`),
    { kind: "gre" },
  ],
  [udp(4789, `08000000 00002a00 ${ETHERNET} ${SYN}`), { kind: "vxlan", id: 42 }],
  [udp(8472, `08000000 00002a00 ${ETHERNET} ${SYN}`), { kind: "vxlan", id: 42 }],
  [udp(4790, `0c000001 00002a00 ${SYN}`), { kind: "vxlan", id: 42 }],
  [udp(4790, `0c000004 00002a00 00020101 00000000 ${SYN}`), { kind: "vxlan", id: 42 }],
  [udp(6081, `0140 6558 00002a00 01020304 ${ETHERNET} ${SYN}`), { kind: "geneve", id: 42 }],
  [udp(6081, `0000 0800 00002a00 ${SYN}`), { kind: "geneve", id: 42 }],
  [udp(2152, `30ff 0028 0000002a ${SYN}`), { kind: "gtpu", id: 42 }],
  [udp(2152, `34ff 0034 0000002a 0001 00 85 01000040 01000000 ${SYN}`), { kind: "gtpu", id: 42 }],
  [udp(3544, V6_NONE), { kind: "teredo", protocol: 59 }],
  [
    udp(3544, `0001 0000 ${"00".repeat(9)} 0000 0000 00000000 ${V6_NONE}`),
    { kind: "teredo", protocol: 59 },
  ],
  [udp(32_900, `0000 0000 00000000 ${V6_NONE}`), { kind: "teredo", protocol: 59 }],
  [
    udp(5072, `4252 1129 00000000 ${"11".repeat(16)} ${"22".repeat(20)} ${V6_NONE}`),
    { kind: "ayiya", protocol: 59 },
  ],
  [udp(6635, `00064140 ${SYN}`), { kind: "mplsUdp" }],
];

test("the packet inside each kind of tunnel is found with its id", () => {
  for (const [bytes, expected] of SAMPLES) expectInner(bytes, expected);
});

test("the layers of each tunnel are shown one after another", () => {
  for (const [bytes, { kind, protocol }] of SAMPLES) {
    const lengths = { capturedBytes: bytes.length, originalBytes: bytes.length };
    const fields = dissectPacket(bytes, LINK_TYPE.raw, lengths);
    const names = fields.map((field) => field.name);
    expect([kind, names[0], names.at(-1)]).toEqual([kind, "ip", protocol === 59 ? "ipv6" : "tcp"]);
    let end = 0;
    for (const field of fields) {
      expect(field.offset, `${kind} ${names}`).toBe(end);
      end += field.length;
    }
    expect(end).toBe(bytes.length);
  }
  const vxlan = dissectPacket(udp(4789, `08000000 00002a00 ${ETHERNET} ${SYN}`), LINK_TYPE.raw, {
    capturedBytes: 90,
    originalBytes: 90,
  });
  expect(vxlan.map((field) => field.name)).toEqual(["ip", "udp", "vxlan", "eth", "ip", "tcp"]);
  expect(vxlan[2]!.children.at(-1)).toMatchObject({ name: "vxlan.vni", value: "42", offset: 32 });
});

test("a tunnel cut anywhere, or with any byte changed, is a value and stays inside the packet", () => {
  for (const [bytes] of SAMPLES) {
    for (let length = 20; length < bytes.length; length++) {
      const { found, inner } = look(packetOf(bytes, length));
      if (!found) continue;
      expect(inner.start + inner.capturedBytes).toBeLessThanOrEqual(length);
      expect(inner.capturedBytes).toBeGreaterThanOrEqual(0);
      expect(inner.originalBytes).toBeGreaterThanOrEqual(inner.capturedBytes);
    }
    for (let at = 20; at < bytes.length; at++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const changed = bytes.slice();
        changed[at] = value;
        const { found, inner } = look(packetOf(changed));
        if (!found) continue;
        do {
          expect(inner.start + inner.capturedBytes).toBeLessThanOrEqual(bytes.length);
          expect(inner.capturedBytes).toBeGreaterThanOrEqual(0);
        } while (findNextInner(inner));
      }
    }
  }
});

test("random payloads on tunnel ports and protocols never throw", () => {
  const ports = [2123, 2152, 3544, 4789, 4790, 5072, 6081, 6635, 8472, 9];
  const hex = fc.uint8Array({ maxLength: 120 }).map((bytes) => Buffer.from(bytes).toString("hex"));
  fc.assert(
    fc.property(
      hex,
      fc.constantFrom(...ports),
      fc.constantFrom(4, 41, 47),
      (payload, port, type) => {
        look(packetOf(udp(port, payload)));
        look(packetOf(ipv4(type, payload)));
      },
    ),
    { numRuns: 2000 },
  );
});

test("an inner packet keeps what it had on the wire when the capture was cut", () => {
  const whole = udp(4789, `08000000 00002a00 ${ETHERNET} ${SYN}`);
  const { inner, content } = look(packetOf(whole, whole.length - 10));
  expect([inner.capturedBytes, inner.originalBytes]).toEqual([44, 54]);
  expect(content).toMatchObject({ ipVersion: 4, transportLength: 20, transportBytes: 10 });
});

test("padding behind the outer packet is not part of the inner one", () => {
  const bytes = udp(2152, `30ff 0028 0000002a ${SYN}`);
  const padded = new Uint8Array(bytes.length + 6);
  padded.set(bytes);
  const { found, inner } = look(packetOf(padded));
  expect([found, inner.originalBytes]).toEqual([true, 40]);
});

test("broken tunnels have Zeek's names", () => {
  expectFault(ipv4(47, "0000"), "truncated_GRE");
  expectFault(ipv4(47, `0002 0800 ${SYN}`), "unknown_gre_version");
  expectFault(ipv4(47, `0001 0800 ${SYN}`), "egre_protocol_type");
  expectFault(ipv4(47, `0008 0800 ${SYN}`), "unknown_gre_flags");
  expectFault(ipv4(47, `2001 880b 0004 0009 c021 0101`), "non_ip_packet_in_encap");
  expectFault(ipv4(47, "0000 88be 0200"), "truncated_GRE");
  expectFault(ipv4(4, SYN.slice(0, 60)), "truncated_inner_IP");
  expectFault(ipv4(41, SYN), "invalid_inner_IP_version");
  expectFault(ipv4(4, `${SYN} 00`), "inner_IP_payload_length_mismatch");
  expectFault(udp(3544, `0001 ffff ${"00".repeat(60)}`), "truncated_Teredo_authentication");
  expectFault(udp(5072, `4252 1129 00000000 ${"11".repeat(36)}`), "ayiya_empty_packet");
});

test("routing entries are stepped over and remarked on, a bubble with bytes behind it too", () => {
  const routed = look(packetOf(ipv4(47, `4000 0800 00000000 0800 0004 01020304 00000000 ${SYN}`)));
  expect([routed.found, routed.fault, routed.content.protocol]).toEqual([true, "gre_routing", 6]);
  const bubble = look(packetOf(udp(3544, `${V6_NONE} 010203`)));
  expect([bubble.found, bubble.fault]).toEqual([true, "Teredo_bubble_with_payload"]);
});

test("what only uses a tunnel's port is no tunnel and no fault", () => {
  const text = Buffer.from("GET / HTTP/1.1 is not a tunnel, whatever the port").toString("hex");
  for (const port of [2123, 2152, 4789, 4790, 6081, 8472, 53]) expectFault(udp(port, text), "");
  // Signalling, GTP version 2, and a length that does not fit.
  expectFault(udp(2152, `3201 0004 00000000 ${"00".repeat(24)}`), "");
  expectFault(udp(2123, `48ff 0028 0000002a ${SYN}`), "");
  expectFault(udp(2152, `30ff 0028 0000002a ${SYN} 00`), "");
});

test("GTP inside GTP is an ordinary packet", () => {
  const deep = udp(
    2152,
    `30ff 0000 00000001 ${Buffer.from(udp(2152, `30ff 0028 00000002 ${SYN}`)).toString("hex")}`,
  );
  const { found, inner, content } = look(packetOf(deep));
  expect([found, content.destinationPort]).toEqual([true, 2152]);
  expect(findInner(inner, content, createInnerPacket())).toBe(false);
});

test("every packet of an 802.11 aggregate is found", () => {
  const header = `8801 0000 ${"02".repeat(18)} 0000 8000`;
  const bytes = ipv4(47, `0000 8200 ${header} ${A_SUBFRAME} 0000 ${A_SUBFRAME}`);
  const { found, inner } = look(packetOf(bytes));
  expect(found).toBe(true);
  let count = 0;
  do {
    const content = createDecodedPacket();
    decodePacket(inner, content);
    expect(content).toMatchObject({ protocol: 6, destinationPort: 80, transportLength: 20 });
    count++;
  } while (findNextInner(inner));
  expect(count).toBe(2);
});
