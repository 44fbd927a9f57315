import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { busy, disagreeing } from "./captures.ts";
import { forbidMouse, type Hand, keyboard, mouse, sayPurpose } from "./hands.ts";
import { ServedHome } from "./served-home.ts";
import { settled } from "./settled.ts";

const home = new ServedHome();
const SLOW_CASE = "slow";

beforeAll(async () => {
  await home.start();
  home.import(SLOW_CASE, disagreeing());
});
afterAll(() => home.stop());
afterEach(() => home.expectNoComplaints());

const HANDS = [mouse, keyboard] as const;

/** A page for a hand; what is no keyboard is forbidden to the one that works with it alone. */
async function openFor(hand: Hand, path: string): Promise<Page> {
  const page = await home.open("/me");
  if (hand === keyboard) await forbidMouse(page);
  await page.goto(home.address + path);
  await settled(page);
  return page;
}

// J1. Left out, since they are not built: the owner and country of the address (with the baseline of
// networks), what the firewall said of it (with the import of firewall logs), the comparison with other
// nights, the hold on the range, and the start of a capture.
test.each(HANDS)("2 a.m., 4 GB out: what it was, by $name", async (hand) => {
  const page = await openFor(hand, "/?case=scratch");
  const spike = page.getByRole("img", { name: /^Bars of / });
  await spike.waitFor();
  if (hand === mouse) {
    await narrowToTwo(page);
    await page
      .getByRole("link", { name: /what was it\?|sent 38 MB/ })
      .first()
      .waitFor();
  }
  await hand.press(page, "link", /10\.4\.22\.45 sent 38 MB to 203\.0\.113\.9, never seen before/);
  await page.getByRole("heading", { name: /10\.4\.22\.45 sent 38 MB to 203\.0\.113\.9/ }).waitFor();
  await page.getByText(/available: all packets are recorded in full/).waitFor();
  await hand.press(page, "button", /^Object F\w+, q1-backup\.zip$/);
  const objects = page.getByRole("list", { name: "Objects of the connection" });
  await objects.getByText("q1-backup.zip").first().waitFor();
  await objects.getByText("application/zip").first().waitFor();
  await objects.getByText(/^[0-9a-f]{64}$/).waitFor();
  await page
    .getByRole("list", { name: "Members", exact: true })
    .getByRole("listitem")
    .first()
    .waitFor();
  await hand.tab(page, "Stream");
  await hand.press(page, "button", "Read the stream");
  await sayPurpose(page, "what left that night");
  const stream = page.getByRole("region", { name: /^The stream/ });
  await stream
    .getByText(/POST \/\S* HTTP\/1\.1/)
    .first()
    .waitFor();
  await hand.write(page, "Note", `the archive left here, found by ${hand.name}`);
  await hand.write(page, "Tags", "exfiltration");
  await hand.press(page, "button", "Add note");
  await page.getByText(/^entered as \d+$/).waitFor();
  await hand.go(page, "g a", "Cases");
  await page.getByText(`the archive left here, found by ${hand.name}`).waitFor();
  await page.context().close();
});

/** Draws over the bars of the hour of the upload, which begins at five sixths of the record. */
async function narrowToTwo(page: Page): Promise<void> {
  const box = (await page.locator(".u-over").boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.82, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.99, box.y + 20, { steps: 5 });
  await page.mouse.up();
  await page.waitForURL(/from=.*to=/);
}

// J7. Left out: the link for people who are not let in, which is the trace inside a ticket (embed.test.ts).
test.each(HANDS)(
  "not the network: whose doing it was, with a link to send, by $name",
  async (hand) => {
    const page = await openFor(hand, "/");
    await hand.ask(page, "host 10.0.0.1 and tcp");
    await page.getByText(/^\d+ connections?$/).waitFor();
    await hand.openFirst(page, "Connections");
    const numbers = page.getByRole("region", { name: "Table of the path's numbers" });
    await numbers.getByRole("row", { name: /way there and back/ }).waitFor();
    await hand.press(page, "button", "Network, client or server?");
    await sayPurpose(page, "ticket 4711");
    const reasons = page.getByRole("list", { name: "Reasons of the verdict" });
    await reasons.getByRole("listitem").first().waitFor();
    const verdict = page.locator("strong[role=status]");
    const said = await verdict.textContent();
    expect(said).toMatch(/^(Network|Client|Server|Unknown|None)/i);
    await hand.press(page, "button", /^To packet \d+$/);
    await page.locator("[data-row][aria-selected=true]").waitFor();
    // What is sent on is the address: a colleague who opens it sees the same sentence.
    const other = await home.open("/me", { reads: SLOW_CASE });
    await other.goto(page.url());
    await expect.poll(() => other.locator("strong[role=status]").textContent()).toBe(said);
    await other.context().close();
    await page.context().close();
  },
);

// J14. Left out: how long the file is to be kept, which is asked once there is retention.
test.each(HANDS)(
  "first ten minutes: a file is brought in and looked at as it loads, by $name",
  async (hand) => {
    const page = await openFor(hand, "/");
    const named = `first-${hand.name}`;
    await page.getByText("what was it?").first().waitFor();
    await hand.go(page, "g c", "Captures");
    await hand.write(page, "Into case", named);
    await hand.write(page, "Purpose", "to see what it is like");
    const path = join(home.folder, `${named}.pcapng`);
    writeFileSync(path, busy(hand.name));
    const line = await slowly(page, async () => {
      await bringIn(hand, page, path);
      await hand.press(page, "link", "Search what is read so far");
      await page.getByRole("grid", { name: "Connections" }).getByRole("row").nth(1).waitFor();
      const running = page.getByRole("link", { name: /^importing / });
      expect(await running.count()).toBe(1);
      expect(new URL(page.url()).searchParams.get("case")).toBe(named);
      await hand.go(page, "g c", "Captures");
      return page.getByRole("list", { name: "Imports" }).getByRole("listitem").first();
    });
    await line.getByText(/Sealed with [\d,]+ packets/).waitFor();
    await bringIn(hand, page, path);
    await page.getByText(/The same bytes are sealed already/).waitFor();
    await page.context().close();
  },
);

/** Chooses a file by keyboard, or drops it from elsewhere. */
async function bringIn(hand: Hand, page: Page, path: string): Promise<void> {
  if (hand === keyboard) {
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      hand.press(page, "button", "Choose files"),
    ]);
    return await chooser.setFiles(path);
  }
  await page.evaluate(`(() => {
    const input = Object.assign(document.createElement("input"), { type: "file", id: "dropped" });
    input.hidden = true;
    document.body.append(input);
  })()`);
  await page.locator("#dropped").setInputFiles(path);
  await page.evaluate(`(() => {
    const input = document.getElementById("dropped");
    const data = new DataTransfer();
    data.items.add(input.files[0]);
    input.remove();
    const options = { dataTransfer: data, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new DragEvent("drop", options));
  })()`);
}

const SLOW_BYTES_PER_SECOND = 1_000_000;

/** Works while the network is slow, so that an import is under way for as long as it is looked at. */
async function slowly<T>(page: Page, work: () => Promise<T>): Promise<T> {
  const session = await page.context().newCDPSession(page);
  const limit = (uploadThroughput: number) =>
    session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput,
    });
  await limit(SLOW_BYTES_PER_SECOND);
  const done = await work();
  await limit(-1);
  return done;
}

const CORPUS = fileURLToPath(new URL("../../../shared/corpus/answers", import.meta.url));
const hasCorpus = existsSync(CORPUS);

/** Brings a capture of the corpus into a case of its own and opens the overview of it. */
async function openAnswer(name: string): Promise<Page> {
  home.import(name, readFileSync(join(CORPUS, name, "input.pcap")));
  return await home.open(`/?case=${name}`, { reads: name });
}

test.skipIf(!hasCorpus)(
  `programs that travelled lead to where they came from (needs the corpus at ${CORPUS})`,
  async () => {
    const page = await openAnswer("malware-emotet");
    await page.getByRole("link", { name: /^2 Windows programs travelled/ }).click();
    await page.getByText(/^2 rows of files$/).waitFor();
    await page.getByRole("grid", { name: "Rows of files" }).getByRole("row").nth(1).dblclick();
    await page.getByRole("list", { name: "Events by time" }).waitFor();
    await page.getByRole("button", { name: /^Object F/ }).click();
    const objects = page.getByRole("list", { name: "Objects of the connection" });
    await objects
      .getByText(/\.dll$/)
      .first()
      .waitFor();
    await objects.getByText("application/x-dosexec").first().waitFor();
    await page.getByRole("tab", { name: "Stream" }).click();
    const stream = page.getByRole("region", { name: /^The stream/ });
    await stream
      .getByText(/GET \/\S+ HTTP\/1\.1/)
      .first()
      .waitFor();
    await page.context().close();
  },
);

test.skipIf(!hasCorpus)(
  `a service installed from afar leads to the call that did it (needs the corpus at ${CORPUS})`,
  async () => {
    const page = await openAnswer("otrf-service-create-sharpsc");
    await page
      .getByRole("link", { name: /172\.18\.39\.5 installs the service Cyb3rWard0g/ })
      .click();
    await page.getByRole("heading", { name: /^172\.18\.39\.5 sent / }).waitFor();
    const events = page.getByRole("list", { name: "Events by time" });
    const notice = events.getByRole("button", { name: /Remote_Service_Created/ }).first();
    await notice.click();
    await events
      .getByText(/GruntHTTP2\.exe/)
      .first()
      .waitFor();
    await page.getByRole("tab", { name: "Stream" }).click();
    await page
      .getByRole("region", { name: /^The stream/ })
      .getByRole("listitem")
      .first()
      .waitFor();
    await page.context().close();
  },
);
