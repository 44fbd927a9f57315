import { joined } from "../tls-messages.ts";
import { type BugCapture, bytesOf, client, many, numbers, overTcp, server } from "./bug-capture.ts";

const KEXINIT = 20;
const LISTS = 10;
const CLIENT = "SSH-2.0-OpenSSH_9.6\r\n";
const SERVER = "SSH-2.0-OpenSSH_9.7\r\n";

/** A packet that is not encrypted (RFC 4253 6). */
function packet(content: Uint8Array): Uint8Array {
  const padding = 8 - ((content.length + 5) % 8) + 4;
  const length = numbers([4, content.length + padding + 1]);
  return joined(length, [padding], content, new Uint8Array(padding));
}

function kexinit(names: string): Uint8Array {
  const list = joined(numbers([4, names.length]), bytesOf(names));
  const short = joined(numbers([4, 4]), bytesOf("none"));
  const lists = many(LISTS, (n) => (n === 0 ? list : short));
  return packet(joined([KEXINIT], new Uint8Array(16), ...lists, new Uint8Array(5)));
}

/** Classes of SSH. */
export const SSH_CAPTURES: readonly BugCapture[] = [
  {
    name: "ssh-banner-flood",
    says: "A version line without an end was read from its start at every piece, and logged whole.",
    published: "Suricata #6799, #6866 (CVE-2024-28870)",
    size: 12_000,
    packets: (size) => overTcp(22, [client(CLIENT), server(`SSH-2.0-${"a".repeat(size)}`)]),
    shows: [["ssh", { client: "SSH-2.0-OpenSSH_9.6" }]],
  },
  {
    name: "ssh-lines-before-version",
    says: "Lines that a server may send before its version came without end.",
    published: "Suricata #6799 (CVE-2024-28870)",
    size: 1500,
    packets: (size) =>
      overTcp(22, [client(CLIENT), server("hello\r\n".repeat(size)), server(SERVER)]),
    shows: [["ssh", { server: "SSH-2.0-OpenSSH_9.7" }]],
  },
  {
    name: "ssh-packet-length",
    says: "A length near two gigabytes overflowed, or was reserved.",
    published: "Zeek 9.0.0-dev.549; Suricata 5.0.0-beta1 #2944",
    size: 6000,
    packets: (size) =>
      overTcp(22, [
        client(CLIENT),
        server(SERVER),
        server([...numbers([4, 0x7fff_fff0]), ...new Uint8Array(size)]),
      ]),
    shows: [
      ["weird", { name: "SSH_max_packet_length_exceeded" }],
      ["ssh", { server: "SSH-2.0-OpenSSH_9.7" }],
    ],
  },
  {
    name: "ssh-name-flood",
    says: "A list of thousands of algorithms was split into as many texts.",
    published: "Zeek 9.0.0-dev.888",
    size: 1000,
    packets: (size) =>
      overTcp(22, [
        client(CLIENT),
        server(SERVER),
        [0, kexinit(many(size, (n) => `kex-${n}`).join(","))],
      ]),
    shows: [["weird", { name: "SSH_max_kexinit_kex_algorithms_exceeded" }]],
  },
  {
    name: "ssh-second-kexinit",
    says: "A key exchange that is begun twice failed an assertion, and leaked.",
    published: "Zeek 3.2.0-dev.18",
    size: 40,
    packets: (size) =>
      overTcp(22, [
        client(CLIENT),
        server(SERVER),
        ...many(size, () => [client(kexinit("curve25519-sha256")), server(kexinit("none"))]).flat(),
      ]),
    shows: [["ssh", { version: 2 }]],
  },
];
