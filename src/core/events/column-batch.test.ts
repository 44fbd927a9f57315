import fc from "fast-check";
import { expect, test } from "vitest";
import { ColumnBatch, decodeColumnBatch, encodeColumnBatch } from "./column-batch.ts";
import { columnIndex, type LogSchema } from "./schema.ts";
import { ZeekJsonWriter } from "./zeek-json.ts";

const log: LogSchema = {
  name: "probe",
  shown: true,
  says: "For this test.",
  fields: [
    { name: "ts", kind: "time", optional: false, says: "" },
    { name: "id.orig_h", kind: "addr", optional: false, says: "" },
    { name: "bytes", kind: "count", optional: true, says: "" },
    { name: "history", kind: "dict", optional: true, says: "" },
    { name: "name", kind: "text", optional: true, says: "" },
    { name: "raw", kind: "bytes", optional: true, says: "" },
  ],
};
const schemas = new Map([[log.name, log]]);
const column = (name: string): number => columnIndex(log, name);

test("times are exact to the nanosecond over the whole range of the format", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -(2 ** 32), max: 2 ** 33 }),
      fc.integer({ min: 0, max: 999_999_999 }),
      (seconds, nanoseconds) => {
        const batch = new ColumnBatch(log);
        batch.setTime(column("ts"), batch.addRow(), seconds, nanoseconds);
        expect(batch.i64(column("ts"), 0)).toBe(BigInt(seconds) * 10n ** 9n + BigInt(nanoseconds));
      },
    ),
  );
});

test("a batch reads back as it was written, and every cut of it is malformed", () => {
  const batch = new ColumnBatch(log);
  for (let n = 0; n < 20; n++) {
    const row = batch.addRow();
    batch.setTime(column("ts"), row, 1_700_000_000 + n, n);
    batch.setU64(column("id.orig_h"), row, 0, 0);
    batch.setU64(column("id.orig_h") + 1, row, 0xffff, 0x0a000001 + n);
    if (n % 2) batch.setCount(column("bytes"), row, 2 ** 40 + n);
    if (n % 3) batch.setText(column("history"), row, n % 4 ? "ShADadFf" : "S");
    if (n % 5) batch.setText(column("name"), row, `näme ${n}`);
    if (n % 7) batch.setBytes(column("raw"), row, new Uint8Array([n, 0, 255]));
  }
  const bytes = encodeColumnBatch(batch);
  const read = decodeColumnBatch(bytes, schemas);
  if (read.status !== "ok") throw new Error("decodes");
  expect(read.value.rowCount).toBe(20);
  expect(read.value.isSet(column("bytes"), 0)).toBe(false);
  expect(read.value.count(column("bytes"), 1)).toBe(2 ** 40 + 1);
  expect(read.value.text(column("history"), 1)).toBe("ShADadFf");
  expect(read.value.values[column("history")]).toHaveLength(2);
  expect(read.value.text(column("name"), 6)).toBe("näme 6");
  expect(read.value.bytes(column("raw"), 6)).toEqual(new Uint8Array([6, 0, 255]));
  expect(read.value.u64(column("id.orig_h") + 1, 3)).toBe(0xffff_0a000004n);
  for (let cut = 0; cut < bytes.length; cut++)
    expect(decodeColumnBatch(bytes.subarray(0, cut), schemas).status).toBe("malformed");
});

test("a cleared batch has nothing set", () => {
  const batch = new ColumnBatch(log);
  batch.setText(column("history"), batch.addRow(), "S");
  batch.clear();
  const row = batch.addRow();
  expect(batch.isSet(column("history"), row)).toBe(false);
  batch.setText(column("history"), row, "R");
  expect(batch.text(column("history"), row)).toBe("R");
});

test("a batch of another version of its log keeps the columns that both have", () => {
  const field = (name: string, more: object = {}) =>
    ({ name, kind: "count", width: "u32", optional: false, says: "", ...more }) as const;
  const log = (fields: LogSchema["fields"]): LogSchema => ({
    name: "sealed",
    shown: true,
    says: "",
    fields,
  });
  const before = log([field("gone", { kind: "text" }), field("a"), field("b", { optional: true })]);
  const now = log([
    field("b"),
    field("new", { optional: true }),
    field("word", { kind: "dict" }),
    field("a", { optional: true }),
  ]);
  const batch = new ColumnBatch(before);
  const row = batch.addRow();
  batch.setText(0, row, "old");
  batch.setU32(1, row, 7);
  batch.setU32(2, row, 9);
  const read = decodeColumnBatch(encodeColumnBatch(batch), new Map([["sealed", now]]));
  if (read.status !== "ok") throw new Error("the batch reads");
  expect(new ZeekJsonWriter(now).row(read.value, 0)).toEqual({ b: 9, a: 7, word: "" });
});
