import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { connSchema, schemasByName } from "../../core/analyzers/index.ts";
import { ColumnBatch, columnIndex, encodeColumnBatch } from "../../core/events/index.ts";
import { openDuckdbIndex } from "./index.ts";

const locatorSchema = schemasByName.get("locator")!;
const EVERYTHING = { text: "true", parameters: [] };
const NOTHING = { text: "false", parameters: [] };

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-index-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** So many connections, each a second after the one before, with every required column set. */
function conns(count: number, first = 0): Uint8Array {
  const batch = new ColumnBatch(connSchema);
  for (let n = first; n < first + count; n++) {
    const row = batch.addRow();
    batch.columns.forEach((column, index) => {
      if (column.type === "dict") batch.setText(index, row, n % 2 ? "S" : "Dd");
      else if (column.optional) return;
      else if (column.type === "u8") batch.setU8(index, row, 0);
      else if (column.type === "u16") batch.setU16(index, row, 1);
      else if (column.type === "u32") batch.setU32(index, row, n + 1);
      else batch.setCount(index, row, n + 1);
    });
    batch.setTime(columnIndex(connSchema, "ts"), row, 1_700_000_000 + n, 0);
  }
  return encodeColumnBatch(batch);
}

function locators(count: number): Uint8Array {
  const batch = new ColumnBatch(locatorSchema);
  for (let n = 0; n < count; n++) {
    const row = batch.addRow();
    batch.setU32(columnIndex(locatorSchema, "flow"), row, n + 1);
    batch.setCount(columnIndex(locatorSchema, "first"), row, n);
    batch.setU32(columnIndex(locatorSchema, "count"), row, 1);
    batch.setU32(columnIndex(locatorSchema, "bytes"), row, 1);
    batch.setTime(columnIndex(locatorSchema, "first_ts"), row, 1_700_000_000 + n, 0);
    batch.setTime(columnIndex(locatorSchema, "last_ts"), row, 1_700_000_000 + n, 0);
  }
  return encodeColumnBatch(batch);
}

const SEGMENT = { segment: "s1", capture: "c1", case: "scratch", day: "2023-11-14" };
const rowsOf = { scope: {}, log: "conn", condition: EVERYTHING, limit: 100, offset: 0 };

test("rows are visible while their segment loads, and after it is complete and opened again", async () => {
  const directory = folder();
  const index = openDuckdbIndex({ directory });
  await index.beginSegment(SEGMENT);
  await index.load("s1", [{ type: "batch", payload: conns(5) }]);
  expect(await index.rows(rowsOf)).toHaveLength(5);
  expect(await index.segments()).toEqual([{ ...SEGMENT, complete: false }]);
  await index.completeSegment("s1");
  await index.stop();
  const again = openDuckdbIndex({ directory });
  expect(await again.segments()).toEqual([{ ...SEGMENT, complete: true }]);
  const rows = await again.rows({ ...rowsOf, orderBy: "ts", descending: true });
  expect(rows.map((row) => row["history"])).toEqual(["Dd", "S", "Dd", "S", "Dd"]);
  expect(rows[0]).toMatchObject({ ts_ns: "1700000004000000000", ts: 1700000004 });
  await again.stop();
});

test("a segment that is dropped leaves nothing, and others stay", async () => {
  const index = openDuckdbIndex({ directory: folder() });
  for (const segment of ["s1", "s2"]) {
    await index.beginSegment({ ...SEGMENT, segment });
    await index.load(segment, [{ type: "batch", payload: conns(3) }]);
  }
  await index.dropSegment("s1");
  expect(await index.count({ ...rowsOf })).toMatchObject({ rows: 3 });
  expect((await index.segments()).map(({ segment }) => segment)).toEqual(["s2"]);
  await index.stop();
});

test("scope narrows to a case and to segments", async () => {
  const index = openDuckdbIndex({ directory: folder() });
  for (const [segment, name] of [
    ["s1", "a"],
    ["s2", "b"],
    ["s3", "b"],
  ] as const) {
    await index.beginSegment({ ...SEGMENT, segment, case: name });
    await index.load(segment, [{ type: "batch", payload: conns(2) }]);
    await index.completeSegment(segment);
  }
  const count = async (scope: object): Promise<number> =>
    (await index.count({ ...rowsOf, scope })).rows;
  expect(await count({})).toBe(6);
  expect(await count({ case: "b" })).toBe(4);
  expect(await count({ case: "b", segments: ["s3"] })).toBe(2);
  expect(await count({ case: "c" })).toBe(0);
  await index.stop();
});

test("bars over time tell the largest sets of services apart, and sum up the others", async () => {
  const index = openDuckdbIndex({ directory: folder() });
  await index.beginSegment(SEGMENT);
  const batch = new ColumnBatch(connSchema);
  // Ten flows, one a second: without service, of the second one, of the first, of both, and so on.
  for (let n = 0; n < 10; n++) {
    const row = batch.addRow();
    batch.columns.forEach((column, at) => {
      if (column.type === "dict") batch.setText(at, row, "S");
      else if (column.optional) return;
      else if (column.type === "u8") batch.setU8(at, row, 0);
      else if (column.type === "u16") batch.setU16(at, row, 1);
      else if (column.type === "u32") batch.setU32(at, row, n + 1);
      else batch.setCount(at, row, n);
    });
    batch.setTime(columnIndex(connSchema, "ts"), row, 1_700_000_000 + n, 0);
    batch.setCount(columnIndex(connSchema, "orig_pkts"), row, n);
    batch.setCount(columnIndex(connSchema, "resp_pkts"), row, 0);
    if (n % 4 > 0) batch.setCount(columnIndex(connSchema, "service"), row, n % 4);
  }
  await index.load("s1", [{ type: "batch", payload: encodeColumnBatch(batch) }]);
  const second = 1_000_000_000n;
  const parts = await index.histogram({
    scope: {},
    log: "conn",
    condition: EVERYTHING,
    fromNs: 1_700_000_000n * second,
    toNs: 1_700_000_009n * second,
    widthNs: 5n * second,
    measure: "packets",
    servicesMax: 1,
  });
  const [one] = connSchema.fields.find(({ name }) => name === "service")!.values!;
  const told = parts.map(({ bin, services, flows, packets }) => [bin, services, flows, packets]);
  const inOrder = told.sort((a, b) => Number(a[0]) - Number(b[0]) || Number(b[3]) - Number(a[3]));
  expect(inOrder).toEqual([
    [0, null, 2, 5],
    [0, [], 2, 4],
    [0, [one], 1, 1],
    [1, [one], 2, 14],
    [1, null, 2, 13],
    [1, [], 1, 8],
  ]);
  await index.stop();
});

test("pages of equal rows share none and leave out none, near and far", async () => {
  const index = openDuckdbIndex({ directory: folder() });
  for (const [segment, name] of [
    ["s1", "a"],
    ["s2", "b"],
  ] as const) {
    await index.beginSegment({ ...SEGMENT, segment, case: name });
    await index.load(segment, [{ type: "batch", payload: conns(3000, name === "a" ? 0 : 3000) }]);
    await index.completeSegment(segment);
  }
  for (const descending of [false, true]) {
    const times: unknown[] = [];
    for (let offset = 0; offset < 6000; offset += 500) {
      const page = { ...rowsOf, limit: 500, offset, orderBy: "proto", descending };
      times.push(...(await index.rows(page)).map((row) => row["ts_ns"]));
    }
    expect(times).toHaveLength(6000);
    expect(new Set(times).size).toBe(6000);
    const whole = await index.rows({ ...rowsOf, limit: 6000, orderBy: "proto", descending });
    expect(whole.map((row) => row["ts_ns"])).toEqual(times);
  }
  await index.stop();
});

test("candidates name segment, place and truths of each posting run", async () => {
  const index = openDuckdbIndex({ directory: folder() });
  await index.beginSegment(SEGMENT);
  await index.load("s1", [
    { type: "batch", payload: conns(4) },
    { type: "batch", payload: locators(4) },
    { type: "postings", payload: new Uint8Array([10, 20, 30, 40]) },
  ]);
  await index.completeSegment("s1");
  const plan = {
    candidates: { text: '"flow" > ?::UINTEGER', parameters: [2] },
    residue: NOTHING,
    matchesNonIp: false,
    isExact: false,
    leaves: [{ text: '"flow" = ?::UINTEGER', parameters: [4] }],
    timeRange: {},
    matches: () => true,
  };
  const found = await index.candidates({}, plan);
  expect(found.segments).toEqual(["s1"]);
  expect([...found.flow]).toEqual([3, 4]);
  expect([...found.truths]).toEqual([0, 1]);
  expect([...(await index.readPostings("s1", found.first[1]!, 1))]).toEqual([40]);
  await index.stop();
});

test("an index that does not open is thrown away, not an obstacle", async () => {
  const directory = folder();
  const index = openDuckdbIndex({ directory });
  await index.beginSegment(SEGMENT);
  await index.load("s1", [{ type: "batch", payload: conns(3) }]);
  await index.completeSegment("s1");
  await index.stop();
  const file = readdirSync(directory, { recursive: true })
    .map(String)
    .find((name) => name.endsWith(".duckdb"))!;
  writeFileSync(join(directory, file), "not a database");
  const again = openDuckdbIndex({ directory });
  expect(await again.segments()).toEqual([]);
  expect(await again.rows(rowsOf)).toEqual([]);
  await again.stop();
});

test("a query given up ends with index/cancelled, and the next is answered", async () => {
  const index = openDuckdbIndex({ directory: folder() });
  await index.beginSegment(SEGMENT);
  for (let n = 0; n < 8; n++)
    await index.load("s1", [{ type: "batch", payload: conns(4096, n * 4096) }]);
  const giveUp = new AbortController();
  const slow = {
    text: '(SELECT count(*) FROM range(4000000000) t(i) WHERE i % 7 = "flow") > 0',
    parameters: [],
  };
  const asked = index.rows({ ...rowsOf, condition: slow }, giveUp.signal);
  setTimeout(() => giveUp.abort(), 200);
  await expect(asked).rejects.toMatchObject({ code: "index/cancelled" });
  expect(await index.rows(rowsOf)).toHaveLength(100);
  await index.stop();
});

test("rows go before counts that wait, and what waits is given up before it begins", async () => {
  const index = openDuckdbIndex({ directory: folder() });
  await index.beginSegment(SEGMENT);
  await index.load("s1", [{ type: "batch", payload: conns(4096, 0) }]);
  const ended: string[] = [];
  const giveUp = new AbortController();
  const bars = {
    ...{ scope: {}, log: "conn", condition: EVERYTHING, measure: "packets" as const },
    ...{ fromNs: 0n, toNs: 2n ** 61n, widthNs: 2n ** 55n, servicesMax: 4 },
  };
  const counted = Array.from({ length: 40 }, (_, n) =>
    index.histogram(bars, n === 39 ? giveUp.signal : undefined).then(
      () => ended.push("counts"),
      ({ code }: { code: string }) => ended.push(code),
    ),
  );
  const rows = index.rows(rowsOf).then(() => ended.push("rows"));
  giveUp.abort();
  await Promise.all([...counted, rows]);
  expect(ended[0]).toBe("index/cancelled");
  expect(ended.indexOf("rows")).toBeLessThan(ended.length / 2);
  await index.stop();
});
