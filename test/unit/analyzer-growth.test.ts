import { expect, test } from "vitest";
import { type Protocol, protocols, type Side } from "../../src/core/analyzers/index.ts";
import { createLimit } from "../../src/core/base/index.ts";
import { type Piece, splitPieces, talk } from "../support/conversation.ts";
import { growthOf } from "../support/counted-steps.ts";

const GROWTH_MAX = 2.3;
const LIMIT_MAX = 4096;
const SMALLEST_BYTES = 24 * 1024;

/** Limits are passed early, by the small flood as by the large. */
const limit = (name: string, maximum: number) => createLimit(name, Math.min(maximum, LIMIT_MAX));

/** What floods are made of: nothing in it ends what some parser may be waiting for. */
const FLOODS: Readonly<Record<string, readonly number[]>> = {
  ones: [0xff],
  "short lines": [...Buffer.from("a b\r\n")],
  "numbered replies": [...Buffer.from("220-a\r\n")],
  "nested arrays": [...Buffer.from("*1\r\n")],
  "nested sequences": [0x30, 0x80],
  "tiny records": [0x16, 0x03, 0x01, 0x00, 0x01, 0x00],
};

/** Real first bytes, so that a parser is past its first look when the flood comes. */
const OPENINGS: Readonly<Record<string, readonly (readonly [Side, string])[]>> = {
  http: [[0, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"]],
  smtp: [
    [1, "220 a\r\n"],
    [0, "EHLO b\r\n"],
  ],
  ftp: [[1, "220 a\r\n"]],
  ssh: [[0, "SSH-2.0-a\r\n"]],
  irc: [[0, "NICK a\r\n"]],
  pop3: [[1, "+OK a\r\n"]],
  imap: [[1, "* OK a\r\n"]],
};

function repeated(unit: readonly number[], bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, at) => unit[at % unit.length]!);
}

function floodOf(protocol: Protocol, unit: readonly number[], side: Side, bytes: number) {
  const opening = (OPENINGS[protocol.name] ?? []).map(
    ([from, text]): Piece => [from, new Uint8Array(Buffer.from(text))],
  );
  const transport =
    protocol.tcpPorts === undefined && protocol.udpPorts !== undefined ? "udp" : "tcp";
  const flood = splitPieces([[side, repeated(unit, bytes)]], () => 1460);
  return () => void talk(protocol, [...opening, ...flood], { transport, services: { limit } });
}

for (const protocol of protocols) {
  test(`${protocol.name}: twice the flood is at most 2.3 times the work`, () => {
    for (const [name, unit] of Object.entries(FLOODS)) {
      for (const side of [0, 1] as const) {
        const growth = growthOf((size) => floodOf(protocol, unit, side, size), SMALLEST_BYTES);
        expect(growth, `${name} from side ${side}`).toBeLessThanOrEqual(GROWTH_MAX);
      }
    }
  });
}
