import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { expectAccessible, ServedHome, tabTo } from "./served-home.ts";

const home = new ServedHome();

beforeAll(() => home.start());
afterAll(() => home.stop());
afterEach(() => home.expectNoComplaints());

test("the overview says what is odd, who talked and by what, in both themes", async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await home.open("/");
    await page.emulateMedia({ colorScheme });
    const findings = page.getByRole("region", { name: "New and odd" });
    await findings.getByText(/10\.4\.22\.77 tried [\d,]+ ports of 10\.4\.22\.45/).waitFor();
    await findings.getByText(/stayed connected for 4\.8 h/).waitFor();
    const talkers = page.getByRole("region", { name: "Top talkers" });
    await talkers.getByRole("link", { name: "10.4.22.45" }).waitFor();
    await page.getByRole("region", { name: "Protocols" }).getByText("http").first().waitFor();
    await page.locator("[data-host='203.0.113.9']").waitFor();
    await expectAccessible(page);
    await page.context().close();
  }
});

test("a finding leads to the rows that show it", async () => {
  const page = await home.open("/");
  await tabTo(page, "link", /tried 1,021 ports/);
  await page.keyboard.press("Enter");
  await page.getByText(/^1,021 connections$/).waitFor();
  expect(new URL(page.url()).pathname).toBe("/search");
  await page.context().close();
});

test("hosts are walked by arrows, and Enter opens the connections of one", async () => {
  const page = await home.open("/");
  await tabTo(page, "link", /^10\.4\.22\.45: .* with \d+ hosts$/);
  await page.keyboard.press("ArrowRight");
  expect(await page.locator("[data-host]:focus").getAttribute("data-host")).toBe("203.0.113.9");
  await page.keyboard.press("Enter");
  await page.getByText(/^\d+ connections?$/).waitFor();
  expect(new URL(page.url()).searchParams.get("q")).toBe("host 203.0.113.9");
  await page.context().close();
});

test("a query and a range narrow everything on the overview", async () => {
  const page = await home.open("/?q=host+10.4.22.77");
  await page.locator("[data-host='10.4.22.77']").waitFor();
  expect(await page.locator("[data-host='203.0.113.9']").count()).toBe(0);
  await page.getByText(/tried 1,021 ports/).waitFor();
  expect(await page.getByText("what was it?").count()).toBe(0);
  await page.context().close();
});
