import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { hostileCapture } from "../support/hostile-capture.ts";
import { hostileStrings, MARKER } from "../support/hostile-strings.ts";
import { inspect, watch } from "./page-inspection.ts";
import { ServedHome } from "./served-home.ts";
import { settled } from "./settled.ts";

const COUNT = 5000;
const CASE = "planted";
const PROTOCOLS = 20;
const PERSON = "eve";
/** Searches and tokens that are called by planted texts. */
const NAMED = 8;
const given: string[] = [];
const home = new ServedHome();
const seen = new Set<string>();

interface Answer {
  readonly fields: { readonly name: string }[];
  readonly rows: Record<string, unknown>[];
}
const logs: { log: string; columns: string; rows: Answer["rows"] }[] = [];

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
  const page = await home.open("/me");
  home.run("people", "add", PERSON, "--role", "investigator", "--case", CASE);
  given.push(...texts.slice(4).filter((text) => text.trim().length <= 80 && MARKER.test(text)));
  for (const text of given.slice(0, NAMED)) {
    const label = ["--label", text.trim()].join("=");
    home.run("tokens", "create", "--person", PERSON, "--scope", "metadata", label);
    const address = `/search?case=${CASE}&q=${encodeURIComponent(text)}`;
    const data = { case: CASE, name: text, address };
    const saved = await page.request.post(`${home.address}/api/v1/saved-queries`, { data });
    expect(saved.status(), text).toBe(200);
  }
  const [token] = rowsOf(home.run("tokens", "list", "--json"));
  home.run("tokens", "revoke", String(token!["credential"]), `--reason=${given[NAMED]}`);
  for (const log of names) {
    const data = { log, case: CASE, limit: 10_000 };
    const answer = await page.request.post(`${home.address}/api/v1/query`, { data });
    const { fields, rows } = (await answer.json()) as Answer;
    logs.push({ log, columns: fields.map(({ name }) => name).join(","), rows });
  }
  await page.context().close();
}, 300_000);
afterAll(() => home.stop());
afterEach(() => home.expectNoComplaints());

function rowsOf(lines: string): Record<string, unknown>[] {
  const filled = lines.split("\n").filter((line) => line !== "");
  return filled.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A page of somebody who said why he reads; what it must not do is noted. */
async function openWatched(): Promise<{ page: Page; faults: string[] }> {
  const page = await home.open("/me", { reads: CASE });
  return { page, faults: watch(page.context(), home.address) };
}

/** Shows a view, waits until nothing moves, and looks at all of it. */
async function look(page: Page, path?: string): Promise<string[]> {
  if (path !== undefined) await page.goto(home.address + path);
  await settled(page);
  const { markers, faults } = await inspect(page);
  for (const marker of markers) seen.add(marker);
  const { pathname, searchParams } = new URL(page.url());
  return faults.map((fault) => `${pathname} ${searchParams.get("log") ?? ""}: ${fault}`);
}

const has = (row: Record<string, unknown>): boolean => MARKER.test(JSON.stringify(row));

test("the inspection finds what it looks for", async () => {
  const { page } = await openWatched();
  const [marker] = hostileStrings(1).map((one) => one.marker);
  await page.evaluate(`(() => {
    const element = document.createElement("x-${marker}");
    element.setAttribute("class", "${marker}");
    element.append("turned \u202e", document.createElement("iframe"));
    document.body.append(element);
    window.hfxRan = 1;
  })()`);
  const { faults } = await inspect(page);
  for (const fault of [/^element x-hfx/, /class=hfx/, /^element <iframe/, /^ran: 1/]) {
    expect(faults).toContainEqual(expect.stringMatching(fault));
  }
  expect(faults).toContainEqual(expect.stringContaining("not written out"));
  home.complaints.splice(0);
  await page.context().close();
});

test("every log with every column is text and nothing else, to its last row", async () => {
  const { page, faults } = await openWatched();
  for (const { log, columns, rows } of logs) {
    faults.push(...(await look(page, `/search?case=${CASE}&log=${log}&columns=${columns}`)));
    const grid = page.getByRole("main").getByRole("grid").first();
    await grid.focus();
    for (let shown = 0; shown < Math.min(rows.length, 120); shown += 20) {
      await page.keyboard.press("PageDown");
      faults.push(...(await look(page)));
    }
  }
  expect([...new Set(faults)]).toEqual([]);
  // The rows that are never scrolled to, and what no log has, are the others.
  expect(seen.size).toBeGreaterThan(COUNT / 3);
  await page.context().close();
}, 600_000);

test("a connection of each protocol, its events, stream, packets and objects are text", async () => {
  const { page, faults } = await openWatched();
  const uids = new Map(
    logs
      .filter(({ log }) => log !== "tunnel")
      .map(({ log, rows }) => [log, rows.find(has)?.["uid"]]),
  );
  // One that several logs tell of is looked at once.
  const known = new Set([...uids.values()].filter((uid) => typeof uid === "string"));
  for (const uid of [...known].slice(0, PROTOCOLS)) {
    faults.push(...(await look(page, `/connections/${uid}`)));
    const events = page.getByRole("list", { name: "Events by time" }).getByRole("button");
    for (const event of (await events.all()).slice(0, 4)) await event.click();
    faults.push(...(await look(page)));
    faults.push(...(await look(page, `/connections/${uid}?tab=stream`)));
  }
  expect([...new Set(faults)]).toEqual([]);
  await page.context().close();
}, 600_000);

test("overview, objects, captures, keys, ledger and cases are text", async () => {
  const { page, faults } = await openWatched();
  for (const path of ["/", "/objects", "/captures", "/keys", "/ledger", "/cases", "/people"]) {
    faults.push(...(await look(page, `${path}?case=${CASE}`)));
  }
  for (const row of rowsOf(home.run("segments", "--case", CASE, "--json"))) {
    faults.push(...(await look(page, `/captures?capture=${String(row["capture"])}`)));
  }
  const files = logs.find(({ log }) => log === "files")!.rows.filter((row) => has(row));
  for (const { fuid } of files.slice(0, 12)) {
    faults.push(...(await look(page, `/objects?case=${CASE}&object=${String(fuid)}`)));
  }
  expect([...new Set(faults)]).toEqual([]);
  await page.context().close();
}, 300_000);

test("what people call things is text: searches, tokens, and why one was revoked", async () => {
  const { page, faults } = await openWatched();
  seen.clear();
  faults.push(...(await look(page, `/cases?case=${CASE}`)));
  faults.push(...(await look(page, `/search?case=${CASE}`)));
  await page.getByRole("button", { name: "Save" }).click();
  faults.push(...(await look(page)));
  faults.push(...(await look(page, "/ledger?type=credential.revoke")));
  const [link] = /http:\S+/.exec(home.run("people", "link", PERSON)) ?? [];
  const own = await home.newPage();
  await own.goto(link!);
  for (const label of ["New password", "New password again"])
    await own.getByLabel(label, { exact: true }).fill("a good long password");
  await own.getByRole("button", { name: "Set the password" }).click();
  await own.getByRole("navigation", { name: "Pages" }).waitFor();
  await own.goto(`${new URL(own.url()).origin}/me`);
  await settled(own);
  const mine = await inspect(own);
  for (const marker of mine.markers) seen.add(marker);
  expect([...new Set([...faults, ...mine.faults])]).toEqual([]);
  const markers = given.slice(0, NAMED + 1).map((text) => MARKER.exec(text)![0]);
  expect(markers.filter((marker) => !seen.has(marker))).toEqual([]);
  await own.context().close();
  await page.context().close();
});

test("menus, facets and completions made of planted values are text", async () => {
  const { page, faults } = await openWatched();
  for (const [log, field] of [
    ["http", "user_agent"],
    ["dns", "query"],
    ["ssl", "server_name"],
    ["smb_files", "name"],
  ] as const) {
    faults.push(...(await look(page, `/search?case=${CASE}&log=${log}&columns=${field}`)));
    const cells = page.getByRole("gridcell").filter({ hasText: MARKER });
    for (const cell of (await cells.all()).slice(0, 6)) {
      await cell.click({ button: "right" });
      await page
        .getByRole("menuitem", { name: /^Only these/ })
        .first()
        .waitFor();
      faults.push(...(await look(page)));
      await page.keyboard.press("Escape");
    }
    const bar = page.getByRole("combobox", { name: "Query" });
    await bar.fill("");
    await bar.pressSequentially(`${log}.${field} == `);
    faults.push(...(await look(page)));
    await page.keyboard.press("Escape");
  }
  expect([...new Set(faults)]).toEqual([]);
  await page.context().close();
}, 300_000);

test("a planted value asked for from its menu finds its own rows", async () => {
  const { page, faults } = await openWatched();
  for (const [log, field] of [
    ["http", "user_agent"],
    ["smtp", "subject"],
    ["irc", "nick"],
    ["syslog", "message"],
  ] as const) {
    for (let n = 0; n < 8; n++) {
      await page.goto(`${home.address}/search?case=${CASE}&log=${log}&columns=${field}`);
      const cell = page.getByRole("gridcell").filter({ hasText: MARKER }).nth(n);
      const text = await cell.textContent();
      await cell.click({ button: "right" });
      const only = page.getByRole("menuitem", { name: /^Only these/ }).first();
      await only.click();
      await expect.poll(() => new URL(page.url()).searchParams.get("q")).toContain(log);
      const own = page.getByRole("gridcell").filter({ hasText: MARKER });
      await expect.poll(() => own.count(), { message: text ?? "" }).toBeGreaterThan(0);
      await settled(page);
      expect(new Set(await own.allTextContents())).toEqual(new Set([text]));
    }
  }
  expect([...new Set(faults)]).toEqual([]);
  await page.context().close();
}, 300_000);

test("what is taken out is a file to keep, not to show, and its name says nothing", async () => {
  const { page, faults } = await openWatched();
  const file = logs
    .find(({ log }) => log === "files")!
    .rows.find((row) => MARKER.test(String(row["filename"])))!;
  for (const path of [
    `objects/${String(file["fuid"])}?purpose=x`,
    `segments/${String(rowsOf(home.run("segments", "--case", CASE, "--json"))[0]!["segment"])}/body`,
  ]) {
    const answer = await page.request.get(`${home.address}/api/v1/${path}`);
    expect(answer.status(), path).toBe(200);
    const headers = answer.headers();
    expect(headers["content-disposition"]).toMatch(/^attachment(; filename="[A-Za-z0-9.-]+")?$/);
    expect(headers["content-type"]).toBe("application/octet-stream");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(JSON.stringify(headers)).not.toMatch(MARKER);
  }
  await page.goto(`${home.address}/objects?case=${CASE}&object=${String(file["fuid"])}`);
  const [saved] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: /^Download as F/ }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe(`${String(file["fuid"])}.bin`);
  expect(readFileSync(await saved.path()).length).toBeGreaterThan(0);
  expect([...new Set(faults)]).toEqual([]);
  await page.context().close();
});
