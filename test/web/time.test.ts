import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { PcapngWriter } from "../../src/core/pcap/index.ts";
import { host, udpFrame } from "../../src/core/traffic/ethernet.ts";
import { disagreeing } from "./captures.ts";
import { expectAccessible, ServedHome, tabTo } from "./served-home.ts";

const home = new ServedHome();

beforeAll(() => home.start());
afterAll(() => home.stop());
afterEach(() => home.expectNoComplaints());

/** Ten datagrams, ten seconds between them, each a flow of its own. */
function spread(second: number): Buffer {
  const writer = new PcapngWriter();
  const ends = { from: host("10.9.0.1"), to: host("198.41.0.4") };
  const packets = Array.from({ length: 10 }, (_, n) => {
    const ports = { source: 4000 + n, destination: 9999 };
    const bytes = udpFrame({ ...ends, identification: n + 1 }, ports, new Uint8Array(100));
    const facts = { originalBytes: bytes.length, linkType: 1, snapLength: 262_144 };
    return writer.packet({ ...facts, bytes, seconds: second + n * 10, nanoseconds: 0 });
  });
  return Buffer.concat([writer.start({}), ...packets]);
}

test("bars count flows, packets or bytes by service, and the address keeps which", async () => {
  for (const theme of ["light", "dark"] as const) {
    const page = await home.open("/search", { theme });
    const legend = (name: string) => page.getByRole("list", { name });
    await legend("Legend: flows by service").getByText(/^dns/).waitFor();
    await tabTo(page, "radio", "flows");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    const first = legend("Legend: bytes by service").getByRole("listitem").first();
    await first.getByText(/40 MB · 8\d %/).waitFor();
    expect(await first.textContent()).toMatch(/^http/);
    expect(new URL(page.url()).searchParams.get("measure")).toBe("bytes");
    await page.reload();
    await page.getByRole("radio", { name: "bytes", checked: true }).waitFor();
    await expectAccessible(page);
    await page.context().close();
  }
});

test("a service of the legend narrows the question, and the measure stays", async () => {
  const page = await home.open("/search?measure=packets");
  const legend = page.getByRole("list", { name: "Legend: packets by service" });
  await legend.getByRole("link", { name: "dns" }).click();
  await page.getByText("275 connections").waitFor();
  const { searchParams } = new URL(page.url());
  expect(searchParams.get("q")).toBe('conn.service == "dns"');
  expect(searchParams.get("measure")).toBe("packets");
  await page.context().close();
});

test("times without a capture are hatched and said, inside the range only", async () => {
  home.import("gaps", spread(1_700_000_000));
  home.import("gaps", spread(1_700_001_000));
  const from = "from=2023-11-14T22:00:00.000Z&to=2023-11-14T23:00:00.000Z";
  const page = await home.open(`/search?case=gaps&${from}`);
  const gaps = page.getByRole("listitem").filter({ hasText: "not recorded" });
  await gaps.getByText("3 stretches, 57 min 0 s").waitFor();
  await page.goto(
    `${home.address}/search?case=gaps&from=2023-11-14T22:14:00.000Z&to=2023-11-14T22:14:25.000Z`,
  );
  await page.getByText("3 connections").waitFor();
  expect(await gaps.count()).toBe(0);
  await page.context().close();
});

test("a bar that is pointed at has its time and its numbers in the legend", async () => {
  const page = await home.open("/search?case=gaps");
  const plot = page.getByRole("img", { name: /^Bars of flows: 20/ });
  const box = (await plot.boundingBox())!;
  await page.mouse.move(box.x + 80, box.y + 40);
  await page.getByText(/^2023-11-14 22:13:\d\d\.\d+ – .* UTC$/).waitFor();
  await page.mouse.move(box.x + 80, box.y - 60);
  await page.getByText(/^a bar is .* drag to narrow/).waitFor();
  await page.context().close();
});

/** Opens the tab of a connection over time, and says why its packets are read. */
async function openOverTime(uid: string, theme: "light" | "dark" = "dark"): Promise<Page> {
  const page = await home.open(`/connections/${uid}?tab=io`, { theme });
  await tabTo(page, "button", /^Count .* packets? over time$/);
  await page.keyboard.press("Enter");
  await page.getByLabel("Purpose").fill("looking at its time");
  await page.keyboard.press("Enter");
  await page.getByRole("slider", { name: "Bins over time" }).waitFor();
  return page;
}

test("a connection over time is walked, zoomed and opened by keyboard, and looks right to axe", async () => {
  const [uid = ""] = home.import("talk", disagreeing());
  for (const theme of ["light", "dark"] as const) {
    const page = await openOverTime(uid, theme);
    await page.getByText("client sent, up: 7 packets, 413 B").waitFor();
    await page.getByText("3 again or late").waitFor();
    await expectAccessible(page);
    await tabTo(page, "slider", "Bins over time");
    const plot = page.getByRole("slider", { name: "Bins over time" });
    const says = () => plot.getAttribute("aria-valuetext");
    expect(await says()).toBe("at 0.000 s: client 1 packet, 54 B; server nothing");
    await page.keyboard.press("ArrowRight");
    expect(await says()).toMatch(/^at 0\.021 s: client nothing; server 1 packet/);
    for (let n = 0; n < 4; n++) await page.keyboard.press("+");
    await page.getByText(/^bins of 10 µs over/).waitFor();
    // The moment and the focus stay where they were.
    await expect.poll(says).toMatch(/^at 0\.0210\d s: client nothing; server 1 packet/);
    expect(await plot.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true);
    expect(new URL(page.url()).searchParams.get("io")).toMatch(/^2\d{7}-2\d{7}$/);
    for (let n = 0; n < 6; n++) await page.keyboard.press("Escape");
    await page.getByText(/^bins of 1 ms over 400 ms/).waitFor();
    await page.context().close();
  }
});

test("a bin opens the packets of its time, by key and by click; a drag zooms", async () => {
  const [uid = ""] = home.import("talk", disagreeing());
  const page = await openOverTime(uid);
  await tabTo(page, "slider", "Bins over time");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.getByText("1 packet of the chosen time, numbered from 1.").waitFor();
  await page.getByRole("tab", { name: "Over time" }).click();
  const plot = page.getByRole("slider", { name: "Bins over time" });
  await plot.waitFor();
  const box = (await plot.boundingBox())!;
  await page.mouse.move(box.x + 100, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + 400, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await page.getByText(/^bins of 200 µs over \d+(\.\d)? ms/).waitFor();
  expect(await page.getByRole("tab", { name: "Over time", selected: true }).count()).toBe(1);
  await page.mouse.dblclick(box.x + 500, box.y + 60);
  await page.getByText(/^bins of 1 ms over/).waitFor();
  await page.context().close();
});

/** Writes a note into the dialog that is open. */
async function writeNote(page: Page, text: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Note", { exact: true }).fill(text);
  await page.keyboard.press("Enter");
  await dialog.getByText(/^entered as \d+$/).waitFor();
  await dialog.getByText(text).first().waitFor();
}

test("a packet of Wireshark's list gets a note by the key n, and a mark that opens it", async () => {
  const [uid = ""] = home.import("noted", disagreeing());
  for (const theme of ["light", "dark"] as const) {
    const page = await openOverTime(uid, theme);
    await page.getByRole("tab", { name: "Packets" }).click();
    await page.getByTitle("note on this packet (n)").waitFor();
    await tabTo(page, "grid", "Packets");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("n");
    await page.getByRole("dialog", { name: "Packet 2" }).waitFor();
    await writeNote(page, `answered, seen in ${theme}`);
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    const count = theme === "light" ? "1 note" : "2 notes";
    await page.getByRole("button", { name: `${count} on packet 2` }).click();
    await page.getByRole("dialog").getByText(`answered, seen in ${theme}`).waitFor();
    await page.keyboard.press("Escape");
    await expectAccessible(page);
    await page.context().close();
  }
  const notes = JSON.parse(`[${home.run("notes", uid, "--json").trim().replaceAll("\n", ",")}]`);
  const [first] = notes as { packet: { offset: number } | null; from_ns: string }[];
  expect(first!.packet!.offset).toBeGreaterThan(0);
  expect(first!.from_ns).toBe("1700000000021000000");
});

test("our own list has the same note on the same packet", async () => {
  const [uid = ""] = home.import("noted", disagreeing());
  const page = await home.newPage();
  // A browser without WebAssembly has no Wireshark.
  await page.addInitScript({ content: "delete window.WebAssembly" });
  await page.goto(home.link());
  await page.goto(`${home.address}/connections/${uid}`);
  await page.getByRole("button", { name: /^Open 11 packets/ }).click();
  await page.getByLabel("Purpose").fill("looking again");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "2 notes on packet 2" }).waitFor();
  await tabTo(page, "grid", "Packets");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("n");
  await page.getByRole("dialog", { name: "Packet 3" }).waitFor();
  await writeNote(page, "third");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "1 note on packet 3" }).waitFor();
  await expectAccessible(page);
  await page.context().close();
});

test("a time of a connection gets a note, which stands in the plot", async () => {
  const [uid = ""] = home.import("noted", disagreeing());
  const page = await openOverTime(uid);
  await tabTo(page, "slider", "Bins over time");
  await page.keyboard.press("End");
  await page.keyboard.press("n");
  const dialog = page.getByRole("dialog", { name: "Note on this time of the connection" });
  await dialog.getByText("22:13:20.400000000 – 2023-11-14 22:13:20.400999999 UTC").waitFor();
  await dialog.getByLabel("Note", { exact: true }).fill("the end");
  await page.keyboard.press("Enter");
  await dialog.getByText(/^entered as/).waitFor();
  await page.keyboard.press("Escape");
  await expectAccessible(page);
  await tabTo(page, "button", "1 note at 2023-11-14 22:13:20.400 UTC");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Notes on this time" }).getByText("the end").waitFor();
  await page.context().close();
});

test("a range of the search gets a note in a case, and the mark of it opens and leads back", async () => {
  home.import("gaps", spread(1_700_000_000));
  const range = "from=2023-11-14T22:14:00.000Z&to=2023-11-14T22:14:25.000Z";
  for (const theme of ["light", "dark"] as const) {
    const page = await home.open(`/search?${range}`, { theme });
    await page.getByRole("button", { name: "Add note" }).waitFor();
    await page.locator("main").press("n");
    const dialog = page.getByRole("dialog", { name: "Note on this time" });
    await dialog.getByLabel("Case").selectOption("gaps");
    await dialog.getByLabel("Note", { exact: true }).fill(`odd, in ${theme}`);
    await page.keyboard.press("Enter");
    await dialog.getByText(/^entered as/).waitFor();
    await page.keyboard.press("Escape");
    await page.goto(`${home.address}/search?case=gaps`);
    const mark = page.getByRole("button", { name: /notes? at 2023-11-14 22:14:00\.000 UTC/ });
    await mark.waitFor();
    await expectAccessible(page);
    await mark.click();
    await page.getByRole("dialog").getByText(`odd, in ${theme}`).waitFor();
    await page
      .getByRole("link", { name: /22:14:00\.000 – 2023-11-14 22:14:25\.000/ })
      .first()
      .click();
    await page.getByText("3 connections").waitFor();
    await page.context().close();
  }
});
