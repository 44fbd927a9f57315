import fc from "fast-check";
import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import { dnp3Frame } from "../../../../test/support/dnp3-frames.ts";
import {
  expectAnyBytesHarmless,
  expectSameHoweverCut,
} from "../../../../test/support/stream-facts.ts";
import { areBlocksIntact, parseLinkHeader } from "./dnp3-parser.ts";
import { dnp3 } from "./index.ts";

const WHOLE = 0xc0;
const long = Array.from({ length: 60 }, (_, n) => n);
const dialogue: Piece[] = [
  [0, dnp3Frame(0, [WHOLE, 0xc1, 1, 60, 2, 6])],
  [1, dnp3Frame(1, [0x40, 0xc1, 0x81, 0x10, 0, ...long])],
  [1, dnp3Frame(1, [0x81, ...long])],
  [0, dnp3Frame(0, [])],
  [1, dnp3Frame(1, [WHOLE, 0xd0, 0x82, 0, 2])],
  [0, dnp3Frame(0, [WHOLE, 0xc2, 0x0d])],
];
const rowsOf = (pieces: readonly Piece[]) =>
  talk(dnp3, pieces)
    .rows("dnp3")
    .map(({ fc_request, fc_reply, iin }) => [fc_request, fc_reply, iin]);

test("a reply and the request before it are a row; what is left alone has its own", () => {
  expect(talk(dnp3, dialogue).services).toEqual(["dnp3_tcp"]);
  expect(talk(dnp3, dialogue, { transport: "udp" }).services).toEqual(["dnp3_udp"]);
  expect(rowsOf(dialogue)).toEqual([
    ["READ", "RESPONSE", 0x1000],
    [undefined, "UNSOLICITED_RESPONSE", 2],
    ["COLD_RESTART", undefined, undefined],
  ]);
});

test("the stations' addresses are those of the link", () => {
  expect(talk(dnp3, dialogue).rows("dnp3")[0]).toMatchObject({
    link_source: 3,
    link_destination: 4,
  });
});

test("a wrong checksum is told, and nothing behind it is believed", () => {
  const broken = dnp3Frame(0, [WHOLE, 0xc1, 1]);
  broken[8]! ^= 1;
  const outcome = talk(dnp3, [[0, broken], ...dialogue]);
  expect(outcome.weirds).toEqual(["dnp3_corrupt_header_checksum"]);
  expect(outcome.rejected).toBeDefined();
  const block = dnp3Frame(0, [WHOLE, 0xc1, 1]);
  block[12]! ^= 1;
  expect(talk(dnp3, [[0, block]]).weirds).toEqual(["dnp3_corrupt_app_chunk_checksum"]);
});

test("a message whose first frame is missing is told", () => {
  const outcome = talk(dnp3, [[1, dnp3Frame(1, [0x81, 1, 2, 3, 4])]]);
  expect(outcome.weirds).toEqual(["dnp3_first_application_layer_chunk_missing"]);
});

test("it is known by a header whose checksum fits, and by nothing less", () => {
  const whole = dnp3Frame(1, [WHOLE, 0xd0, 0x82, 0, 2]);
  expect(dnp3.recognises!(whole, 1, "tcp")).toBe("yes");
  expect(dnp3.recognises!(whole.subarray(0, 9), 1, "tcp")).toBe("more");
  whole[5]! ^= 1;
  expect(dnp3.recognises!(whole, 1, "tcp")).toBe("no");
});

test("a hole does not end it", () => {
  expect(rowsOf([dialogue[0]!, [1, 40], dialogue[4]!])).toEqual([
    ["READ", "UNSOLICITED_RESPONSE", 2],
  ]);
});

test("whole, byte by byte and however cut, the same rows", () => {
  expectSameHoweverCut(dialogue, rowsOf, { pieceBytesMax: 40 });
});

test("any bytes whatever do no harm", () => {
  expectAnyBytesHarmless(dnp3, dialogue);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 10 }), (bytes) => {
      const header = parseLinkHeader(bytes);
      if (typeof header !== "string") areBlocksIntact(bytes, header.contentBytes);
    }),
  );
});
