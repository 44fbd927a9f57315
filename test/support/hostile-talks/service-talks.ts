import { bytesOf, client, numbers, server } from "../bug-captures/bug-capture.ts";
import type { Piece } from "../conversation.ts";
import { der } from "../der.ts";
import { ldapMessage } from "../ldap-messages.ts";
import { createResponse, layout, smb2 } from "../smb-messages.ts";
import { inLine, inUtf16, inWord, type MakeTalk, overTcp, overUdp } from "./hostile-talk.ts";

const DISK = 5;
type Bytes = readonly number[];

const command = (side: 0 | 1, code: number, messageId: number, body: Uint8Array): Piece => [
  side,
  smb2({ command: code, messageId, treeId: DISK, body }),
];

/** A request of SMB 2 whose name lies behind its fixed part. */
function named(length: number, size: number, at: number, text: string): Uint8Array {
  const name = inUtf16(text);
  const places = [
    [0, 2, size],
    [at, 2, 64 + length],
    [at + 2, 2, name.length],
  ] as const;
  return layout(length, places, name);
}

const tagged = (tag: number, part: Bytes): number[] => der(0xa0 + tag, part);
const kerberosText = (value: string): number[] => der(0x1b, bytesOf(value));
const principal = (...names: string[]): number[] =>
  der(0x30, tagged(0, der(2, [1])), tagged(1, der(0x30, ...names.map(kerberosText))));

function kerberosRequest(user: string, realm: string, service: string): number[] {
  const body = der(
    0x30,
    tagged(0, der(3, [0, 0x40, 0x80, 0, 0])),
    tagged(1, principal(user)),
    tagged(2, kerberosText(realm)),
    tagged(3, principal(service, realm)),
    tagged(5, der(0x18, bytesOf("20370913024805Z"))),
  );
  return der(0x6a, der(0x30, tagged(1, der(2, [5])), tagged(2, der(2, [10])), tagged(4, body)));
}

function kerberosError(realm: string, service: string, says: string): number[] {
  const parts = [
    tagged(0, der(2, [5])),
    tagged(1, der(2, [30])),
    tagged(4, der(0x18, bytesOf("20260101000000Z"))),
    tagged(5, der(2, [0])),
    tagged(6, der(2, [6])),
    tagged(9, kerberosText(realm)),
    tagged(10, principal(service)),
    tagged(11, kerberosText(says)),
  ];
  return der(0x7e, der(0x30, ...parts));
}

function radius(code: number, ...attributes: readonly (readonly [number, string])[]): number[] {
  const all = attributes.flatMap(([type, text]) => [type, text.length + 2, ...bytesOf(text)]);
  const head = [code, 1, ...numbers([2, 20 + all.length]), ...Array<number>(16).fill(0)];
  return [...head, ...all];
}

function mqtt(type: number, flags: number, body: Bytes): number[] {
  const { length } = body;
  const size = length < 128 ? [length] : [(length & 127) | 128, length >> 7];
  return [(type << 4) | flags, ...size, ...body];
}
const said = (text: string): number[] => [...numbers([2, text.length]), ...bytesOf(text)];
const zero = (text: string): number[] => [...bytesOf(text.replaceAll("\0", "0")), 0];
const pg = (kind: string, content: Bytes): number[] => [
  ...bytesOf(kind),
  ...numbers([4, 4 + content.length]),
  ...content,
];
const mysql = (number: number, content: Bytes): number[] => [
  ...[content.length & 255, (content.length >> 8) & 255, content.length >> 16],
  number,
  ...content,
];
const empty = (length: number): number[] => Array<number>(length).fill(0);
const counted = (text: string): number[] => [...numbers([4, text.length]), ...bytesOf(text)];

/** Shares, logons, brokers, databases and screens. */
export const SERVICE_TALKS: readonly MakeTalk[] = [
  (draw) =>
    overTcp(445, [
      command(0, 3, 1, named(8, 9, 4, `\\\\HOST\\${draw(400)}`)),
      command(
        1,
        3,
        1,
        layout(16, [
          [0, 2, 16],
          [2, 1, 1],
        ]),
      ),
      command(0, 5, 2, named(56, 57, 44, draw(400))),
      command(1, 5, 2, createResponse(7, 90)),
      command(0, 5, 3, named(56, 57, 44, `folder\\${draw(400)}`)),
      command(1, 5, 3, createResponse(8, 90)),
    ]),
  (draw) => {
    const framed = (bytes: number[]) => [...numbers([4, bytes.length]), ...bytes];
    return overTcp(88, [
      client(framed(kerberosRequest(draw(300), draw(300), draw(300)))),
      server(framed(kerberosError(draw(300), draw(300), draw(300)))),
    ]);
  },
  (draw) =>
    overUdp(1812, [
      client(radius(1, [1, draw(250)], [31, draw(250)], [4, "\x0a\0\0\x01"])),
      server(radius(3, [18, draw(250)])),
    ]),
  (draw) =>
    overTcp(1883, [
      client(
        mqtt(1, 0, [
          ...said("MQTT"),
          4,
          0x86,
          0,
          60,
          ...[1, 2, 3, 4].flatMap(() => said(draw(400))),
        ]),
      ),
      server(mqtt(2, 0, [0, 0])),
      client(mqtt(8, 2, [0, 1, ...said(draw()), 1])),
      server(mqtt(9, 0, [0, 1, 1])),
      client(mqtt(3, 0, [...said(draw()), ...bytesOf(draw())])),
    ]),
  (draw) => {
    const binding = der(0x30, der(6, [0x2b, 6, 1]), der(4, bytesOf(draw(300))));
    const pdu = der(0xa2, der(2, [1]), der(2, [0]), der(2, [0]), der(0x30, binding));
    return overUdp(161, [
      client(
        der(
          0x30,
          der(2, [1]),
          der(4, bytesOf(draw(300))),
          der(
            0xa0,
            der(2, [1]),
            der(2, [0]),
            der(2, [0]),
            der(0x30, der(0x30, der(6, [0x2b, 6, 1]), der(5))),
          ),
        ),
      ),
      server(der(0x30, der(2, [1]), der(4, bytesOf(draw(300))), pdu)),
    ]);
  },
  (draw) => {
    const octets = (text: string, tag = 4) => der(tag, bytesOf(text));
    const limits = [der(10, [2]), der(10, [0]), der(2, [0]), der(2, [0]), der(1, [0])];
    const equal = der(0xa3, octets("cn"), octets(draw()));
    return overTcp(389, [
      [0, ldapMessage(1, der(0x60, der(2, [3]), octets(draw()), octets(draw(), 0x80)))],
      [1, ldapMessage(1, der(0x61, der(10, [49]), octets(draw()), octets(draw())))],
      [0, ldapMessage(2, der(0x63, octets(draw()), ...limits, equal, der(0x30, octets(draw()))))],
      [1, ldapMessage(2, der(0x65, der(10, [0]), octets(""), octets(draw())))],
    ]);
  },
  (draw) => {
    const content = [...zero("user"), ...zero(draw()), ...zero("database"), ...zero(draw())];
    const names = [...content, ...zero("application_name"), ...zero(draw()), 0];
    return overTcp(5432, [
      client([...numbers([4, 8 + names.length]), 0, 3, 0, 0, ...names]),
      server(pg("R", numbers([4, 0]))),
      server(pg("Z", [73])),
      client(pg("Q", zero(draw()))),
      server(pg("E", [...bytesOf("S"), ...zero(draw()), ...bytesOf("M"), ...zero(draw()), 0])),
      server(pg("Z", [73])),
    ]);
  },
  (draw) =>
    overTcp(3306, [
      server(
        mysql(0, [
          ...[10, ...zero(draw(200)), ...empty(13), 0xff, 0xf7, 33, 2, 0, 0xff, 0xff, 21],
          ...empty(23),
        ]),
      ),
      client(mysql(1, [5, 0xa6, 7, 0, ...empty(4), 33, ...empty(23), ...zero(draw(300)), 0, 0])),
      server(mysql(2, [0, 0, 0, 2, 0, 0, 0])),
      client(mysql(0, [3, ...bytesOf(draw())])),
      server(mysql(1, [0xff, 0x28, 4, ...bytesOf(`#42000${draw(400)}`)])),
    ]),
  (draw) => {
    const words = [draw(), draw(), draw()].map((text) => `$${text.length}\r\n${text}\r\n`);
    return overTcp(6379, [client(`*3\r\n${words.join("")}`), server(`-ERR ${inLine(draw())}\r\n`)]);
  },
  (draw) => {
    const cookie = bytesOf(`Cookie: mstshash=${inWord(draw(200))}\r\n`);
    const wanted = [1, 0, 8, 0, 0, 0, 0, 0];
    const request = [6 + cookie.length + 8, 0xe0, 0, 0, 0, 0, 0, ...cookie, ...wanted];
    return overTcp(3389, [
      client([3, 0, ...numbers([2, request.length + 4]), ...request]),
      server([3, 0, 0, 19, 14, 0xd0, 0, 0, 0, 0, 0, 2, 0, 8, 0, 0, 0, 0, 0]),
    ]);
  },
  (draw) =>
    overTcp(5900, [
      server("RFB 003.008\n"),
      client("RFB 003.008\n"),
      server([1, 1]),
      client([1]),
      server([0, 0, 0, 0]),
      client([1]),
      server([4, 0, 3, 0, ...empty(16), ...counted(draw())]),
    ]),
  (draw) => {
    const host = draw(250);
    return overTcp(1080, [
      client([5, 1, 2]),
      server([5, 2]),
      client([1, ...[draw(200), draw(200)].flatMap((text) => [text.length, ...bytesOf(text)])]),
      server([1, 0]),
      client([5, 1, 0, 3, host.length, ...bytesOf(host), 1, 187]),
      server([5, 0, 0, 1, 10, 0, 0, 9, 1, 187]),
    ]);
  },
  (draw) =>
    overTcp(5222, [
      client(
        `<?xml version='1.0'?><stream:stream to='${inLine(draw())}' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`,
      ),
      server(
        `<?xml version='1.0'?><stream:stream from='${inLine(draw())}' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`,
      ),
    ]),
];
