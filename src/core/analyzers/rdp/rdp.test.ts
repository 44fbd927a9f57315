import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import {
  expectAnyChangeHarmless,
  expectSameHoweverCut,
} from "../../../../test/support/stream-facts.ts";
import { rdp, rdpeudp } from "./index.ts";
import { keyboardName } from "./rdp-names.ts";

type Bytes = readonly number[];
const u16 = (value: number): number[] => [value & 255, value >> 8];
const u32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);
const utf16 = (value: string, length: number): number[] => [
  ...Buffer.from(value.padEnd(length / 2, "\0"), "utf16le"),
];
const tpkt = (content: Bytes): Uint8Array =>
  Uint8Array.from([3, 0, (content.length + 4) >> 8, (content.length + 4) & 255, ...content]);
const connect = (kind: number, rest: Bytes): Uint8Array =>
  tpkt([6 + rest.length, kind, 0, 0, 0, 0, 0, ...rest]);
const asks = connect(0xe0, [...Buffer.from("Cookie: mstshash=ada\r\n"), 1, 0, 8, 0, ...u32(3)]);
const agrees = (protocol: number): Uint8Array => connect(0xd0, [2, 0, 8, 0, ...u32(protocol)]);

function ber(tag: Bytes, content: Bytes): number[] {
  return [...tag, 0x82, content.length >> 8, content.length & 255, ...content];
}
const block = (type: number, content: Bytes): number[] => [
  ...u16(type),
  ...u16(content.length + 4),
  ...content,
];
const userData = (key: string, head: Bytes, blocks: Bytes): number[] =>
  ber(
    [4],
    [...head, ...Buffer.from(key), 0x80 | (blocks.length >> 8), blocks.length & 255, ...blocks],
  );
const core = block(0xc001, [
  ...u32(0x00080004),
  ...u16(1920),
  ...u16(1080),
  ...u32(0),
  ...u32(0x407),
  ...u32(9600),
  ...utf16("DESK", 32),
  ...Array<number>(12 + 64 + 8).fill(0),
  ...u16(16),
  ...u16(7),
  ...u16(0),
  ...utf16("product", 64),
]);
const channels = block(0xc003, [...u32(1), ...Buffer.from("rdpdr\0\0\0"), ...u32(0)]);
const security = block(0x0c02, [...u32(2), ...u32(2), ...u32(0), ...u32(0)]);
const initial = tpkt([
  2,
  0xf0,
  0x80,
  ...ber(
    [0x7f, 0x65],
    [4, 1, 1, 4, 1, 1, 1, 1, 255, ...userData("Duca", [0, 5], [...core, ...channels])],
  ),
]);
const response = tpkt([
  2,
  0xf0,
  0x80,
  ...ber([0x7f, 0x66], [10, 1, 0, 2, 1, 0, ...userData("McDn", [0, 5, 0, 1, 192, 0], security)]),
]);
const dialogue: Piece[] = [
  [0, asks],
  [1, agrees(0)],
  [0, initial],
  [1, response],
];
const rowsOf = (pieces: readonly Piece[]) =>
  talk(rdp, pieces)
    .rows("rdp")
    .map(({ ts, ts_ns, ...row }) => row);

test("cookie, client and protection are in the row", () => {
  expect(talk(rdp, dialogue).services).toEqual(["rdp"]);
  expect(rowsOf(dialogue)).toEqual([
    expect.objectContaining({
      cookie: "ada",
      result: "Success",
      security_protocol: "RDP",
      client_channels: ["rdpdr"],
      keyboard_layout: "German - Germany",
      client_build: "RDP 8.1",
      client_name: "DESK",
      client_dig_product_id: "product",
      desktop_width: 1920,
      requested_color_depth: "16bit",
      encryption_method: "128bit",
      cert_count: 0,
    }),
  ]);
});

test("where TLS was chosen both sides go to it", () => {
  const out = talk(rdp, [
    [0, asks],
    [1, agrees(2)],
    [0, Uint8Array.of(22)],
    [1, Uint8Array.of(22)],
  ]);
  expect(out.inner).toEqual([{ name: "ssl", bytes: [Uint8Array.of(22), Uint8Array.of(22)] }]);
  expect(out.rows("rdp")[0]).toMatchObject({ result: "encrypted", security_protocol: "HYBRID" });
});

test("a refusal is the result", () => {
  const refuses = connect(0xd0, [3, 0, 8, 0, ...u32(5)]);
  const [row] = talk(rdp, [
    [0, asks],
    [1, refuses],
  ]).rows("rdp");
  expect(row).toMatchObject({ result: "HYBRID_REQUIRED_BY_SERVER" });
});

test("a layout without a name is called after its language", () => {
  expect(keyboardName(0x407)).toBe("German - Germany");
  expect(keyboardName(0x7fff0407)).toBe("German - Germany (Best Guess for 2147419143)");
  expect(keyboardName(1)).toBe("keyboard-1");
});

test("over UDP both sides have to begin", () => {
  const begin = (acknowledged: number, flags: number): Uint8Array =>
    Uint8Array.from([...Array<number>(4).fill(acknowledged), 0, 64, 0, flags, ...Array(8).fill(0)]);
  const udp = { transport: "udp" } as const;
  expect(talk(rdpeudp, [[0, begin(255, 1)]], udp).services).toEqual([]);
  const both: Piece[] = [
    [0, begin(255, 1)],
    [1, begin(0, 5)],
  ];
  expect(talk(rdpeudp, both, udp).services).toEqual(["rdpeudp"]);
});

test("whole, byte by byte and however cut, the same row", () => {
  expectSameHoweverCut(dialogue, rowsOf, { pieceBytesMax: 90 });
});

test("what is cut or changed never makes it throw", () => {
  for (const unit of [initial, response, asks]) {
    expectAnyChangeHarmless(rdp, [
      [0, unit],
      [1, unit],
    ]);
  }
});
