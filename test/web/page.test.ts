import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { writeIncident } from "../../src/core/traffic/index.ts";
import { expectAccessible, ServedHome, tabTo } from "./served-home.ts";

const home = new ServedHome();

beforeAll(() => home.start());
afterAll(() => home.stop());
afterEach(() => home.expectNoComplaints());

const query = (page: Page) => page.getByRole("combobox", { name: "Query" });

test("without a session the page says how to get in, and a used link says that it was used", async () => {
  const page = await home.newPage();
  await page.goto(home.address);
  await page.getByText("holdfast serve --link").waitFor();
  await expectAccessible(page);
  const link = home.link();
  await page.goto(link);
  await page.getByText("what was it?").waitFor();
  await page.context().clearCookies();
  await page.goto(link);
  await page.getByText("This login link was used already").waitFor();
  await page.context().close();
});

test("the headline leads to its connection by keyboard alone", async () => {
  const page = await home.open("/");
  await tabTo(page, "link", /what was it/);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /10\.4\.22\.45 sent 38 MB to 203\.0\.113\.9/ }).waitFor();
  expect(new URL(page.url()).pathname).toMatch(/^\/connections\/C/);
  await page.context().close();
});

test("a search is typed, run, walked through and opened by keyboard alone", async () => {
  const page = await home.open("/");
  await page.keyboard.press("/");
  await page.keyboard.type("host 203.0.113.9");
  await page.keyboard.press("Enter");
  await page.getByText(/^\d+ connections?$/).waitFor();
  expect(new URL(page.url()).searchParams.get("q")).toBe("host 203.0.113.9");
  await tabTo(page, "grid", "Connections");
  const selected = page.locator("[role=row][aria-selected=true]");
  const first = await selected.getAttribute("aria-rowindex");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  expect(await selected.getAttribute("aria-rowindex")).toBe(first);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Packets" }).waitFor();
  await page.context().close();
});

test("a fault is underlined at its column with what would be right", async () => {
  const page = await home.open("/search");
  await query(page).fill("host 10.4.22.45 and prt 80");
  await query(page).press("Enter");
  await page.getByText("Did you mean port?").waitFor();
  const mark = page.locator("[data-fault-column]");
  expect(await mark.getAttribute("data-fault-column")).toBe("21");
  expect(await mark.textContent()).toBe("prt");
  expect(await query(page).getAttribute("aria-invalid")).toBe("true");
  await page.context().close();
});

test("behind a field the values that were seen are offered, the most frequent first", async () => {
  const page = await home.open("/search?log=dns");
  await query(page).pressSequentially('dns.query == "doc');
  const first = page.getByRole("option").first();
  await page.getByRole("option", { name: /docs\.example\.org/ }).waitFor();
  expect(await first.textContent()).toMatch(/docs\.example\.org.*in [\d,]+ rows/);
  await page.keyboard.press("Tab");
  expect(await query(page).inputValue()).toBe('dns.query == "docs.example.org" ');
  await page.keyboard.press("Enter");
  await page.getByText(/^[\d,]+ rows of dns$/).waitFor();
  await page.context().close();
});

test("completions come with their sentence and are taken by Tab", async () => {
  const page = await home.open("/search");
  await query(page).pressSequentially("conn.orig_by");
  await page.getByRole("option", { name: /conn\.orig_bytes/ }).waitFor();
  await page.keyboard.press("Tab");
  expect(await query(page).inputValue()).toBe("conn.orig_bytes ");
  await page.keyboard.type("> 10MB");
  await page.keyboard.press("Enter");
  await page.getByText(/^1 connection$/).waitFor();
  await page.context().close();
});

test("a drag over the bars narrows the time range in the address, and a double-click widens it", async () => {
  const page = await home.open("/search");
  const total = await page.getByText(/^[\d,]+ connections$/).textContent();
  const over = page.locator(".u-over");
  const box = (await over.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.7, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.9, box.y + 20, { steps: 5 });
  await page.mouse.up();
  await page.waitForURL(/from=.*to=/);
  await expect.poll(() => page.getByText(/^[\d,]+ connections$/).textContent()).not.toBe(total);
  for (let n = 0; n < 6 && page.url().includes("from="); n++) {
    await over.dblclick();
    await page.waitForTimeout(300);
  }
  expect(await query(page).inputValue()).toBe("");
  await page.context().close();
});

test("rows far down are fetched when they are scrolled to", async () => {
  const page = await home.open("/search");
  await tabTo(page, "grid", "Connections");
  await page.keyboard.press("End");
  const last = page.locator("[role=row][aria-selected=true]");
  await expect.poll(() => last.locator("[role=gridcell]").count()).toBeGreaterThan(5);
  expect(Number(await last.getAttribute("aria-rowindex"))).toBeGreaterThan(1000);
  await page.context().close();
});

test("packets open after a purpose, on record, and tree and bytes light each other", async () => {
  const page = await home.open("/search?q=host%20203.0.113.9%20and%20conn.orig_bytes%20%3E%2010MB");
  await tabTo(page, "grid", "Connections");
  await page.keyboard.press("Enter");
  await tabTo(page, "button", /^Open [\d,]+ packets$/);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type("what left that night");
  await page.keyboard.press("Enter");
  await page.getByText(/read recorded as entry \d+/).waitFor();
  await tabTo(page, "tree", "Fields of the packet");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  // Ethernet's header: fourteen bytes, each lit as number and as text.
  await expect.poll(() => page.locator("[data-lit]").count()).toBe(28);
  await page.locator("[data-offset='47']").first().click();
  const field = page.locator("[role=treeitem][aria-selected=true]");
  await expect.poll(() => field.textContent()).toContain("Flags");
  await expectAccessible(page);
  await page.getByRole("grid", { name: "Packets" }).focus();
  await page.keyboard.press("j");
  await page.locator("[data-row='2'][aria-selected=true]").waitFor();
  await page.reload();
  // Once per case and session: the second time nothing is asked.
  await page.getByText(/read recorded as entry \d+/).waitFor();
  await page.context().close();
});

test("a field is explained by packets and bytes, and leads to them", async () => {
  const page = await home.open("/search?q=conn.orig_bytes%20%3E%2010MB");
  await page.getByRole("row").nth(1).dblclick();
  await page.getByRole("button", { name: "Explain history" }).click();
  await page.getByLabel("Purpose").fill("to see why");
  await page.keyboard.press("Enter");
  const steps = page.getByRole("list", { name: "Packets that changed it" });
  await steps.getByRole("button", { name: "packet 2", exact: true }).click();
  await page.locator('[data-row="2"][aria-selected=true]').waitFor();
  await page.context().close();
});

test("the packets of a connection are saved as pcapng", async () => {
  const page = await home.open("/search?q=host%20203.0.113.9%20and%20conn.orig_bytes%20%3C%201MB");
  await page.goto(`${home.address}/search?q=udp`);
  await page.getByRole("row").nth(1).dblclick();
  await page.getByRole("button", { name: "Download pcapng" }).click();
  await page.getByLabel("Purpose").fill("for a colleague");
  const [saved] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  expect(saved.suggestedFilename()).toMatch(/^C\w+\.pcapng$/);
  const path = join(home.folder, "saved.pcapng");
  await saved.saveAs(path);
  expect(readFileSync(path).readUInt32BE(0)).toBe(0x0a0d0d0a);
  await page.context().close();
});

test("a chosen file is imported with progress, its twin is recognised, and what is no capture says so", async () => {
  const page = await home.open("/captures");
  const path = join(home.folder, "again.pcapng");
  writeFileSync(path, Buffer.concat([...writeIncident()]));
  const wrong = join(home.folder, "wrong.pcap");
  writeFileSync(wrong, "this is no capture");
  await page.getByLabel("Into case").fill("second");
  const input = page.getByLabel("Capture files");
  const line = page.getByRole("list", { name: "Imports" }).getByRole("listitem");
  await input.setInputFiles(path);
  await page.getByRole("progressbar").waitFor();
  await line.getByText(/Sealed with 55,313 packets/).waitFor();
  await input.setInputFiles([path, wrong]);
  await line.getByText(/The same bytes are sealed already/).waitFor();
  await line.getByRole("alert").waitFor();
  await expectAccessible(page);
  await page.context().close();
});

/** Runs in the page: what a browser does when a file is let go over it. */
const DROP = `(text) => {
  const data = new DataTransfer();
  const content = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  data.items.add(new File([content], "cut-short.pcapng"));
  const options = { dataTransfer: data, bubbles: true, cancelable: true };
  document.body.dispatchEvent(new DragEvent("drop", options));
}`;

test("a file dropped anywhere is imported", async () => {
  const page = await home.open("/");
  const bytes = Buffer.concat([...writeIncident()])
    .subarray(0, 200_000)
    .toString("base64");
  await page.evaluate(`(${DROP})(${JSON.stringify(bytes)})`);
  const line = page.getByRole("list", { name: "Imports" }).getByRole("listitem");
  await line.getByText(/Sealed with [\d,]+ packets/).waitFor();
  await page.context().close();
});

test("an import is cancelled by keyboard and nothing of it stays", async () => {
  const page = await home.open("/captures");
  const path = join(home.folder, "cancelled.pcapng");
  const incident = Buffer.concat([...writeIncident()]);
  writeFileSync(path, Buffer.concat([incident, incident, incident, incident]));
  await page.getByLabel("Capture files").setInputFiles(path);
  await tabTo(page, "button", /Cancel the import/);
  await page.keyboard.press("Enter");
  await page.getByText(/Cancelled: nothing of it was kept/).waitFor();
  await page.context().close();
});

test("the ledger is verified by keyboard and says so on every page", async () => {
  const page = await home.open("/ledger");
  await tabTo(page, "button", "Verify now");
  await page.keyboard.press("Enter");
  await page.getByText("Everything is as it was sealed.").waitFor();
  await page.getByText(/decrypted and checked/).waitFor();
  await page.getByRole("link", { name: /^verified just now/ }).waitFor();
  await page.getByLabel("Type").selectOption("segment.seal");
  await page
    .getByText(/^segment \w+ sealed/)
    .first()
    .waitFor();
  await tabTo(page, "grid", "Ledger entries");
  await page.keyboard.press("Enter");
  await page.getByText('"plaintext_sha256"').waitFor();
  await page.context().close();
});

test("? shows all keys, and Esc leads back", async () => {
  const page = await home.open("/");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await page.waitForURL(/\/captures$/);
  await page.context().close();
});
