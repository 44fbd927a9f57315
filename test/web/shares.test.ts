import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { expectAccessible, ServedHome } from "./served-home.ts";

const home = new ServedHome();
const PASSWORD = "correct horse battery";

beforeAll(async () => {
  await home.start();
  home.run("case", "open", "OTHER-2");
});
afterAll(() => home.stop());
afterEach(() => home.expectNoComplaints());

const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });

/** A person of one case, with a password. */
async function person(name: string, caseName: string): Promise<void> {
  home.run("people", "add", name, "--role", "analyst", "--case", caseName);
  const page = await home.newPage();
  await page.goto(home.run("people", "link", name).trim());
  await page.getByLabel("New password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("New password again").fill(PASSWORD);
  await button(page, "Set the password").click();
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
  await page.context().close();
}

/** Somebody who is sent a link opens it, and logs in where it leads. */
async function openAs(name: string, link: string, theme: "light" | "dark"): Promise<Page> {
  const page = await home.newPage(theme);
  await page.goto(link);
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await button(page, "Log in").click();
  return page;
}

test("a view is shared by keyboard, opens for who sees its case, and for nobody once revoked", async () => {
  const owner = await home.open("/search?log=dns&case=scratch", { theme: "light" });
  await owner.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await owner.getByRole("row").nth(1).waitFor();
  await owner.keyboard.press("Escape");
  await owner.locator("#main").focus();
  await owner.keyboard.press("s");
  const dialog = owner.getByRole("dialog", { name: "Share this view" });
  await dialog.waitFor();
  await owner.keyboard.type("names that were asked");
  await expectAccessible(owner);
  await owner.keyboard.press("Enter");
  await dialog.getByText("Copied.").waitFor();
  await expectAccessible(owner);
  const link = (await dialog.locator("output").textContent()) ?? "";
  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/s\/\w{26}$/);
  expect(await owner.evaluate("navigator.clipboard.readText()")).toBe(link);
  await button(owner, "Done").click();

  await person("ada", "scratch");
  await person("eva", "OTHER-2");
  const ada = await openAs("ada", link, "dark");
  await ada.getByRole("row").nth(1).waitFor();
  expect(ada.url()).toContain("/search?log=dns&case=scratch");
  const eva = await openAs("eva", link, "dark");
  await eva.getByText(/There is no shared view/).waitFor();
  await expectAccessible(eva);

  await owner.goto(`${home.address}/cases?case=scratch`);
  await owner.getByRole("link", { name: "names that were asked" }).waitFor();
  await expectAccessible(owner);
  await button(owner, "Revoke names that were asked").click();
  await owner.getByRole("button", { name: "Revoke", exact: true }).click();
  await owner.getByText("revoked", { exact: true }).waitFor();
  await ada.goto(link);
  await ada.getByText(/^Owner took this shared view back at/).waitFor();
  await ada.getByText("Ask owner for another.").waitFor();
  await expectAccessible(ada);
  expect(home.complaints.splice(0).filter((one) => !one.includes("status of 410"))).toEqual([]);
  for (const page of [owner, ada, eva]) await page.context().close();
});

test("who sees one case only shares for that case", async () => {
  await person("ines", "scratch");
  const page = await openAs("ines", `${home.address}/search`, "light");
  await page.getByRole("row").nth(1).waitFor();
  await button(page, "Share").click();
  const choice = page.getByRole("combobox", { name: "For who may see" });
  expect(await choice.locator("option").allInnerTexts()).toEqual(["scratch"]);
  await button(page, "Make a link and copy it").click();
  await page.getByText(/It ends at/).waitFor();
  await page.context().close();
});
