import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { expectAccessible, ServedHome } from "./served-home.ts";

const home = new ServedHome();
const hosts: Server[] = [];
let markup = "";

/** A ticket of somebody else's, with a trace in it; its origin. */
async function ticketSystem(): Promise<string> {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(markup);
  });
  hosts.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

let named = "";
let unnamed = "";
let uid = "";

beforeAll(async () => {
  named = await ticketSystem();
  unnamed = await ticketSystem();
  await home.start(["--embed-origin", named]);
  uid = (JSON.parse(home.run("query", "conn.orig_bytes > 10MB", "--json")) as { uid: string }).uid;
});
afterAll(async () => {
  await home.stop();
  for (const server of hosts) server.close();
});
afterEach(() => {
  home.complaints.length = 0;
});

function ticketWith(token: string | undefined): void {
  const own = token === undefined ? "" : ` token="${token}"`;
  markup = `<!doctype html><html lang="en"><title>Ticket</title><section aria-label="Ticket"><h1>Ticket</h1>
    <script src="${home.address}/holdfast-trace.js"></script>
    <holdfast-trace src="${home.address}/embed/${uid}"${own}></holdfast-trace></section>`;
}

test("a ticket shows a connection and its packets to whom its token lets see them", async () => {
  home.run("people", "add", "ada", "--role", "investigator", "--case", "scratch");
  const made = home.run(
    "tokens",
    "create",
    ...["--person", "ada", "--scope", "metadata", "packets", "--label", "tickets", "--json"],
  );
  const { token } = JSON.parse(made) as { token: string };
  ticketWith(token);
  const page = await home.newPage();
  await page.goto(named);
  const trace = page.frameLocator("iframe");
  await trace.getByRole("heading", { name: /10\.4\.22\.45 sent 38 MB/ }).waitFor();
  // The token is in no address that could be sent on.
  const frame = page.frames().find((one) => one.url().includes("/embed/"));
  expect(await frame?.evaluate("location.href")).toBe(`${home.address}/embed/${uid}`);
  await trace.getByRole("button", { name: /^Open [\d,]+ packets$/ }).click();
  await trace.getByLabel("Purpose").fill("ticket 4711");
  await trace.getByRole("button", { name: "Open and record" }).click();
  await trace.getByText(/^read recorded as entry \d+$/).waitFor({ timeout: 60_000 });
  await expectAccessible(page);
  const reads = home
    .run("ledger", "--type", "read.packets", "--json")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { purpose: string; actor: { name: string } });
  expect(reads.at(-1)).toMatchObject({ purpose: "ticket 4711", actor: { name: "ada" } });
  await page.context().close();
}, 120_000);

test("without a token nothing is shown but what is needed", async () => {
  ticketWith(undefined);
  const page = await home.newPage();
  await page.goto(named);
  await page.frameLocator("iframe").getByText("This trace needs a token").waitFor();
  await expectAccessible(page);
  await page.context().close();
});

test("a page that was not named may not show it, and no other page of ours may be framed", async () => {
  ticketWith(undefined);
  const page = await home.newPage();
  await page.goto(unnamed);
  await expect.poll(() => home.complaints.join("\n")).toMatch(/frame-ancestors/);
  for (const [path, ancestors] of [
    ["/", "'none'"],
    [`/connections/${uid}`, "'none'"],
    [`/embed/${uid}`, named],
  ] as const) {
    const answer = await fetch(`${home.address}${path}`);
    const policy = answer.headers.get("content-security-policy");
    expect(policy).toContain(`frame-ancestors ${ancestors}`);
  }
  await page.context().close();
});
