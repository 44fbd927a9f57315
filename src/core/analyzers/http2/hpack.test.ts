import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type FieldForm,
  HpackTestEncoder,
  hpackInteger,
  hpackString,
} from "../../../../test/support/http2-frames.ts";
import { createLimit } from "../../base/index.ts";
import type { HeaderFault } from "./header-codes.ts";
import { HpackDecoder } from "./hpack-decoder.ts";

const decoder = (tableBytes = 65_536) => new HpackDecoder(createLimit("table", tableBytes));
const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));

function decode(
  one: HpackDecoder,
  block: ArrayLike<number>,
): { fields: string[]; fault: HeaderFault | undefined } {
  const fields: string[] = [];
  const fault = one.decode(Uint8Array.from(block), {
    field: ({ name, value }) =>
      void fields.push(`${name}: ${Buffer.from(value).toString("latin1")}`),
  });
  return { fields, fault };
}

/** Decodes blocks one after the other; the fields of each with the table's size behind it. */
function check(blocks: readonly string[], expected: readonly (readonly [string[], number])[]) {
  const one = decoder();
  for (const [n, block] of blocks.entries()) {
    expect(decode(one, hex(block))).toEqual({ fields: expected[n]![0], fault: undefined });
    expect(one.tableBytes).toBe(expected[n]![1]);
  }
}

const REQUESTS: readonly (readonly [string[], number])[] = [
  [[":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"], 57],
  [
    [
      ":method: GET",
      ":scheme: http",
      ":path: /",
      ":authority: www.example.com",
      "cache-control: no-cache",
    ],
    110,
  ],
  [
    [
      ":method: GET",
      ":scheme: https",
      ":path: /index.html",
      ":authority: www.example.com",
      "custom-key: custom-value",
    ],
    164,
  ],
];

test("single fields are read in each of their forms (RFC 7541 C.2)", () => {
  check(
    ["400a637573746f6d2d6b65790d637573746f6d2d686561646572"],
    [[["custom-key: custom-header"], 55]],
  );
  check(["040c2f73616d706c652f70617468"], [[[":path: /sample/path"], 0]]);
  check(["100870617373776f726406736563726574"], [[["password: secret"], 0]]);
  check(["82"], [[[":method: GET"], 0]]);
});

test("requests on one connection share a table (RFC 7541 C.3, and C.4 in Huffman's code)", () => {
  check(
    [
      "828684410f7777772e6578616d706c652e636f6d",
      "828684be58086e6f2d6361636865",
      "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
    ],
    REQUESTS,
  );
  check(
    [
      "828684418cf1e3c2e5f23a6ba0ab90f4ff",
      "828684be5886a8eb10649cbf",
      "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
    ],
    REQUESTS,
  );
});

test("what does not fit into a table of 256 bytes falls out (RFC 7541 C.6)", () => {
  const one = decoder(256);
  const date = (second: number) => `date: Mon, 21 Oct 2013 20:13:${second} GMT`;
  const blocks: [string, string[], number][] = [
    [
      "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
      [":status: 302", "cache-control: private", date(21), "location: https://www.example.com"],
      222,
    ],
    [
      "4883640effc1c0bf",
      [":status: 307", "cache-control: private", date(21), "location: https://www.example.com"],
      222,
    ],
    [
      "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
      [
        ":status: 200",
        "cache-control: private",
        date(22),
        "location: https://www.example.com",
        "content-encoding: gzip",
        "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
      ],
      215,
    ],
  ];
  for (const [block, fields, bytes] of blocks) {
    expect(decode(one, hex(block))).toEqual({ fields, fault: undefined });
    expect(one.tableBytes).toBe(bytes);
  }
});

test("whatever is encoded comes out as it was", () => {
  const field = fc.tuple(
    fc.constantFrom("a", "cookie", "x-long-name", "Name", "\x00\xff"),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
    fc.constantFrom<FieldForm>("kept", "passing", "never"),
    fc.boolean(),
  );
  fc.assert(
    fc.property(fc.array(fc.array(field, { maxLength: 8 }), { maxLength: 6 }), (blocks) => {
      const encoder = new HpackTestEncoder();
      const one = decoder();
      decode(one, hpackInteger(65_536, 5, 0x20));
      for (const fields of blocks) {
        const block = fields.flatMap((args) => encoder.field(...args));
        const expected = fields.map(([name, value]) => `${name}: ${value}`);
        expect(decode(one, block)).toEqual({ fields: expected, fault: undefined });
      }
    }),
    { numRuns: 200 },
  );
});

test("integers of every length are read, and those without end are a fault", () => {
  const long = "x".repeat(5000);
  expect(
    decode(decoder(), [
      0,
      ...hpackString("n", { isCoded: false }),
      ...hpackString(long, { isCoded: true }),
    ]).fields,
  ).toEqual([`n: ${long}`]);
  expect(decode(decoder(), [0xff, ...new Array(40).fill(0x80), 0]).fault).toBe("integer");
  expect(decode(decoder(), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).fault).toBe("integer");
  expect(decode(decoder(), [0xff, 0x80]).fault).toBe("truncated");
});

test.each<[string, ArrayLike<number>, HeaderFault]>([
  ["an index of nothing", [0x80], "index"],
  ["an index behind the table", [0xbe], "index"],
  ["a string behind the end", [0, 5, 97], "truncated"],
  ["a name without its value", [0, 1, 97], "truncated"],
  ["padding of zeros", [0, 0x81, 0x18, 0], "huffman"],
  ["padding of a whole byte", [0, 0x82, 0x1f, 0xff], "huffman"],
  ["the end of string in a string", [0, 0x84, 0xff, 0xff, 0xff, 0xff], "huffman"],
])("%s is a fault", (_, block, fault) => {
  expect(decode(decoder(), block).fault).toBe(fault);
});

test("behind a missed block what is put into the table anew is read, and what was there is not guessed", () => {
  const one = decoder();
  decode(one, [0x40, 1, 97, 1, 98]);
  one.missed();
  expect(decode(one, [0xbe, 0x82])).toEqual({ fields: [":method: GET"], fault: undefined });
  expect(decode(one, [0x40, 1, 99, 1, 100, 0xbe, 0xbf])).toEqual({
    fields: ["c: d", "c: d"],
    fault: undefined,
  });
});

test("a table larger than is held keeps the newest fields", () => {
  const limit = createLimit("table", 100);
  const one = new HpackDecoder(limit);
  decode(one, [...hpackInteger(1_000_000, 5, 0x20)]);
  for (let n = 0; n < 50; n++) decode(one, [0x40, 1, 97, 1, 48 + n]);
  expect(one.tableBytes).toBeLessThanOrEqual(100);
  expect(limit.reached).toBe(1);
  expect(decode(one, [0xbe, 0xbf, 0xc8]).fields).toEqual(["a: a", "a: `"]);
});

test("random bytes never throw", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 }), (blocks) => {
      const one = decoder(500);
      for (const block of blocks) decode(one, block);
      expect(one.tableBytes).toBeLessThanOrEqual(500);
    }),
    { numRuns: 500 },
  );
});
