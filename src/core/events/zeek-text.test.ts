import { expect, test } from "vitest";
import { formatUid } from "../base/index.ts";
import { ColumnBatch, type LogSchema, ZeekJsonWriter, ZeekTsvWriter } from "./index.ts";

const schema: LogSchema = {
  name: "test",
  shown: true,
  says: "A log of every kind of field.",
  fields: [
    { name: "ts", kind: "time", optional: false, says: "" },
    { name: "uid", kind: "uid", optional: false, says: "" },
    { name: "host", kind: "addr", optional: false, says: "" },
    { name: "port", kind: "port", optional: false, says: "" },
    { name: "proto", kind: "enum", optional: false, values: ["tcp", "udp"], says: "" },
    { name: "service", kind: "enumSet", optional: true, values: ["dns", "http"], says: "" },
    { name: "duration", kind: "interval", optional: true, says: "" },
    { name: "bytes", kind: "count", optional: false, says: "" },
    { name: "text", kind: "text", optional: true, says: "" },
    { name: "hidden", kind: "count", optional: false, ours: true, width: "u8", says: "" },
  ],
};

function batchOf(values: { uid: bigint; text?: string; nanoseconds?: number }): ColumnBatch {
  const batch = new ColumnBatch(schema);
  const row = batch.addRow();
  batch.setTime(0, row, 1_700_000_000, values.nanoseconds ?? 123_456_000);
  batch.setU64(1, row, Number(values.uid >> 32n), Number(values.uid & 0xffffffffn));
  batch.setU64(2, row, 0, 0);
  batch.setU64(3, row, 0xffff, 0x0a0001ff);
  batch.setU16(4, row, 443);
  batch.setU8(5, row, 1);
  batch.setU64(6, row, 0, 3);
  batch.setCount(7, row, 1_500_000);
  batch.setCount(8, row, 12_345_678_901);
  if (values.text !== undefined) batch.setText(9, row, values.text);
  return batch;
}

function lineOf(batch: ColumnBatch): string[] {
  return new TextDecoder().decode(new ZeekTsvWriter(schema).rows(batch)).trimEnd().split("\t");
}

test("a row is Zeek's text, and what is ours is left out", () => {
  expect(lineOf(batchOf({ uid: 61n }))).toEqual([
    "1700000000.123456",
    "Cz",
    "10.0.1.255",
    "443",
    "udp",
    "dns,http",
    "0.001500",
    "12345678901",
    "-",
  ]);
});

test("uids print as base 62 whatever their size", () => {
  for (const uid of [0n, 1n, 62n, 916132831n, 916132832n, 1n << 40n, (1n << 64n) - 1n]) {
    expect(lineOf(batchOf({ uid }))[1]).toBe(formatUid(uid));
  }
});

test("half a microsecond is rounded into the next second", () => {
  expect(lineOf(batchOf({ uid: 1n, nanoseconds: 999_999_700 }))[0]).toBe("1700000001.000000");
});

test("text that would read as unset, empty or a separator is escaped", () => {
  const cases: [string, string][] = [
    ["-", "\\x2d"],
    ["", "(empty)"],
    ["a\tb\\c", "a\\x09b\\\\c"],
    ["grün", "grün"],
    ["(empty)", "\\x28empty)"],
  ];
  for (const [text, expected] of cases)
    expect(lineOf(batchOf({ uid: 1n, text }))[8]).toBe(expected);
});

test("JSON has the exact time beside Zeek's", () => {
  const row = new ZeekJsonWriter(schema).row(batchOf({ uid: 61n, nanoseconds: 123_456_789 }), 0);
  expect(row).toMatchObject({
    ts: 1700000000.123457,
    ts_ns: "1700000000123456789",
    uid: "Cz",
    host: "10.0.1.255",
  });
});

test("the header names fields and types", () => {
  const text = new TextDecoder().decode(new ZeekTsvWriter(schema).header());
  expect(text).toContain("#path\ttest\n#fields\tts\tuid\thost\t");
  expect(text).toContain(
    "#types\ttime\tstring\taddr\tport\tenum\tset[string]\tinterval\tcount\tstring\n",
  );
});
