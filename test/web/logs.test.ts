import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { expectAccessible, ServedHome, tabTo } from "./served-home.ts";

const home = new ServedHome();

beforeAll(() => home.start());
afterAll(() => home.stop());
afterEach(() => home.expectNoComplaints());

const parameter = (page: Page, name: string): string | null =>
  new URL(page.url()).searchParams.get(name);

/** A page whose purpose of reading packets is said already. */
const openToRead = (path: string): Promise<Page> => home.open(path, { reads: "scratch" });

/** The first row of a log that answers a query, as the program says it. */
function firstRow(log: string, q: string): Record<string, unknown> {
  const [line = "{}"] = home.run("query", "--log", log, "--json", "--limit", "1", q).split("\n");
  return JSON.parse(line) as Record<string, unknown>;
}

test("every log is searched: rows, the columns it shows first, a sort that the address keeps", async () => {
  const page = await home.open("/search");
  const select = page.getByLabel("Log", { exact: true });
  await page.locator("option", { hasText: /^dns \(275\)$/ }).waitFor({ state: "attached" });
  await select.selectOption("dns");
  await page.getByText(/^275 rows of dns$/).waitFor();
  const heads = await page.getByRole("columnheader").allTextContents();
  expect(heads).toContain("qtype_name");
  expect(heads).not.toContain("community_id");
  await page.getByRole("button", { name: "query", exact: true }).click();
  const sorted = page.getByRole("columnheader", { name: "query", exact: true });
  await expect.poll(() => sorted.getAttribute("aria-sort")).toBe("ascending");
  expect(parameter(page, "sort")).toBe("query");
  await select.selectOption("mysql");
  await page.getByText("No row of mysql here").waitFor();
  await page.getByRole("main").getByRole("link", { name: "dns", exact: true }).click();
  await page.getByText(/^275 rows of dns$/).waitFor();
  await page.context().close();
});

test("columns are added, moved and taken away, and are there the next time", async () => {
  const page = await home.open("/search?log=http");
  await page.getByRole("columnheader", { name: "uri" }).waitFor();
  await tabTo(page, "button", "Columns");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await page.keyboard.type("trans_depth");
  await dialog.getByRole("checkbox", { name: /^trans_depth / }).check();
  await dialog.getByRole("button", { name: "trans_depth earlier" }).click();
  await dialog.getByRole("checkbox", { name: /^uri / }).click();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  const heads = page.getByRole("columnheader");
  const names = await heads.allTextContents();
  expect(names).not.toContain("uri");
  expect(names.indexOf("trans_depth")).toBe(names.length - 2);
  expect(parameter(page, "columns")).toContain("trans_depth");
  await page.goto(`${home.address}/search?log=http`);
  await heads.filter({ hasText: "trans_depth" }).waitFor();
  expect(await heads.allTextContents()).toEqual(names);
  await page.context().close();
});

test("a value's menu opens by keyboard, narrows the question, and leads to the connections", async () => {
  const page = await home.open("/search?log=dns");
  await tabTo(page, "grid", "Rows of dns");
  const names = await page.getByRole("columnheader").allTextContents();
  for (let n = names.indexOf("query"); n > 0; n--) await page.keyboard.press("ArrowRight");
  const value = await page
    .locator("[aria-selected=true] > *")
    .nth(names.indexOf("query"))
    .textContent();
  await page.keyboard.press("m");
  await page.getByRole("menuitem", { name: /^Only these/ }).waitFor();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await page.getByRole("menu").waitFor({ state: "detached" });
  await page.keyboard.press("m");
  await page.keyboard.press("Enter");
  await expect.poll(() => parameter(page, "q")).toBe(`dns.query == "${value}"`);
  await page.getByText(/^\d+ rows of dns$/).waitFor();
  await page
    .getByRole("gridcell", { name: String(value) })
    .first()
    .click({ button: "right" });
  await page.getByRole("menuitem", { name: /^Connections where/ }).click();
  await page.getByText(/^\d+ connections$/).waitFor();
  expect(parameter(page, "log")).toBeNull();
  await page.context().close();
});

test("the most frequent values are counted; a click asks for one, with Alt it is left out", async () => {
  const page = await home.open("/search?log=http");
  const side = page.getByRole("complementary", { name: "Most frequent values" });
  const [first] = (await page.request
    .post(`${home.address}/api/v1/top`, { data: { log: "http", by: ["host"], limit: 1 } })
    .then((answer) => answer.json())
    .then(({ groups }) => groups)) as { values: string[]; rows: number }[];
  const host = first!.values[0]!;
  const value = side.getByRole("button", { name: `${host} ${first!.rows}`, exact: true });
  await value.click({ modifiers: ["Alt"] });
  await expect.poll(() => parameter(page, "q")).toBe(`not http.host == "${host}"`);
  await value.waitFor({ state: "detached" });
  await page.goBack();
  await value.click();
  await page.getByText(`${first!.rows} rows of http`, { exact: true }).waitFor();
  expect(parameter(page, "q")).toBe(`http.host == "${host}"`);
  await page.context().close();
});

test("the query bar completes the fields of the log that is looked at first", async () => {
  const page = await home.open("/search?log=ssl");
  const query = page.getByRole("combobox", { name: "Query" });
  await query.pressSequentially("version");
  await page.getByRole("option").first().waitFor();
  expect(await page.getByRole("option").first().textContent()).toContain("ssl.version");
  await page.context().close();
});

test("a connection's events unfold, and a field of any of them is explained by its bytes", async () => {
  const { uid, uri } = firstRow("http", "has http.uri");
  const page = await openToRead(`/connections/${String(uid)}`);
  const events = page.getByRole("list", { name: "Events by time" });
  const line = events.getByRole("button", { name: / http / }).first();
  await line.focus();
  await page.keyboard.press("Enter");
  await tabTo(page, "button", "Explain http.uri");
  await page.keyboard.press("Enter");
  const steps = page.getByRole("list", { name: "Packets that changed it" });
  await steps.getByText(String(uri), { exact: true }).first().waitFor();
  await steps.getByText(/http\.uri · bytes \d+–\d+ · [0-9a-f]+/).waitFor();
  await expectAccessible(page);
  await steps
    .getByRole("button", { name: /^packet \d+$/ })
    .first()
    .click();
  await page.getByText(/read recorded as entry \d+/).waitFor();
  await page.locator('[data-row="4"][aria-selected=true]').waitFor();
  await page.context().close();
});

test("objects are listed, filtered, and taken out under a name that says nothing, with the log's digest", async () => {
  const zip = firstRow("files", 'files.mime_type == "application/zip"');
  const page = await openToRead("/objects");
  await page.getByText(/^\d+ objects$/).waitFor();
  await page
    .getByRole("region", { name: "mime_type" })
    .getByRole("button", { name: /^application\/zip \d+$/ })
    .click();
  await page.getByText(/^1 object$/).waitFor();
  await tabTo(page, "grid", "Objects");
  await page.keyboard.press("Enter");
  const one = page.getByRole("region", { name: `Object ${String(zip["fuid"])}`, exact: true });
  await one.getByText(String(zip["sha256"])).waitFor();
  await one.getByRole("list", { name: "Members" }).getByRole("listitem").first().waitFor();
  await expectAccessible(page);
  const small = firstRow("files", 'files.source == HTTP and files.mime_type == "text/plain"');
  await page.goto(`${home.address}/objects?object=${String(small["fuid"])}`);
  const [saved] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: /^Download as F/ }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe(`${String(small["fuid"])}.bin`);
  await page.getByText(/its SHA-256 is the one in the log/).waitFor();
  const path = join(home.folder, "object.bin");
  await saved.saveAs(path);
  expect(createHash("sha256").update(readFileSync(path)).digest("hex")).toBe(small["sha256"]);
  await page.context().close();
});

test("a connection shows what travelled over it, with digest and members", async () => {
  const zip = firstRow("files", 'files.mime_type == "application/zip"');
  const page = await openToRead(`/connections/${String(zip["uid"])}`);
  const list = page.getByRole("list", { name: "Objects of the connection" });
  await list.getByText(String(zip["sha256"]).slice(0, 12)).waitFor();
  await list.getByRole("button", { name: `Object ${String(zip["fuid"])}` }).click();
  await list.getByRole("list", { name: "Members" }).waitFor();
  await expectAccessible(page);
  await page.context().close();
});

test("a key log is sealed from a file and listed; what is none says what one looks like", async () => {
  const page = await home.open("/keys");
  await page.getByText("No key log was given yet").waitFor();
  const good = join(home.folder, "sslkeys.log");
  writeFileSync(good, `CLIENT_RANDOM ${"5".repeat(64)} ${"a".repeat(96)}\n`);
  const wrong = join(home.folder, "notes.txt");
  writeFileSync(wrong, "nothing secret");
  const file = page.getByLabel("File (NSS key log)");
  await file.setInputFiles(wrong);
  await page.getByRole("button", { name: "Seal it" }).click();
  await page
    .getByRole("alert")
    .getByText(/its lines look like CLIENT_RANDOM/i)
    .waitFor();
  await file.setInputFiles(good);
  await page.getByLabel("Why you may open these sessions").fill("the owner's consent");
  await page.keyboard.press("Enter");
  await page.getByText(/sslkeys\.log is sealed in case scratch, entry \d+/).waitFor();
  await page.getByRole("grid", { name: "Key logs" }).getByText("the owner's consent").waitFor();
  expect(await page.content()).not.toContain("a".repeat(96));
  expect(await file.inputValue()).toBe("");
  await page.context().close();
});
