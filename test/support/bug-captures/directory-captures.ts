import type { Piece } from "../conversation.ts";
import { der } from "../der.ts";
import { ldapBind, ldapMessage, ldapSearch, ldapText } from "../ldap-messages.ts";
import { type BugCapture, bytesOf, client, many, overTcp, server } from "./bug-capture.ts";

const present = ldapText("objectClass", 0x87);
const bind = ldapBind("cn=ada", "secret");

const u16 = (value: number): number[] => [value & 255, value >> 8];
const u32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);
const tpkt = (content: readonly number[]): number[] => {
  const length = content.length + 4;
  return [3, 0, length >> 8, length & 255, ...content];
};
const connect = (kind: number, rest: readonly number[]): number[] =>
  tpkt([6 + rest.length, kind, 0, 0, 0, 0, 0, ...rest]);

/** A client's first message of the conference, with blocks of settings. */
function conference(...blocks: number[][]): number[] {
  const all = blocks.flat();
  const settings = [0, 8, 0, 16, 0, 1, 0xc0, 0, ...bytesOf("Duca")];
  const user = [...settings, 0x80 | (all.length >> 8), all.length & 255, ...all];
  const content = der(4, [0, 5, 0, 20, 124, 0, 1, 0x81, 0, ...user]);
  return tpkt([2, 0xf0, 0x80, 0x7f, 0x65, ...der(4, content).slice(1)]);
}

const channels = (count: number, claimed = count): number[] => {
  const list = many(count, (n) => [...bytesOf(`ch${n}`.padEnd(8, "\0").slice(0, 8)), ...u32(0)]);
  const content = [...u32(claimed), ...list.flat()];
  return [...u16(0xc003), ...u16(content.length + 4), ...content];
};

/** Classes of LDAP and of remote desktops. */
export const DIRECTORY_CAPTURES: readonly BugCapture[] = [
  {
    name: "ldap-pending-flood",
    says: "Requests and searches without an answer were all kept for one.",
    published: "Zeek 9.0.0-dev.869; Suricata 8.0.0-beta1 #7465",
    size: 200,
    packets: (size) =>
      overTcp(
        389,
        many(size, (n): Piece => [0, ldapMessage(n + 1, n % 2 === 0 ? bind : ldapSearch(present))]),
      ),
    shows: [
      ["weird", { name: "LDAP_max_pending_messages_exceeded" }],
      ["weird", { name: "LDAP_max_pending_searches_exceeded" }],
    ],
    rowsMax: (size) => size + 20,
  },
  {
    name: "ldap-filter-depth",
    says: "A filter of thousands of NOTs inside each other was read and printed by recursion.",
    published: "Suricata 4.0.0-rc2 #2177 (ASN.1); Zeek 6.2.0-dev.311",
    size: 500,
    packets: (size) => {
      let filter = present;
      for (let n = 0; n < size; n++) filter = der(0xa2, filter);
      return overTcp(389, [
        [0, ldapMessage(1, bind)],
        [0, ldapMessage(2, ldapSearch(filter))],
      ]);
    },
    shows: [["ldap", { opcode: "bind simple" }]],
  },
  {
    name: "ldap-result-flood",
    says: "Answers that repeat a field made a list of it in one row, of any length.",
    published: "Zeek 6.2.0-dev.311",
    size: 300,
    packets: (size) =>
      overTcp(389, [
        [0, ldapMessage(1, bind)],
        ...many(size, (): Piece => {
          return [
            1,
            ldapMessage(1, der(0x61, der(10, [49]), ldapText("cn=x"), ldapText("no such luck"))),
          ];
        }),
      ]),
    shows: [
      ["weird", { name: "LDAP_bind_without_opcode" }],
      ["ldap", { result: "invalid credentials" }],
    ],
    rowsMax: (size) => size + 20,
  },
  {
    name: "rdp-channel-flood",
    says: "A client that claims more channels than there are made room for all of them.",
    published: "Zeek 2.6-354, 9.0.0-dev.444",
    size: 50,
    packets: (size) =>
      overTcp(3389, [
        client(connect(0xe0, [...bytesOf("Cookie: mstshash=ada\r\n"), 1, 0, 8, 0, ...u32(0)])),
        server(connect(0xd0, [2, 0, 8, 0, ...u32(0)])),
        client(conference(channels(size, size * 1000))),
      ]),
    shows: [
      ["weird", { name: "RDP_channels_requested_exceeds_max" }],
      ["rdp", { cookie: "ada" }],
    ],
  },
  {
    name: "rdp-half-units",
    says: "Units cut in the middle were taken for whole, or asked for in wrong amounts.",
    published: "Suricata 6.0.0 #3992; 7.0.0-beta1 #4395",
    size: 300,
    packets: (size) =>
      overTcp(3389, [
        client(connect(0xe0, [...bytesOf("Cookie: mstshash=ada\r\n"), 1, 0, 8, 0, ...u32(0)])),
        server(connect(0xd0, [2, 0, 8, 0, ...u32(0)])),
        ...many(size, (n) => [client([3, 0, 0, 7, 2]), client([0xf0, 0x80 | (n & 1)])]).flat(),
      ]),
    shows: [["rdp", { cookie: "ada" }]],
  },
  {
    name: "rfb-desktop-name",
    says: "A desktop's name of four gigabytes was waited for, or reserved.",
    published: "Suricata 6.0.0-beta1 #3642; Zeek 2.4-594",
    size: 16_000,
    packets: (size) =>
      overTcp(5900, [
        server("RFB 003.008\n"),
        client("RFB 003.008\n"),
        server([1, 1]),
        client([1]),
        server([0, 0, 0, 0]),
        client([1]),
        server([4, 0, 3, 0, ...new Uint8Array(16), 0xff, 0xff, 0xff, 0xff]),
        server("a".repeat(size)),
      ]),
    shows: [["rfb", { client_major_version: "003", server_minor_version: "008" }]],
  },
];
