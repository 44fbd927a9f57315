import fc from "fast-check";
import { expect, test } from "vitest";
import { createDecodedPacket, decodePacket, dissectPacket, FAULT, LINK_TYPE } from "./index.ts";

const SYN =
  "4500 0028 0001 4000 4006 26cd 0a000001 0a000002 0401 0050 00000001 00000000 5002 2000 778e 0000";
const SNAP = `aaaa03 000000 0800 ${SYN}`;
const MACS = "020000000001 020000000002";
const DATA = `0801 0000 ${"02".repeat(18)} 0000`;

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.replaceAll(/\s/g, "").match(/../g) ?? [], (pair) =>
    Number.parseInt(pair, 16),
  );
}

function decode(linkType: number, bytes: Uint8Array, capturedBytes = bytes.length) {
  const out = createDecodedPacket();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const originalBytes = bytes.length;
  decodePacket({ bytes, view, start: 0, capturedBytes, originalBytes, linkType }, out);
  return out;
}

/** Link type and what stands before the packet, or the whole when it holds one. */
const FRAMES: readonly (readonly [keyof typeof LINK_TYPE, string])[] = [
  ["tokenRing", `1040 ${MACS} ${SNAP}`],
  ["tokenRing", `1040 020000000001 820000000002 0610 0011 0022 ${SNAP}`],
  ["slip", `${"00".repeat(16)} ${SYN}`],
  ["ppp", `0021 ${SYN}`],
  ["ppp", `ff03 21 ${SYN}`],
  ["ppp", `8f00 0800 ${SYN}`],
  ["ppp", `ff03 0281 00064140 ${SYN}`],
  ["ppp", `ff03 003d c0000001 0021 ${SYN}`],
  ["fddi", `50 ${MACS} ${SNAP}`],
  ["pppHdlc", `ff03 0021 ${SYN}`],
  ["pppEthernet", `1100 0001 002a 0021 ${SYN}`],
  ["atmRfc1483", SNAP],
  ["atmRfc1483", `fefe03 cc ${SYN}`],
  ["atmRfc1483", `aaaa03 0080c2 0007 0000 ${MACS} 0800 ${SYN}`],
  ["atmRfc1483", SYN],
  ["cHdlc", `0f00 0800 ${SYN}`],
  ["ieee80211", `${DATA} ${SNAP}`],
  // Four addresses, and QoS with HT control.
  ["ieee80211", `0803 0000 ${"02".repeat(18)} 0000 ${"03".repeat(6)} ${SNAP}`],
  ["ieee80211", `8881 0000 ${"02".repeat(18)} 0000 0000 00000000 ${SNAP}`],
  // The first packet of an aggregate.
  ["ieee80211", `8801 0000 ${"02".repeat(18)} 0000 8000 ${MACS} 0030 ${SNAP}`],
  ["frameRelay", `0801 03 cc ${SYN}`],
  ["frameRelay", `0801 03 00 80 000000 0800 ${SYN}`],
  ["frameRelay", `0801 03 80 0080c2 0007 ${MACS} 0800 ${SYN}`],
  ["frameRelay", `0801 0800 ${SYN}`],
  ["pflog", `3d02 0000 ${"00".repeat(60)} ${SYN}`],
  ["prism", `00000044 00000090 ${"00".repeat(136)} ${DATA} ${SNAP}`],
  ["prism", `80211001 00000040 ${"00".repeat(56)} ${DATA} ${SNAP}`],
  ["avs", `80211001 00000040 ${"00".repeat(56)} ${DATA} ${SNAP}`],
  ["ipOverFc", `${"00".repeat(16)} ${SNAP}`],
  ["sunAtm", `02 00 0020 ${SNAP}`],
  ["sunAtm", `01 00 0020 0001 ${MACS} 0800 ${SYN}`],
  ["radiotap", `0000 0900 02000000 00 ${DATA} ${SNAP}`],
  // A second word of the bitmap, a time stamp, and padding of the 802.11 header to four bytes.
  [
    "radiotap",
    `0000 1900 03000080 00000000 00000000 0000000000000000 20 8801 0000 ${"02".repeat(18)} 0000 0000 0000 ${SNAP}`,
  ],
  ["arcnetLinux", `01 02 0000 f0 ${SYN}`],
  ["arcnetLinux", `01 02 0000 d4 00 0001 ${SYN}`],
  ["pppPppd", `0003 0021 ${SYN}`],
  ["juniperEthernet", `4d4743 80 0002 0000 ${MACS} 0800 ${SYN}`],
  ["ppi", `0000 0800 69000000 ${DATA} ${SNAP}`],
  ["ppi", `0000 0800 01000000 ${MACS} 0800 ${SYN}`],
  ["pppDirection", `00 ff03 0021 ${SYN}`],
  ["cHdlcDirection", `00 0f00 0800 ${SYN}`],
  ["frameRelayDirection", `00 0801 03 cc ${SYN}`],
  ["mpls", `00064040 00064140 ${SYN}`],
  ["mpls", `00064140 00000000 ${MACS} 0800 ${SYN}`],
  ["mpls", `00064140 ${MACS} 8100 0005 0800 ${SYN}`],
  ["ipnet", `0102 ${"00".repeat(22)} ${SYN}`],
  ["nflog", `02 00 0000 0800 0100 00000000 2c00 0900 ${SYN}`],
  ["nflog", `02 00 0000 0008 0001 00000000 002c 0009 ${SYN}`],
  ["ipoib", `${"00".repeat(40)} 0800 0000 ${SYN}`],
  ["darwinPktap", `0c000000 01000000 01000000 ${MACS} 0800 ${SYN}`],
  ["darwinPktap", `0c000000 01000000 0c000000 ${SYN}`],
  ["pktap", `0c000000 01000000 00000000 02000000 ${SYN}`],
  ["mpacket", `55555555555555d5 ${MACS} 0800 ${SYN}`],
  ["broadcomTag", `${MACS} 20000000 0800 ${SYN}`],
  ["broadcomTagFront", `20000000 ${MACS} 0800 ${SYN}`],
  ["dsaTag", `${MACS} 40000000 0800 ${SYN}`],
  ["dsaTagLong", `${MACS} dada0000 40000000 0800 ${SYN}`],
  ["ethernet", `${MACS} 0030 ${SNAP}`],
  ["ethernet", `${MACS} 8909 0101 0001 0007 0800 ${SYN}`],
  ["ethernet", `${MACS} 894f 00020101 00000000 ${SYN}`],
  ["ethernet", `${MACS} 6558 ${MACS} 0800 ${SYN}`],
];

test("the packet behind each link header is found", () => {
  for (const [name, hex] of FRAMES) {
    const out = decode(LINK_TYPE[name], bytesOf(hex));
    expect({ name, hex, ...out }).toMatchObject({
      linkKnown: true,
      fault: FAULT.none,
      ipVersion: 4,
      sourcePort: 1025,
      destinationPort: 80,
      transportLength: 20,
    });
  }
});

test("every link header is shown, and the packet behind it", () => {
  for (const [name, hex] of FRAMES) {
    const bytes = bytesOf(hex);
    const lengths = { capturedBytes: bytes.length, originalBytes: bytes.length };
    const fields = dissectPacket(bytes, LINK_TYPE[name], lengths);
    expect([name, ...fields.slice(-2).map((field) => field.name)]).toEqual([name, "ip", "tcp"]);
    // The fields follow each other without a hole.
    let end = 0;
    for (const field of fields) {
      expect(field.offset).toBe(end);
      end += field.length;
    }
    expect(end).toBe(bytes.length);
  }
});

test("a switch's tag takes the place of the VLAN tag", () => {
  const out = decode(LINK_TYPE.dsaTag, bytesOf(`${MACS} 20000064 0800 ${SYN}`));
  expect([out.outerVlan, out.destinationPort]).toEqual([100, 80]);
});

test("frames that carry no readable packet are known and without fault", () => {
  const check = (name: keyof typeof LINK_TYPE, hex: string) =>
    expect({ name, hex, ...decode(LINK_TYPE[name], bytesOf(hex)) }).toMatchObject({
      linkKnown: true,
      fault: FAULT.none,
      ipVersion: 0,
    });
  // A beacon, a frame without data, a protected one, a pseudo-wire of something else, LCP, STP, PADI.
  check("ieee80211", `8000 0000 ${"02".repeat(20)} 0000 ${"00".repeat(20)}`);
  check("ieee80211", `4801 0000 ${"02".repeat(20)} 0000`);
  check("ieee80211", `0841 0000 ${"02".repeat(18)} 0000 ${SNAP}`);
  check("mpls", "00064140 00000000 0102030405060708090a0b0c0d0e0f10");
  check("ppp", "ff03 c021 01010004");
  check("ethernet", `${MACS} 0026 424203 ${"00".repeat(35)}`);
  check("ethernet", `${MACS} 8863 1109 0000 0004 01010000`);
});

test("an unknown link type is said to be unknown", () => {
  for (const linkType of [147, 182, 230, 250, 65_535]) {
    expect(decode(linkType, bytesOf(SYN))).toMatchObject({ linkKnown: false, ipVersion: 0 });
  }
  // A tap inside a tap, and 149 in another's use.
  expect(decode(LINK_TYPE.ppi, bytesOf(`0000 0800 c0000000 ${SYN}`)).linkKnown).toBe(false);
  expect(decode(LINK_TYPE.pktap, bytesOf(SYN)).linkKnown).toBe(false);
});

test("a broken netfilter attribute is a fault", () => {
  const out = decode(LINK_TYPE.nflog, bytesOf("02 00 0000 0200 0100 00000000"));
  expect(out.fault).toBe(FAULT.linkAttribute);
});

test("every frame cut anywhere or with any byte changed is decoded without harm", () => {
  for (const [name, hex] of FRAMES) {
    const bytes = bytesOf(hex);
    const lengths = { capturedBytes: bytes.length, originalBytes: bytes.length };
    for (let length = 0; length <= bytes.length; length++) {
      const out = decode(LINK_TYPE[name], bytes.slice(), length);
      expect(out.payloadStart + out.payloadBytes).toBeLessThanOrEqual(length || 1e9);
      // Without the bytes behind the cut, so that reading there would throw.
      decode(LINK_TYPE[name], bytes.slice(0, length));
      dissectPacket(bytes.slice(0, length), LINK_TYPE[name], lengths);
    }
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const changed = bytes.slice();
        changed[at] = value;
        decode(LINK_TYPE[name], changed);
        dissectPacket(changed, LINK_TYPE[name], lengths);
      }
    }
  }
});

test("random bytes under every link type are decoded without harm", () => {
  const linkType = fc.constantFrom(...Object.values(LINK_TYPE));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), linkType, (bytes, type) => {
      const out = decode(type, bytes);
      expect(out.payloadBytes).toBeGreaterThanOrEqual(0);
      dissectPacket(bytes, type, { capturedBytes: bytes.length, originalBytes: bytes.length });
    }),
    { numRuns: 5000 },
  );
});
