import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { FieldFacts } from "../../web/src/questions.ts";
import { clauseOf } from "../../web/src/search/clause.ts";
import { hostileCapture } from "../support/hostile-capture.ts";
import { hostileStrings, MARKER } from "../support/hostile-strings.ts";
import { inspect, watch } from "./page-inspection.ts";
import { ServedHome } from "./served-home.ts";

const COUNT = 5000;
const CASE = "planted";
const home = new ServedHome();
const seen = new Set<string>();
let logs: { log: string; fields: FieldFacts[]; rows: Record<string, unknown>[] }[] = [];

beforeAll(async () => {
  await home.start();
  home.import(CASE, hostileCapture(hostileStrings(COUNT)));
  const texts = hostileStrings(60, 3)
    .map(({ wire }) => Buffer.from(wire, "latin1").toString().replaceAll("\0", ""))
    .filter((text) => text.length < 200);
  const named = texts.find((text) => text.includes("<") && !text.includes("/"))!;
  const path = join(home.folder, `${named}.pcapng`);
  writeFileSync(path, hostileCapture(hostileStrings(100, 5)));
  home.run("import", path, "--case", CASE, "--purpose", texts.pop()!);
  const [conn] = rowsOf(home.run("query", "--case", CASE, "--limit", "1", "--json"));
  for (const text of texts.slice(0, 4)) {
    home.run("note", "--uid", String(conn!["uid"]), "--", text);
    home.run("case", "open", `c${texts.indexOf(text)}`, "--purpose", text);
    home.run("packets", "--purpose", text, "--uid", String(conn!["uid"]), "-o", `${path}.out`);
  }
  const counted = rowsOf(home.run("logs", "--case", CASE, "--json"));
  const names = counted.filter(({ rows }) => Number(rows) > 0).map(({ log }) => String(log));
  const { fields } = await api<{ fields: FieldFacts[] }>("fields", {});
  logs = names.map((log) => ({
    log,
    fields: fields.filter((field) => field.log === log),
    rows: rowsOf(home.run("query", "--case", CASE, "--log", log, "--all", "--json")),
  }));
}, 300_000);
afterAll(() => home.stop());
afterEach(() => home.expectNoComplaints());

function rowsOf(lines: string): Record<string, unknown>[] {
  const filled = lines.split("\n").filter((line) => line !== "");
  return filled.map((line) => JSON.parse(line) as Record<string, unknown>);
}
