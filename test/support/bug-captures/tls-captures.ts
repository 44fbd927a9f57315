import type { Piece } from "../conversation.ts";
import { der } from "../der.ts";
import {
  certificateMessage,
  clientHello,
  joined,
  serverHello,
  TEST_CERTIFICATE,
  tlsMessage,
  tlsRecord,
  u16,
  u24,
} from "../tls-messages.ts";
import { type BugCapture, bytesOf, many, overTcp, overUdp } from "./bug-capture.ts";

const HANDSHAKE = 22;
const ALERT = 21;
const WARNING = [1, 90] as const;
const RECORD_BYTES_MAX = 16_000;

/** Bytes in records of at most so many. */
function inRecords(type: number, bytes: Uint8Array, size = RECORD_BYTES_MAX): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    parts.push(tlsRecord(type, bytes.subarray(at, at + size)));
  }
  return joined(...parts);
}

/** A handshake whose server shows these certificates. */
function withCertificates(...chain: readonly Uint8Array[]): Piece[] {
  return [
    [0, tlsRecord(HANDSHAKE, clientHello())],
    [1, inRecords(HANDSHAKE, joined(serverHello(), certificateMessage(...chain)))],
    [1, inRecords(HANDSHAKE, tlsMessage(14, []))],
  ];
}

function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const out = bytes.slice();
  const at = Buffer.from(bytes).indexOf(from, 0, "latin1");
  out.set(bytesOf(to), at);
  return out;
}

/** A record of DTLS 1.2 with one fragment of a handshake message. */
function dtlsFragment(n: number, whole: Uint8Array, from: number, length: number): Uint8Array {
  const content = joined(
    [1],
    u24(whole.length),
    u16(0),
    u24(from),
    u24(length),
    whole.subarray(from, from + length),
  );
  return joined([HANDSHAKE, 0xfe, 0xfd, 0, 0, 0, 0], [0, 0], u16(n), u16(content.length), content);
}

/** Classes of TLS, DTLS and X.509. */
export const TLS_CAPTURES: readonly BugCapture[] = [
  {
    name: "tls-odd-alpn",
    says: "A protocol's name that begins or ends with no letter ended the reader as it made JA4.",
    published: "Suricata #7267 (CVE-2024-47522)",
    size: 1,
    packets: (size) =>
      overTcp(443, [
        [0, tlsRecord(HANDSHAKE, clientHello({ alpn: "\u0000é".repeat(size) }))],
        [1, tlsRecord(HANDSHAKE, serverHello())],
      ]),
    shows: [["ssl", { ja4: "t12d020409_777cda164f4b_4e0be11b965e" }]],
  },
  {
    name: "tls-alert-flood",
    says: "One record full of two-byte alerts raised an event for each.",
    published: "Zeek 6.2.0-dev.74",
    size: 2000,
    packets: (size) => {
      const alerts = Uint8Array.from(many(size, () => WARNING).flat());
      return overTcp(443, [
        [0, tlsRecord(HANDSHAKE, clientHello())],
        [1, tlsRecord(HANDSHAKE, serverHello())],
        [1, inRecords(ALERT, alerts)],
      ]);
    },
    shows: [["weird", { name: "SSL_excessive_alerts_in_record" }]],
    rowsMax: () => 40,
  },
  {
    name: "tls-history-flood",
    says: "A log field that gains a letter with each record grew without end.",
    published: "Zeek 6.2.0-dev.74",
    size: 400,
    packets: (size) =>
      overTcp(443, [
        [0, tlsRecord(HANDSHAKE, clientHello())],
        [1, tlsRecord(HANDSHAKE, serverHello())],
        ...many(size, (): Piece => [1, tlsRecord(ALERT, [...WARNING])]),
      ]),
    shows: [["weird", { name: "SSL_max_ssl_history_length_reached" }]],
  },
  {
    name: "tls-name-with-zero",
    says: "A certificate's other name with a zero byte in it was no text, and nobody had asked.",
    published: "Suricata 8.0.1 #7881 (CVE-2025-59150)",
    size: 8,
    packets: (size) => {
      const odd = replaced(TEST_CERTIFICATE, "*.example.org", "*.ex\0mple.org");
      return overTcp(443, withCertificates(...many(size, () => odd)));
    },
    shows: [["x509", { "san.dns": ["*.ex\0mple.org", "example.org"] }]],
  },
  {
    name: "tls-one-byte-records",
    says: "A hello in records of one byte was read beyond what had come.",
    published: "Suricata 6.0.0 #3853; 7.0.0-rc1 #5564",
    size: 2,
    packets: (size) => {
      const hello = clientHello({ serverName: `${"a".repeat(size * 100)}.example` });
      return overTcp(443, [
        [0, inRecords(HANDSHAKE, hello, 1)],
        [1, tlsRecord(HANDSHAKE, serverHello())],
      ]);
    },
    shows: [["ssl", { version: "TLSv12" }]],
  },
  {
    name: "tls-nested-certificate",
    says: "Values inside values, thousands deep, used up the stack of a certificate's reader.",
    published: "Suricata 4.0.0-rc2 #2177; 5.0.0-rc1 #3185",
    size: 500,
    packets: (size) => {
      let nested = new Uint8Array(0);
      for (let n = 0; n < size; n++) nested = Uint8Array.from(der(0x30, nested));
      return overTcp(443, withCertificates(nested));
    },
    shows: [["weird", { name: "x509_cert_parse_error" }]],
  },
  {
    name: "tls-empty-certificates",
    says: "Certificates of no bytes at all were each handed on as a file.",
    published: "Zeek 3.1.0-dev.460",
    size: 800,
    packets: (size) => overTcp(443, withCertificates(...many(size, () => new Uint8Array(0)))),
    shows: [["weird", { name: "zero_length_certificate" }]],
  },
  {
    name: "dtls-fragment-flood",
    says: "Fragments of a DTLS hello were kept without a limit to their number.",
    published: "Zeek 2.3-640; 9.0.0-dev.346",
    size: 200,
    packets: (size) => {
      const hello = new Uint8Array(2 * size + 60).fill(3);
      return overUdp(
        443,
        many(size, (n): Piece => [0, dtlsFragment(n, hello, 2 * n, 1)]),
      );
    },
    shows: [
      ["weird", { name: "limit_reached" }],
      ["conn", { proto: "udp" }],
    ],
  },
];
