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
    const page = await home.open("/search", theme);
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
  const page = await home.open(`/connections/${uid}?tab=io`, theme);
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
