import type { Piece } from "../conversation.ts";
import { authenticate, challenge, negotiate } from "../ntlm-messages.ts";
import { bind, bindAck, request, response, Stub, u32 } from "../rpc-messages.ts";
import { layout, smb1, smb2 } from "../smb-messages.ts";
import { type Draw, inUtf8, inUtf16, type MakeTalk, overTcp } from "./hostile-talk.ts";

const SESSION_SETUP = 1;
const SESSION_SETUP_OLD = 0x73;
const MORE_PROCESSING = 0xc000_0016;
const SERVICE_CONTROL = "367abb81-9844-35f1-ad32-98f038001003";
const CREATE_SERVICE = 12;

/** A logon's messages: what is said, what is asked back, and who it is. */
function logon(draw: Draw): [Uint8Array, Uint8Array, Uint8Array] {
  const name = (): string => inUtf8(draw(120));
  return [
    negotiate(),
    challenge({ computer: name(), dnsComputer: name(), tree: name() }),
    authenticate({ user: name(), domain: name(), workstation: name() }),
  ];
}

/** A session setup of SMB 2 with a token (MS-SMB2 2.2.5, 2.2.6). */
function setup(side: 0 | 1, messageId: number, token: Uint8Array, status = 0): Piece {
  const [length, size, at] = side === 0 ? [24, 25, 12] : [8, 9, 4];
  const places = [
    [0, 2, size],
    [at, 2, 64 + length],
    [at + 2, 2, token.length],
  ] as const;
  const body = layout(length, places, token);
  return [side, smb2({ command: SESSION_SETUP, messageId, status, body })];
}

/** Texts of two-byte letters, each with its end mark, from an odd place on. */
function texts(...all: readonly string[]): Uint8Array {
  const ended = all.flatMap((text) => [inUtf16(text.replaceAll("\0", "")), Buffer.alloc(2)]);
  return new Uint8Array(Buffer.concat([Buffer.alloc(1), ...ended]));
}

/** Who is logged on, and what is called on another machine. */
export const SESSION_TALKS: readonly MakeTalk[] = [
  (draw) => {
    const [first, asked, who] = logon(draw);
    return overTcp(445, [
      setup(0, 1, first),
      setup(1, 1, asked, MORE_PROCESSING),
      setup(0, 2, who),
      setup(1, 2, new Uint8Array()),
    ]);
  },
  (draw) =>
    overTcp(445, [
      [
        0,
        smb1(
          SESSION_SETUP_OLD,
          layout(26, [[0, 1, 0xff]]),
          texts(draw(300), draw(300), draw(300), draw(300)),
        ),
      ],
      [1, smb1(SESSION_SETUP_OLD, layout(6, [[0, 1, 0xff]]), texts(draw(300), draw(300)))],
    ]),
  (draw) => {
    const name = (): string => inUtf8(draw(200)).replaceAll("\0", "");
    const service = new Stub().handle(1).text(name()).pointer(name());
    for (const number of [0xf01ff, 0x10, 3, 1]) service.number(number);
    return overTcp(135, [
      [0, bind([SERVICE_CONTROL])],
      [1, bindAck(draw(200))],
      [0, request(CREATE_SERVICE, service.text(name()).done(), { callId: 2 })],
      [1, response(new Stub().number(0).handle(7).number(0).done(), { callId: 2 })],
      [0, request(19, new Stub().handle(7).number(0).number(0).done(), { callId: 3 })],
      [1, response(u32(0), { callId: 3 })],
    ]);
  },
];
