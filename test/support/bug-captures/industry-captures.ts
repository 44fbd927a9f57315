import type { Piece } from "../conversation.ts";
import { dnp3Frame } from "../dnp3-frames.ts";
import { type BugCapture, client, many, numbers, overTcp, server } from "./bug-capture.ts";

const modbus = (transaction: number, code: number, rest: readonly number[], length?: number) => [
  ...numbers([2, transaction], [2, 0], [2, length ?? 2 + rest.length]),
  9,
  code,
  ...rest,
];

const WHOLE = 0xc0;
const FIRST = 0x40;

/** Classes of industrial protocols. */
export const INDUSTRY_CAPTURES: readonly BugCapture[] = [
  {
    name: "modbus-request-flood",
    says: "Requests without an answer were never forgotten, and each was looked up among all.",
    published: "Suricata #6987 (CVE-2024-38534); 7.0.0-beta1 #4224",
    size: 400,
    packets: (size) =>
      overTcp(
        502,
        many(size, (n) => client(modbus(n, 3, [0, 1, 0, 1]))),
      ),
    shows: [["modbus", { func: "READ_HOLDING_REGISTERS", pdu_type: "REQ" }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "modbus-zero-length",
    says: "A message of no length, and one whose count is more than it holds, was read beyond its end.",
    published: "Suricata 3.0RC1 #1475; Zeek 5.1.0-dev.466",
    size: 200,
    packets: (size) =>
      overTcp(502, [
        client(modbus(1, 3, [0, 1, 0, 1])),
        server(modbus(1, 3, [2, 0, 7])),
        ...many(size, (n) => client(modbus(n, 15, [0, 1, 0, 200, 255, 1]))),
        client(modbus(7, 3, [], 0)),
      ]),
    shows: [["modbus", { func: "READ_HOLDING_REGISTERS", pdu_type: "RESP" }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "dnp3-zero-objects",
    says: "Objects with a size of zero, or beyond the message, were counted, copied and overflowed.",
    published: "Suricata 7.0.0-beta1 #4558; 6.0.1 #4156; 4.1.0-beta1 #2425; Zeek 9.0.0-dev.906",
    size: 150,
    packets: (size) =>
      overTcp(
        20_000,
        many(size, (n) => [
          client(dnp3Frame(0, [WHOLE, 0xc0 | (n & 15), 1, 70, 6, 0x5b, 255, 255, 0, 0])),
          server(
            dnp3Frame(1, [WHOLE, 0xc0 | (n & 15), 0x81, 0, 0, 70, 6, 0x5b, 255, 255, 255, 255]),
          ),
        ]).flat(),
      ),
    shows: [["dnp3", { fc_request: "READ", fc_reply: "RESPONSE" }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "dnp3-short-frames",
    says: "A frame shorter than its own header failed an assertion.",
    published: "Bro 2.3-396 (CVE-2014-9586)",
    size: 100,
    packets: (size) =>
      overTcp(
        20_000,
        many(
          size,
          (n): Piece =>
            n === 0 ? client(dnp3Frame(0, [WHOLE, 0xc1, 1])) : client(dnp3Frame(0, [], 4)),
        ),
      ),
    shows: [["weird", { name: "dnp3_negative_or_zero_length_link_layer" }]],
  },
  {
    name: "dnp3-endless-message",
    says: "A message in frames that never say that it ends was held beyond its room.",
    published: "Zeek 9.0.0-dev.836",
    size: 60,
    packets: (size) =>
      overTcp(
        20_000,
        many(size, (n) => client(dnp3Frame(0, [n === 0 ? FIRST : n & 63, ...new Uint8Array(240)]))),
      ),
    shows: [["conn", { service: "dnp3_tcp" }]],
  },
];
