import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { disagreeing, HOSTILE, hostile, plain } from "./captures.ts";
import { expectAccessible, ServedHome, tabTo } from "./served-home.ts";

const home = new ServedHome();
let uids: Record<"hostile" | "plain" | "endless" | "disagreeing", string>;

beforeAll(async () => {
  await home.start();
  uids = {
    hostile: home.import("hostile", hostile())[0]!,
    plain: home.import("plain", plain(1000))[0]!,
    endless: home.import("endless", plain(50_100))[0]!,
    disagreeing: home.import("disagreeing", disagreeing())[0]!,
  };
});
afterAll(() => home.stop());
afterEach(() => home.expectNoComplaints());

/** Opens a connection with its packets; the purpose is said already. */
async function openPackets(
  of: keyof typeof uids,
  before: (page: Page) => Promise<unknown> = async () => {},
  theme: "light" | "dark" = "dark",
): Promise<Page> {
  const page = await home.open("/me", { theme, reads: of });
  await before(page);
  await page.goto(`${home.address}/connections/${uids[of]}`);
  return page;
}

const list = (page: Page) => page.getByRole("grid", { name: "Packets" });
const tree = (page: Page) => page.getByRole("tree", { name: "Fields of the packet" });
const field = (page: Page) => page.locator("[role=treeitem][aria-selected=true]");
const filter = (page: Page) => page.getByRole("combobox", { name: "Display filter" });
const packet = (page: Page, number: number) =>
  page.locator(`[data-row="${number}"][aria-selected=true]`);

test("by keyboard alone packets open in Wireshark after a purpose, with one read on record", async () => {
  const page = await home.open("/");
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/api/v1/packets")) asked.push(new URL(request.url()).pathname);
  });
  await page.goto(`${home.address}/connections/${uids.hostile}`);
  await tabTo(page, "button", /^Open 8 packets$/);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type("what was sent");
  await page.keyboard.press("Enter");
  await page.getByText(/^Wireshark 4\.4\.5 · 8 packets$/).waitFor();
  await page.getByText(/read recorded as entry \d+/).waitFor();
  await tabTo(page, "grid", "Packets");
  for (let n = 0; n < 5; n++) await page.keyboard.press("ArrowDown");
  await packet(page, 6).getByText("HTTP/1.1 200 OK").waitFor();
  await page.keyboard.press("k");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  // The fields of HTTP, below what was put together from two packets.
  await tree(page).getByText("Hypertext Transfer Protocol").waitFor();
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowUp");
  expect(await field(page).textContent()).toBe("Hypertext Transfer Protocol");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  expect(await field(page).textContent()).toContain("HTTP/1.1 200 OK");
  expect(await field(page).getAttribute("aria-level")).toBe("2");
  await page.getByRole("tab", { name: /^Reassembled TCP/, selected: true }).waitFor();
  // "HTTP/1.1 200 OK" and its line's end: each byte is lit as number and as text.
  await expect.poll(() => page.locator("[data-lit]").count()).toBe(17 * 2);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  expect(await field(page).getAttribute("aria-expanded")).toBe("false");
  expect(asked).toEqual(["/api/v1/packets"]);
  await page.context().close();
});

test("a byte that is clicked selects its field, and the branches to it open", async () => {
  const page = await openPackets("hostile");
  await list(page).waitFor();
  await page.locator("[data-offset='47']").first().click();
  await expect.poll(() => field(page).textContent()).toMatch(/^Flags: 0x002/);
  await page.getByRole("group", { name: /^Bytes of the packet/ }).focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => field(page).textContent()).toMatch(/^Window/);
  await page.context().close();
});

test("a display filter is completed, its faults are said, and what matches nothing says so", async () => {
  const page = await openPackets("hostile");
  await filter(page).pressSequentially("tcp.flags.sy");
  await page.getByRole("option", { name: /tcp\.flags\.syn/ }).waitFor();
  await page.keyboard.press("Tab");
  expect(await filter(page).inputValue()).toBe("tcp.flags.syn");
  await page.keyboard.type(" && tcp.port == x");
  await page.keyboard.press("Enter");
  await page.getByText(/^"x" cannot be converted/).waitFor();
  expect(await filter(page).getAttribute("aria-invalid")).toBe("true");
  await filter(page).fill("tcp.flags.syn == 1");
  await page.keyboard.press("Enter");
  await page.getByText(/2 of 8 packets$/).waitFor();
  await filter(page).fill("arp");
  await page.keyboard.press("Enter");
  await page.getByText("No packet matches the filter").waitFor();
  await page.getByRole("button", { name: "Show all" }).last().click();
  await page.getByText(/· 8 packets$/).waitFor();
  await page.context().close();
});

test("a field's menu asks for its value, and leads to the packet it is about", async () => {
  const page = await openPackets("hostile");
  await page.locator('[data-row="6"]').click();
  await tree(page).getByText("Hypertext Transfer Protocol").click();
  await page.keyboard.press("ArrowRight");
  await tree(page)
    .getByText(/^Request in frame: 4/)
    .click();
  await page.keyboard.press("m");
  await page.getByRole("menuitem", { name: "To packet 4" }).click();
  await packet(page, 4).waitFor();
  await page.locator("[data-offset='36']").first().click();
  await expect.poll(() => field(page).textContent()).toContain("Destination Port: 80");
  await tree(page).focus();
  await page.keyboard.press("m");
  await page.getByRole("menuitem", { name: /^Only packets with this/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText(/5 of 8 packets$/).waitFor();
  expect(await filter(page).inputValue()).toBe("tcp.dstport == 80");
  await page.context().close();
});

test("a stream is followed and leads to its packets, an object is saved under a neutral name", async () => {
  const page = await openPackets("hostile");
  await page.locator('[data-row="4"]').click();
  await page.getByRole("button", { name: "Follow HTTP" }).click();
  const stream = page.getByRole("region", { name: /^The stream/ });
  await stream.getByText(`Host: ${HOSTILE}`, { exact: false }).waitFor();
  await page.getByRole("radio", { name: "as hex" }).check();
  await stream.getByText("47 45 54 20").first().waitFor();
  await expectAccessible(page);
  await stream.getByRole("button", { name: "To packet 6" }).first().click();
  await packet(page, 6).waitFor();
  await page.getByRole("button", { name: "Objects", exact: true }).click();
  const objects = page.getByRole("region", { name: "Objects in the packets" });
  await objects.getByText("a.html").waitFor();
  await expectAccessible(page);
  const [saved] = await Promise.all([
    page.waitForEvent("download"),
    objects.getByRole("button", { name: "Save object 1" }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe("object-1.bin");
  const path = join(home.folder, "object.bin");
  await saved.saveAs(path);
  expect(readFileSync(path, "utf8")).toBe(`<h1>${HOSTILE}</h1>`);
  await page.context().close();
});

test("markup in packets is text wherever it is shown", async () => {
  const page = await openPackets("hostile");
  await page.locator('[data-row="4"]').click();
  await tree(page).getByText("Hypertext Transfer Protocol").click();
  await page.keyboard.press("ArrowRight");
  await tree(page)
    .getByText(/^User-Agent: <img/)
    .click();
  await page.keyboard.press("m");
  await page.getByRole("menu").getByText("<script>").first().waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Objects", exact: true }).click();
  await page.getByRole("region", { name: "Objects in the packets" }).waitFor();
  expect(await page.locator("img, script:not([src])").count()).toBe(0);
  expect(await page.evaluate("window.hit")).toBeUndefined();
  await page.context().close();
});

test("a packet cut short is shown as Wireshark shows it", async () => {
  const page = await openPackets("hostile");
  await page.locator('[data-row="8"]').click();
  await tree(page)
    .getByText(/Packet size limited during capture|Malformed/)
    .first()
    .waitFor();
  await page.context().close();
});

test.each(["dark", "light"] as const)(
  "no state breaks a rule of accessibility, %s",
  async (theme) => {
    const page = await openPackets("disagreeing", undefined, theme);
    await list(page)
      .getByText(/Retransmission|Out-Of-Order/)
      .first()
      .waitFor();
    await tree(page).focus();
    await page.keyboard.press("*");
    await expectAccessible(page);
    await page.keyboard.press("m");
    await page.getByRole("menu").waitFor();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await filter(page).fill("tcp.port == x");
    await page.getByText(/cannot be converted/).waitFor();
    await expectAccessible(page);
    await filter(page).fill("tcp.fl");
    await filter(page).press("a");
    await page
      .getByRole("option", { name: /tcp\.flags/ })
      .first()
      .waitFor();
    await expectAccessible(page);
    await page.context().close();
  },
);

test("without WebAssembly our own decode is shown, with the reason", async () => {
  const page = await openPackets("disagreeing", (one) =>
    one.addInitScript({ content: "delete window.WebAssembly" }),
  );
  await page.getByText(/Wireshark cannot run here: this browser has WebAssembly/).waitFor();
  await page.getByText(/read recorded as entry \d+/).waitFor();
  await list(page).getByText("TCP SYN").first().waitFor();
  await expectAccessible(page);
  await page.context().close();
});

test("more packets than are opened at once are shown in our decode, and a shorter time in Wireshark", async () => {
  const page = await openPackets("endless");
  await page.getByText(/opens up to 50,000 packets at once, and here are 50,100/).waitFor();
  await list(page).getByText("TCP SYN").first().waitFor();
  await expectAccessible(page);
  await page.getByLabel("to second").fill("0.1");
  await page.keyboard.press("Enter");
  // Three of the handshake, and one each millisecond from the thirtieth.
  await page.getByText(/^Wireshark 4\.4\.5 · 7[234] packets$/).waitFor();
  await page.getByRole("button", { name: "The whole connection" }).click();
  await page.getByText(/here are 50,100/).waitFor();
  await page.context().close();
});

test("when Wireshark cannot be loaded, what was read is shown in our own decode and not asked again", async () => {
  const asked: string[] = [];
  const page = await openPackets("disagreeing", async (one) => {
    await one.route("**/wiregasm.wasm.gz", (route) => route.abort());
    one.on("request", (request) => {
      if (request.url().includes("/api/v1/packets")) asked.push(request.url());
    });
  });
  await page.getByText(/Wireshark's file .* could not be fetched/).waitFor();
  home.complaints.splice(0);
  await list(page).getByText("TCP SYN").first().waitFor();
  expect(asked).toHaveLength(1);
  await page.unroute("**/wiregasm.wasm.gz");
  await page.getByRole("button", { name: "Try Wireshark again" }).click();
  await page.getByText(/^Wireshark 4\.4\.5 · 11 packets$/).waitFor();
  expect(asked).toHaveLength(1);
  await page.context().close();
});

test("loading tells how far it is and can be cancelled", async () => {
  const held = Promise.withResolvers<void>();
  const page = await openPackets("disagreeing", (one) =>
    one.route("**/wiregasm.wasm.gz", async (route) => {
      await held.promise;
      await route.abort().catch(() => {});
    }),
  );
  await page.getByText(/^Loading Wireshark 4\.4\.5/).waitFor();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText(/Loading Wireshark was cancelled/).waitFor();
  held.resolve();
  await page.unroute("**/wiregasm.wasm.gz");
  await page.getByRole("button", { name: "Try Wireshark again" }).click();
  await list(page).waitFor();
  home.complaints.splice(0);
  await page.context().close();
});

test("the script of the worker has a policy of its own, and the page's stays as it is", async () => {
  const page = await openPackets("plain");
  const worker = page.waitForEvent("worker");
  await list(page).waitFor();
  const script = (await worker).url();
  const [ofWorker, ofPage, ofProgram] = await Promise.all(
    [script, home.address, `${home.address}/wireshark/wiregasm.js`].map(async (address) => {
      const { headers } = await fetch(address);
      return headers.get("content-security-policy") ?? "";
    }),
  );
  expect(ofWorker).toContain("script-src 'self' 'unsafe-eval'");
  expect(ofWorker).toContain("connect-src 'none'");
  for (const policy of [ofPage, ofProgram]) {
    expect(policy).not.toContain("eval");
    expect(policy).toContain("require-trusted-types-for 'script'");
  }
  const notice = await fetch(`${home.address}/wireshark/NOTICE.txt`);
  expect(await notice.text()).toContain("GNU General Public License, version 2");
  expect((await fetch(`${home.address}/wireshark/LICENSE.txt`)).status).toBe(200);
  await page.context().close();
});

test("a thousand packets are listed without loading anything again, once Wireshark is warm", async () => {
  const page = await openPackets("hostile");
  await list(page).waitFor();
  await page.evaluate(`sessionStorage.setItem("holdfast.purpose.plain", "to see")`);
  // Within the page, so that its worker stays warm.
  const open = (path: string) =>
    page.evaluate(
      `history.pushState(null, "", ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent("popstate"))`,
    );
  const loaded: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/wireshark/")) loaded.push(request.url());
  });
  await open(`/connections/${uids.plain}`);
  await page.getByText(/^Wireshark 4\.4\.5 · 1,000 packets$/).waitFor();
  await packet(page, 1).getByText("[SYN]").waitFor();
  expect(loaded).toEqual([]);
  await page.context().close();
});
