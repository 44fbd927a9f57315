import { renameSync } from "node:fs";
import { join } from "node:path";
import type { Page, Route } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { disagreeing } from "./captures.ts";
import { expectAccessible, ServedHome } from "./served-home.ts";

const home = new ServedHome();
const LOST = "lost";
let uid = "";

beforeAll(async () => {
  await home.start();
  [uid] = home.import(LOST, disagreeing()) as [string];
});
afterAll(() => home.stop());
afterEach(() => home.expectNoComplaints());

const main = (page: Page) => page.getByRole("main");
const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });

// Other states are seen where they belong: no WebAssembly, too many packets and a cancelled load in
// wireshark.test.ts; what is not within one's authority in people.test.ts; a cancelled import in
// page.test.ts; no match, and a log without rows, in logs.test.ts.

test("a cancelled query leaves no bars behind, and is run again as a whole", async () => {
  const page = await home.open("/search?q=port+53", { theme: "light" });
  const legend = page.getByRole("list", { name: "Legend: flows by service" });
  await legend.waitFor();
  let isHeld = true;
  await page.route(/\/api\/v1\/(query|top|histogram)\b/, (route) =>
    isHeld ? undefined : route.continue(),
  );
  const bar = page.getByRole("combobox", { name: "Query" });
  await bar.fill("port 443");
  await bar.press("Enter");
  await main(page).getByText("Searching conn…").waitFor();
  await button(page, "Cancel").first().click();
  await main(page).getByText("The query was cancelled", { exact: true }).waitFor();
  await main(page).getByText("No bars: the query was cancelled.").waitFor();
  const facet = page.getByText("cancelled", { exact: true }).first();
  await facet.waitFor();
  await expectAccessible(page);
  isHeld = false;
  await button(page, "Run it again").click();
  await page.getByText(/^[\d,]+ connections$/).waitFor();
  await legend.waitFor();
  await facet.waitFor({ state: "detached" });
  await page.context().close();
});

test("a query that does not read is one fault, and is not offered again", async () => {
  const page = await home.open("/search?q=conn.orig_byte+%3E+1");
  await page.getByRole("alert").getByText('No log has a field "conn.orig_byte"').waitFor();
  await main(page).getByText("No bars: the query does not read.").waitFor();
  const facets = page.getByRole("complementary", { name: "Most frequent values" });
  await facets.getByText("the query does not read").first().waitFor();
  expect(await page.getByRole("alert").count()).toBe(1);
  expect(await button(page, "Try again").count()).toBe(0);
  await expectAccessible(page);
  await page.context().close();
});

test("an address without a page, or of no connection, leads on", async () => {
  const page = await home.open("/nowhere");
  await page.getByRole("link", { name: "To the overview" }).waitFor();
  await expectAccessible(page);
  await page.goto(`${home.address}/connections/CAAAAAAAAAAA`);
  await page.getByText("No connection CAAAAAAAAAAA is in this home").waitFor();
  await page.getByRole("link", { name: "Search connections" }).waitFor();
  await expectAccessible(page);
  // The browser says of the two that they answered 404.
  home.complaints.splice(0);
  await page.context().close();
});

test("when the server is lost every pane says so, and comes back when it does", async () => {
  const page = await home.open("/search");
  await page.getByText(/^[\d,]+ connections$/).waitFor();
  await page.context().setOffline(true);
  await page.getByRole("combobox", { name: "Query" }).fill("port 53");
  await page.keyboard.press("Enter");
  const said = main(page).getByText("The server does not answer.").first();
  await said.waitFor();
  await main(page)
    .getByText(/start it with: holdfast serve/)
    .first()
    .waitFor();
  const strip = page.getByRole("region", { name: "State of the evidence" });
  await strip.getByText("The server does not answer.").waitFor();
  await expectAccessible(page);
  await page.context().setOffline(false);
  await page.getByText(/^[\d,]+ connections$/).waitFor();
  await strip.getByText("key on this disk").waitFor();
  // The browser says of each request that it failed.
  home.complaints.splice(0);
  await page.context().close();
});

test("packets that have expired say since when, on each tab and where they lay", async () => {
  const page = await home.open("/me", { reads: LOST });
  await page.route("**/api/v1/connections/**", (route) =>
    changed(route, { state: "expired", says: "expired on 2026-03-12", places: [] }),
  );
  await page.goto(`${home.address}/connections/${uid}`);
  await main(page).getByText("The packets have expired").waitFor();
  await main(page).getByText("expired: expired on 2026-03-12").waitFor();
  expect(await button(page, /^(Open|Download|Network, client)/).count()).toBe(0);
  expect(await page.getByText("Expired on 2026-03-12.").count()).toBe(2);
  await expectAccessible(page);
  await page.getByRole("tab", { name: "Stream" }).click();
  await main(page).getByText("No stream can be read any more").waitFor();
  await page.context().close();
});

/** Answers with other facts about the packets: nothing expires yet. */
async function changed(route: Route, packets: object): Promise<void> {
  const response = await route.fetch();
  const answer = (await response.json()) as { packets?: object };
  if (answer.packets !== undefined) answer.packets = { ...answer.packets, ...packets };
  await route.fulfill({ response, json: answer });
}

test("a segment that is gone leaves what is known of its connections, and says which it is", async () => {
  const line = home.run("segments", "--case", LOST, "--json").split("\n")[0]!;
  const { segment } = JSON.parse(line) as { segment: string };
  const body = join(home.folder, "home", "vault", `${segment}.body`);
  renameSync(body, `${body}.gone`);
  await home.restart();
  const page = await home.open(`/connections/${uid}`);
  await page.getByRole("heading", { name: /^10\.0\.0\.1 sent/ }).waitFor();
  await main(page).getByText("The packets cannot be opened").waitFor();
  await main(page)
    .getByText(new RegExp(`Cannot open segment ${segment}: no such file`))
    .first()
    .waitFor();
  expect(await button(page, /^(Open|Download|Network, client)/).count()).toBe(0);
  await expectAccessible(page);
  await page.context().close();
  renameSync(`${body}.gone`, body);
});
