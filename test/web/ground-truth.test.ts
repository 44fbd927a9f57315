import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { bursting, disagreeing, long, tunnelled } from "./captures.ts";
import { expectAccessible, ServedHome, tabTo } from "./served-home.ts";
import { settled } from "./settled.ts";

const home = new ServedHome();
let uids: Record<"disagreeing" | "long" | "tunnelled" | "bursting", string[]>;

beforeAll(async () => {
  await home.start();
  uids = {
    disagreeing: home.import("disagreeing", disagreeing()),
    long: home.import("long", long()),
    tunnelled: home.import("tunnelled", tunnelled()),
    bursting: home.import("bursting", bursting()),
  };
});
afterAll(() => home.stop());
afterEach(() => home.expectNoComplaints());

/** Opens a connection; the purpose is said already unless it is to be asked. */
async function openConnection(
  of: keyof typeof uids,
  more = "",
  { asks = false }: { asks?: boolean } = {},
): Promise<Page> {
  return await home.open(`/connections/${uids[of][0]!}${more}`, asks ? {} : { reads: of });
}

const stream = (page: Page) => page.getByRole("region", { name: /^The stream/ });

test("a stream is read by keyboard alone, after a purpose, with holes and cuts marked", async () => {
  const page = await openConnection("disagreeing", "", { asks: true });
  await tabTo(page, "tab", "Packets");
  for (const next of ["Over time", "Ladder", "Stream"]) {
    await page.keyboard.press("ArrowRight");
    await page.getByRole("tab", { name: next, selected: true }).waitFor();
  }
  await tabTo(page, "button", "Read the stream");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type("what was said");
  await page.keyboard.press("Enter");
  await stream(page).waitFor();
  const lines = await stream(page).getByRole("listitem").allTextContents();
  expect(lines.join("\n")).toContain("LOGI user=alicery");
  expect(lines.join("\n")).toContain("100 bytes missing: never captured");
  expect(lines.join("\n")).toContain("4 bytes missing: on the wire, cut off by the capture");
  expect(await stream(page).locator("mark").allTextContents()).toEqual(["alice", "real"]);
  await expectAccessible(page);
  await page.context().close();
});

test("another policy reads other bytes, and the address says which", async () => {
  const page = await openConnection("disagreeing", "?tab=stream");
  await stream(page).getByText("LOGI user=").waitFor();
  await page.getByLabel("Where packets overlap, read as").selectOption("windows");
  await stream(page).getByText("mallo").waitFor();
  expect(new URL(page.url()).searchParams.get("policy")).toBe("windows");
  await page.getByRole("radio", { name: "as hex" }).check();
  await stream(page).getByText("6d 61 6c 6c 6f").waitFor();
  await page.reload();
  await stream(page).getByText("6d 61 6c 6c 6f").waitFor();
  await page.context().close();
});

test("where policies disagree, both byte ranges stand side by side and lead to their packets", async () => {
  const page = await openConnection("disagreeing", "?tab=stream&view=differences");
  await page.getByText("Packets disagree in 2 places").waitFor();
  const place = page.getByRole("region", { name: "Places where packets disagree" });
  const first = place.getByRole("listitem").first();
  const text = await first.textContent();
  expect(text).toContain("byte 10, 5 bytes");
  expect(text).toContain("taken by first");
  expect(text).toContain("taken by last, bsd, linux, windows, solaris");
  const policies = page.getByRole("region", { name: "What each policy reads" });
  expect(await policies.getByRole("row").count()).toBe(4);
  await expectAccessible(page);
  await first.getByRole("button", { name: "To packet 5" }).click();
  await page.locator('[data-row="5"][aria-selected=true]').waitFor();
  await page.context().close();
});

test("a stream longer than a page holds says what is left out and how to get it", async () => {
  const page = await openConnection("long", "?tab=stream");
  await page.getByText(/^The first 2\.1 MB of the stream; all of it: holdfast stream C/).waitFor();
  const count = await stream(page).getByRole("listitem").count();
  expect(count).toBeLessThan(120);
  expect(
    Number(await stream(page).getByRole("listitem").first().getAttribute("aria-setsize")),
  ).toBeGreaterThan(10_000);
  await page.context().close();
});

test("a weird event leads to the packets that it names, over pages", async () => {
  const page = await openConnection("long");
  const events = page.getByRole("grid", { name: "Weird events of the connection" });
  await events.getByText("rexmit_inconsistency").first().waitFor();
  await tabTo(page, "grid", "Weird events of the connection");
  // The first is a line of text too long for any protocol of lines.
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator('[data-row="1704"][aria-selected=true]').waitFor();
  await events.getByRole("button", { name: "an older one" }).first().click();
  await page.locator('[data-row="1694"][aria-selected=true]').waitFor();
  await page.context().close();
});

test("a connection in which nothing is weird says so", async () => {
  const page = await openConnection("bursting");
  await page.getByText(/Nothing in this connection breaks its protocol's rules/).waitFor();
  // UDP has no stream: the tab is not there, so that no click leads to nothing.
  await page.getByRole("tab", { name: "Packets" }).waitFor();
  expect(await page.getByRole("tab", { name: "Stream" }).count()).toBe(0);
  await page.context().close();
});

test("the path's numbers stand for both ends, and a plot is drawn once packets are open", async () => {
  const page = await openConnection("disagreeing", "", { asks: true });
  const table = page.getByRole("region", { name: "Table of the path's numbers" });
  const round = await table.getByRole("row", { name: /way there and back/ }).textContent();
  expect(round).toMatch(/1 ms21 ms$/);
  await page.getByText(/No plot over time yet/).waitFor();
  await page.getByRole("button", { name: /^Open 11 packets$/ }).click();
  await page.getByLabel("Purpose").fill("to see");
  await page.keyboard.press("Enter");
  await page.getByRole("img", { name: /^11 packets over 400 ms; 3 sent again or late/ }).waitFor();
  await expectAccessible(page);
  await page.context().close();
});

test("a verdict is asked for by keyboard and says its reasons with their packets", async () => {
  const page = await openConnection("disagreeing");
  await tabTo(page, "button", "Network, client or server?");
  await page.keyboard.press("Enter");
  const reasons = page.getByRole("list", { name: "Reasons of the verdict" });
  await reasons.getByRole("listitem").first().waitFor();
  await reasons
    .getByRole("button", { name: /^To packet \d+$/ })
    .first()
    .click();
  await page.locator("[data-row][aria-selected=true]").waitFor();
  await expectAccessible(page);
  await page.context().close();
});

test("a carrier lists what it carries, and what it carries names its tunnel and leads back", async () => {
  const page = await openConnection("tunnelled");
  await page.getByText("It carries 2 connections inside it:").waitFor();
  await tabTo(page, "grid", "Connections inside this one");
  await page.keyboard.press("Enter");
  await page.getByText("vxlan, VNI 77").waitFor();
  await page.getByText("192.0.2.1 → 192.0.2.2").waitFor();
  await page.getByRole("link", { name: uids.tunnelled[0]! }).click();
  await page.getByText("It carries 2 connections inside it:").waitFor();
  await page.context().close();
});

/** Opens the page of the only capture of a case from the list. */
async function openCapture(caseName: string): Promise<Page> {
  const page = await home.open(`/captures?case=${caseName}`);
  await page.getByRole("link", { name: new RegExp(`${caseName}\\.pcapng$`) }).click();
  await page.getByRole("heading", { name: "Microbursts" }).waitFor();
  return page;
}

test("a capture shows its fullest moments against the link and who filled them, by keyboard", async () => {
  const page = await openCapture("bursting");
  await page.getByRole("img", { name: /^Peak rates: interface 0 out 2\.4 Gbit\/s/ }).waitFor();
  await page.getByRole("combobox", { name: /^Width/ }).selectOption("100us");
  await tabTo(page, "textbox", "The link carries");
  await page.keyboard.type("1x");
  await page.getByText("write 100m, 1g or 2.5g").waitFor();
  await page.keyboard.press("Backspace");
  await page.keyboard.type("g");
  await page.keyboard.press("Enter");
  const links = page.getByRole("grid", { name: "Interfaces and directions" });
  await links.getByText("145 %").waitFor();
  await links.getByText("100 µs, 1 bin").waitFor();
  const burst = page.getByRole("grid", { name: "Fullest moments" }).getByRole("row").nth(1);
  expect(await burst.textContent()).toContain("10.0.0.1:5000 > 198.41.0.4:9999 udp");
  expect(new URL(page.url()).searchParams.get("link")).toBe("1g");
  await expectAccessible(page);
  await burst.getByRole("link").first().click();
  await page.getByRole("heading", { name: /^10\.0\.0\.1 sent/ }).waitFor();
  await page.context().close();
});

test("a capture tells what is weird by name, and each name opens its events", async () => {
  const page = await openCapture("disagreeing");
  await tabTo(page, "button", "rexmit_inconsistency");
  await page.keyboard.press("Enter");
  const events = page.getByRole("grid", { name: /^Events called / });
  await events.getByRole("link", { name: uids.disagreeing[0]! }).first().waitFor();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Close" }).click();
  await events.waitFor({ state: "detached" });
  await page.goto(`${home.address}/captures?capture=nothing`);
  await page.getByText("No capture is called “nothing”").waitFor();
  await page.context().close();
});

test("a read that fails says what happened and can be tried again", async () => {
  const page = await openConnection("disagreeing");
  let asked = 0;
  await page.route("**/stream?*", (route) => {
    asked++;
    return route.abort();
  });
  await page.getByRole("tab", { name: "Stream" }).click();
  await page.getByText("The server does not answer.").waitFor();
  await settled(page);
  expect(asked, "each read is on record: none is repeated unasked").toBe(1);
  await page.unroute("**/stream?*");
  home.complaints.splice(0);
  await page.getByRole("button", { name: "Try again" }).click();
  await stream(page).waitFor();
  await page.context().close();
});
