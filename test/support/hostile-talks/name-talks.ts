import { bytesOf, client, numbers, server } from "../bug-captures/bug-capture.ts";
import { der } from "../der.ts";
import { quicInitial, quicNumber } from "../quic-packets.ts";
import {
  certificateMessage,
  joined,
  serverHello,
  TEST_CERTIFICATE,
  tlsExtension,
  tlsMessage,
  tlsRecord,
  u16,
} from "../tls-messages.ts";
import { type Draw, inWord, type MakeTalk, overTcp, overUdp } from "./hostile-talk.ts";

const LABEL_MAX = 63;
const HANDSHAKE = 22;
const COOKIE = [0x63, 0x82, 0x53, 0x63];
const OID_COMMON_NAME = [0x55, 4, 3];
const OID_OTHER_NAMES = [0x55, 0x1d, 0x11];
const OID_ECDSA = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];

function name(...labels: readonly string[]): number[] {
  return [...labels.flatMap((label) => [label.length, ...bytesOf(label)]), 0];
}

/** A record of the internet class for whatever was asked. */
function record(type: number, content: readonly number[]): number[] {
  return [0xc0, 12, ...numbers([2, type], [2, 1], [4, 300], [2, content.length]), ...content];
}

function certificate(subject: string, issuer: string, other: string): Uint8Array {
  const named = (text: string) =>
    der(0x30, der(0x31, der(0x30, der(6, OID_COMMON_NAME), der(0x0c, bytesOf(text)))));
  const time = (text: string) => der(0x17, bytesOf(text));
  const at = Buffer.from(TEST_CERTIFICATE).indexOf(Buffer.from("3059301306", "hex"));
  const key = TEST_CERTIFICATE.subarray(at, at + 91);
  const others = der(4, der(0x30, der(0x82, bytesOf(other)), der(0x86, bytesOf(other))));
  const body = der(
    0x30,
    der(0xa0, der(2, [2])),
    der(2, [7]),
    der(0x30, der(6, OID_ECDSA)),
    named(issuer),
    der(0x30, time("260101000000Z"), time("360101000000Z")),
    named(subject),
    key,
    der(0xa3, der(0x30, der(0x30, der(6, OID_OTHER_NAMES), others))),
  );
  return Uint8Array.from(der(0x30, body, der(0x30, der(6, OID_ECDSA)), der(3, [0, 1, 2])));
}

/** A ClientHello whose name and protocol are any bytes. */
function hello(serverName: string, alpn: string): Uint8Array {
  const extensions = joined(
    tlsExtension(
      0,
      joined(u16(serverName.length + 3), [0], u16(serverName.length), bytesOf(serverName)),
    ),
    tlsExtension(16, joined(u16(alpn.length + 1), [alpn.length], bytesOf(alpn))),
  );
  const head = joined([3, 3], new Uint8Array(32).fill(7), [0, 0, 2, 0xc0, 0x2b, 1, 0]);
  return tlsMessage(1, joined(head, u16(extensions.length), extensions));
}

function dhcp(draw: Draw): number[] {
  const head = new Uint8Array(236);
  const hostName = draw(200);
  // A number of its own, or all were one transaction.
  head.set([1, 1, 6, 0, ...bytesOf(hostName.slice(0, 12).slice(-4).padStart(4, "x"))]);
  head.set([2, 0, 0, 0, 0, 1], 28);
  const option = (code: number, text: string, before: readonly number[] = []) => [
    code,
    before.length + text.length,
    ...before,
    ...bytesOf(text),
  ];
  return [
    ...head,
    ...COOKIE,
    ...[53, 1, 3],
    ...option(12, hostName),
    ...option(15, draw(200)),
    ...option(56, draw(200)),
    ...option(60, draw(200)),
    ...option(81, draw(200), [0, 0, 0]),
    255,
  ];
}

const INITIAL_BYTES_MIN = 1200;
const CRYPTO_FRAME = 6;

/** The first packet of a QUIC client, with its hello. */
function quicHello(message: Uint8Array): Uint8Array {
  const frames = new Uint8Array(Math.max(INITIAL_BYTES_MIN, message.length + 5));
  frames.set([CRYPTO_FRAME, ...quicNumber(0), ...quicNumber(message.length), ...message]);
  return quicInitial(Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]), 0, frames);
}

/** Where names come from: DNS, DHCP, TLS, QUIC and the first lines of SSH. */
export const NAME_TALKS: readonly MakeTalk[] = [
  (draw) => {
    const owner = name(draw(LABEL_MAX), draw(LABEL_MAX), "example");
    const question = [...owner, 0, 16, 0, 1];
    const text = draw(255);
    const alias = name(draw(LABEL_MAX), "example");
    const answers = [record(16, [text.length, ...bytesOf(text)]), record(5, alias)].flat();
    return overUdp(53, [
      client([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...question]),
      server([0, 7, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0, ...question, ...answers]),
    ]);
  },
  (draw) =>
    overTcp(443, [
      [0, tlsRecord(HANDSHAKE, hello(draw(400), draw(250)))],
      [
        1,
        tlsRecord(
          HANDSHAKE,
          joined(
            serverHello(),
            certificateMessage(certificate(draw(400), draw(400), draw(400))),
            tlsMessage(14, []),
          ),
        ),
      ],
    ]),
  (draw) => overUdp(443, [client(quicHello(hello(draw(400), draw(250))))]),
  (draw) =>
    overTcp(22, [
      client(`SSH-2.0-${inWord(draw(200))}\r\n`),
      server(`SSH-2.0-${inWord(draw(200))}\r\n`),
    ]),
  (draw) => overUdp(67, [client(dhcp(draw))]),
];
