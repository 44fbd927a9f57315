import {
  A,
  ACK,
  B,
  fragmentsOf,
  ipv4,
  letters,
  nested,
  SYN,
  tcp,
  udp,
} from "../crafted-packets.ts";
import { der } from "../der.ts";
import { quicInitial, quicNumber } from "../quic-packets.ts";
import { type BugCapture, bytesOf, client, many, numbers, overUdp } from "./bug-capture.ts";

const UDP = 17;
const TCP = 6;
const URGENT = 32;
const COOKIE = [0x63, 0x82, 0x53, 0x63];

function dhcp(transaction: number, options: readonly number[], cookie = COOKIE): number[] {
  const head = new Uint8Array(236);
  head.set([1, 1, 6, 0, ...numbers([4, transaction])]);
  head.set([2, 0, 0, 0, 0, 1], 28);
  return [...head, ...cookie, ...options];
}

const text = (value: string): number[] => der(4, bytesOf(value));
function snmp(bindings: readonly number[][]): number[] {
  const get = der(0xa0, der(2, [1]), der(2, [0]), der(2, [0]), der(0x30, ...bindings));
  return der(0x30, der(2, [1]), text("public"), get);
}

/** IKE version 2: its payloads follow each other, each with the kind of the next. */
function ike(payloads: number): number[] {
  const body = many(payloads, (n) => [n === payloads - 1 ? 0 : 33, 0, 0, 4]).flat();
  const length = numbers([4, 28 + body.length]);
  return [
    ...many(8, () => 1),
    ...many(8, () => 0),
    33,
    0x20,
    34,
    8,
    0,
    0,
    0,
    0,
    ...length,
    ...body,
  ];
}

const hello = udp(5000, 6000, letters(300));

/** Classes of what runs over UDP, and of the layers below. */
export const NETWORK_CAPTURES: readonly BugCapture[] = [
  {
    name: "dhcp-option-loop",
    says: "Options of no length, and the same ones again and again, were read without end.",
    published: "Suricata 5.0.0-beta1 #2947",
    size: 60,
    packets: (size) =>
      overUdp(
        67,
        many(size, (n) => client(dhcp(n, [53, 1, 1, ...many(400, () => [12, 0]).flat(), 255]))),
      ),
    shows: [["dhcp", { mac: "02:00:00:00:00:01" }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "dhcp-message-flood",
    says: "Messages of one transaction made a row with as many flows and types.",
    published: "Zeek 5.1.0-dev.312",
    size: 150,
    packets: (size) =>
      overUdp(
        67,
        many(size, () => client(dhcp(7, [53, 1, 1, 255]))),
      ),
    shows: [["dhcp", { trans_id: 7 }]],
    rowsMax: (size) => size / 40 + 10,
  },
  {
    name: "dhcp-wrong-cookie",
    says: "Options of messages that are none were kept until the flow ended.",
    published: "Zeek 9.0.0-dev.912",
    size: 200,
    packets: (size) =>
      overUdp(
        67,
        many(size, (n) => client(dhcp(n, [53, 1, 1, 12, 3, 97, 98, 99, 255], [1, 2, 3, 4]))),
      ),
    shows: [["conn", { proto: "udp" }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "ntp-extension-lengths",
    says: "Extensions of no length, or longer than the message, were counted.",
    published: "Zeek 9.0.0-dev.437; 2.6-725",
    size: 150,
    packets: (size) =>
      overUdp(
        123,
        many(size, (n) => {
          const head = [0x23, 2, 6, 0xec, ...new Uint8Array(44)];
          return client([...head, 0, 4, ...numbers([2, n % 2 === 0 ? 0 : 65_535]), 1, 2, 3, 4]);
        }),
      ),
    shows: [["ntp", { version: 4, mode: 3 }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "snmp-binding-flood",
    says: "A request for thousands of values, whose names have numbers without end, was read whole.",
    published: "Suricata 4.0.0-rc2 #2177 (ASN.1)",
    size: 300,
    packets: (size) => {
      const name = der(6, [0x2b, ...many(10, () => 0x81), 1]);
      return overUdp(161, [client(snmp(many(size, () => der(0x30, name, der(5)))))]);
    },
    shows: [["weird", { name: "asn_oid_subidentifier_too_long" }]],
  },
  {
    name: "ike-payload-flood",
    says: "Thousands of empty payloads in one message were each looked for from the start.",
    published: "Suricata 7.0.0-beta1 #4534",
    size: 3000,
    packets: (size) => overUdp(500, [client(ike(size))]),
    shows: [["conn", { service: "ike" }]],
  },
  {
    name: "quic-oversized-initial",
    says: "An Initial larger than any that comes over a network overflowed the room for it.",
    published: "Zeek 7.0.5 (7.2.0-dev.8)",
    size: 12_000,
    packets: (size) => {
      const length = [0x80, ...numbers([1, (size >> 16) & 255], [2, size & 0xffff])];
      const head = [0xc3, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0];
      return overUdp(443, [client([...head, ...length, ...new Uint8Array(size)])]);
    },
    shows: [["conn", { proto: "udp" }]],
  },
  {
    name: "quic-fragmented-crypto",
    says: "A hello in pieces of one byte with holes between them was held, each put in order.",
    published: "Suricata (quic.crypto_frag_too_long)",
    size: 10,
    packets: (size) => {
      const id = Uint8Array.from(many(8, (n) => n + 1));
      return overUdp(
        443,
        many(size, (n) => {
          const frames = many(40, (m) => [6, ...quicNumber(2 * (40 * n + m) + 1), 1, 65]).flat();
          return client(quicInitial(id, n, Uint8Array.from([...frames, ...new Uint8Array(900)])));
        }),
      );
    },
    shows: [["quic", { version: "1" }]],
  },
  {
    name: "ip-fragment-flood",
    says: "Fragments that never become a packet were kept, each put in order among all others.",
    published: "Suricata #6668, #6675 (CVE-2024-32867)",
    size: 300,
    packets: (size) => {
      const fragments = fragmentsOf([A, B], UDP, udp(5000, 6000, letters(8 * size)), { size: 8 });
      return fragments.slice(0, -1).reverse();
    },
    shows: [["weird", { name: "excessively_small_fragment" }]],
  },
  {
    name: "ip-fragment-id-reuse",
    says: "Fragments of two packets with one number were put together to a third.",
    published: "Suricata #7040 (CVE-2024-37151)",
    size: 60,
    packets: (size) =>
      many(size, (n) => [
        fragmentsOf([A, B], UDP, hello, { size: 160, id: 9 })[0]!,
        fragmentsOf([A, B], UDP, udp(5000, 6000, letters(300 + (n % 3))), { size: 160, id: 9 })[1]!,
      ]).flat(),
    shows: [["conn", { proto: "udp" }]],
  },
  {
    name: "ip-in-ip-depth",
    says: "Tunnels inside tunnels were taken off without a limit to their number.",
    published: "Suricata 7.0.0-rc1 #5686; Zeek 9.0.0-dev.859",
    size: 30,
    packets: (size) => many(size, (n) => nested(ipv4([A, B], UDP, hello), 2 + (n % 60))),
    shows: [["weird", { name: "exceeded_tunnel_max_depth_in_tunnel" }]],
    rowsMax: (size) => 4 * size + 60,
  },
  {
    name: "ip-header-lengths",
    says: "A header that says it is shorter than a header was read as an address.",
    published: "Zeek 4.1.0-dev.704; 3.2.0-dev.761; 9.0.0-dev.894",
    size: 200,
    packets: (size) =>
      many(size, (n) => {
        const packet = ipv4([A, B], UDP, hello);
        packet[0] = 0x40 | (n & 15);
        return packet;
      }),
    shows: [["weird", { name: "invalid_IP_header_size" }]],
  },
  {
    name: "tcp-urgent-bytes",
    says: "A byte that is marked urgent is left out by hosts and was not by those who watch.",
    published: "Suricata #7411 (CVE-2024-55629)",
    size: 200,
    packets: (size) =>
      many(size, (n) => {
        const flags = n === 0 ? SYN : ACK | URGENT;
        return tcp([A, B], { sequence: n === 0 ? 0 : 2 * n - 1, flags, text: n === 0 ? "" : "ab" });
      }),
    shows: [["weird", { name: "TCP_urgent_data" }]],
    rowsMax: () => 150,
  },
  {
    name: "tcp-second-syn",
    says: "A SYN that is sent again with another number made those who watch follow the wrong one.",
    published: "Suricata 8.0.1 #7657 (CVE-2025-59147)",
    size: 200,
    packets: (size) => many(size, (n) => tcp([A, B], { sequence: 1000 * n, flags: SYN })),
    shows: [["conn", { proto: "tcp", conn_state: "S0" }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "tcp-holes",
    says: "Segments far apart, each with a hole before it, used up what reassembly may hold.",
    published: "Suricata 7.0.0-rc1 #5712",
    size: 300,
    packets: (size) => [
      tcp([A, B], { sequence: 0, flags: SYN }),
      tcp([B, A], { sequence: 0, acknowledgment: 1, flags: SYN | ACK }),
      ...many(size, (n) =>
        tcp([A, B], {
          sequence: 10 + 20 * (size - n),
          acknowledgment: 1,
          flags: ACK,
          text: "hole",
        }),
      ),
    ],
    shows: [["conn", { history: "ShDTTTT" }]],
  },
  {
    name: "tcp-option-lengths",
    says: "An option of no length kept its reader at the same place.",
    published: "Suricata 5.0.0-beta1 #2945 (headers beyond their packet)",
    size: 200,
    packets: (size) =>
      many(size, (n) => {
        const segment = new Uint8Array(40);
        segment.set(numbers([2, 40_000], [2, 80], [4, n], [4, 0]));
        segment.set([0xa0, SYN, 255, 255, 0, 0, 0, 0, 2, n & 3, 3, 0, 8, 255], 12);
        return ipv4([A, B], TCP, segment);
      }),
    shows: [["conn", { proto: "tcp" }]],
    rowsMax: (size) => size + 20,
  },
];
