import { expect, test } from "vitest";
import { createLimit } from "../../base/index.ts";
import { QpackDecoder } from "./qpack-decoder.ts";
import { QPACK_STATIC } from "./qpack-table.ts";

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));

function decoder(capacityMax = 220, tableBytes = 65_536): QpackDecoder {
  const one = new QpackDecoder(createLimit("table", tableBytes));
  one.capacityMax = capacityMax;
  return one;
}

function fieldsOf(one: QpackDecoder, section: string): unknown {
  const outcome = one.section(hex(section));
  if (typeof outcome === "string") return outcome;
  return outcome.map(({ name, value }) => `${name}: ${Buffer.from(value).toString("latin1")}`);
}

test("a literal with a name of the static table (RFC 9204 B.1)", () => {
  const section = "0000 510b 2f69 6e64 6578 2e68 746d 6c";
  expect(fieldsOf(decoder(), section)).toEqual([":path: /index.html"]);
});

test("a table that fills, is named behind the base, is copied from, and evicts (B.2 to B.5)", () => {
  const one = decoder();
  one.instructions(hex("3fbd01 c00f 7777 772e 6578 616d 706c 652e 636f 6d"));
  one.instructions(hex("c10c 2f73 616d 706c 652f 7061 7468"));
  const first = [":authority: www.example.com", ":path: /sample/path"];
  expect(fieldsOf(one, "0381 10 11")).toEqual(first);
  one.instructions(hex("4a63 7573 746f 6d2d 6b65 790c 6375 7374 6f6d 2d76 616c 7565"));
  one.instructions(hex("02"));
  const third = [":authority: www.example.com", ":path: /", "custom-key: custom-value"];
  expect(fieldsOf(one, "0500 80 c1 81")).toEqual(third);
  one.instructions(hex("810d 6375 7374 6f6d 2d76 616c 7565 32"));
  // The oldest entry is gone: a section that names it is none.
  expect(fieldsOf(one, "0600 80")).toEqual(["custom-key: custom-value2"]);
  expect(fieldsOf(one, "0600 84")).toBe("index");
});

test("a section that needs more than was inserted waits; one that names nothing is none", () => {
  const one = decoder();
  expect(fieldsOf(one, "0381 10 11")).toBe("blocked");
  expect(fieldsOf(one, "0000 80")).toBe("index");
  expect(fieldsOf(one, "0000 ff40")).toBe("index");
  expect(fieldsOf(one, "0000 51 7f")).toBe("truncated");
  expect(fieldsOf(decoder(0), "0381 10")).toBe("index");
});

test("instructions may be cut anywhere", () => {
  const all = hex(
    "3fbd01 c00f 7777 772e 6578 616d 706c 652e 636f 6d c10c 2f73 616d 706c 652f 7061 7468",
  );
  for (let cut = 0; cut <= all.length; cut++) {
    const one = decoder();
    one.instructions(all.subarray(0, cut));
    one.instructions(all.subarray(cut));
    expect(fieldsOf(one, "0381 10 11")).toHaveLength(2);
  }
});

test("the static table has its 99 entries (appendix A)", () => {
  expect(QPACK_STATIC).toHaveLength(99);
  const text = (index: number) =>
    `${QPACK_STATIC[index]!.name}=${Buffer.from(QPACK_STATIC[index]!.value).toString()}`;
  expect([0, 17, 25, 52, 63, 83, 95, 98].map(text)).toEqual([
    ":authority=",
    ":method=GET",
    ":status=200",
    "content-type=text/html; charset=utf-8",
    ":status=100",
    "alt-svc=clear",
    "user-agent=",
    "x-frame-options=sameorigin",
  ]);
});
