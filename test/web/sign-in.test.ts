import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { CLIENT_SECRET, SignInProvider } from "../support/sign-in-provider.ts";
import { expectAccessible, ServedHome } from "./served-home.ts";

const home = new ServedHome();
const provider = new SignInProvider();
let origin = "";

beforeAll(async () => {
  await provider.start();
  const secret = join(home.folder, "secret");
  writeFileSync(secret, `${CLIENT_SECRET}\n`);
  home.run("init");
  const config = [`issuer: ${provider.issuer}`, "client_id: holdfast", "name: Example"];
  const settings = [...config, `client_secret: {file: ${secret}}`];
  writeFileSync(
    join(home.folder, "home", "config.yaml"),
    `oidc:\n${settings.map((line) => `  ${line}\n`).join("")}`,
  );
  await home.start();
  origin = home.address.replace("127.0.0.1", "localhost");
});
afterAll(async () => {
  await home.stop();
  await provider.stop();
});
afterEach(() => home.expectNoComplaints());

const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });
const rail = (page: Page) => page.getByRole("navigation", { name: "Pages" });

test("a stranger to a home without people is told of the owner's link, and of no name to type", async () => {
  const page = await home.newPage("light");
  await page.goto(home.address);
  await page.getByText("holdfast serve --link").waitFor();
  expect(await page.getByRole("textbox").count()).toBe(0);
  await expectAccessible(page);
  await page.context().close();
});

test("a provider that is down is told where the button is, and passwords still work", async () => {
  home.run("people", "add", "otto", "--role", "auditor");
  const page = await home.newPage("dark");
  await page.goto(origin);
  await button(page, "Sign in with Example").click();
  await page.getByText("Example does not answer as it should.").waitFor();
  await page.getByRole("textbox", { name: "Name" }).waitFor();
  await expectAccessible(page);
  expect(home.complaints.splice(0)).toEqual([expect.stringContaining("status of 503")]);
  await page.context().close();
  // It is back from now on.
  provider.register(`${origin}/login/oidc`);
});

test("a person links an account by their link, signs in with it, and unlinks it", async () => {
  provider.subject = "ada-at-provider";
  home.run("people", "add", "ada", "--role", "analyst", "--all-cases");
  const page = await home.newPage("dark");
  await page.goto(home.run("people", "link", "ada").trim());
  await expectAccessible(page);
  await button(page, "Choose your account of Example").click();
  await page.getByRole("heading", { name: "Your account is linked" }).waitFor();
  await expectAccessible(page);
  await button(page, "Sign in with Example").click();
  await rail(page).getByRole("link", { name: "Who I am: ada" }).click();
  await page.getByText("Example: ada-at-provider").waitFor();
  await expectAccessible(page);
  await button(page, "Log out").last().click();
  await page.getByText("You are not logged in here").waitFor();
  // Who was looking at something comes back to it.
  await page.goto(`${origin}/search?log=dns`);
  await button(page, "Sign in with Example").click();
  await page.getByRole("row").nth(1).waitFor();
  expect(page.url()).toBe(`${origin}/search?log=dns`);
  await page.goto(`${origin}/me`);
  await button(page, "Remove account Example: ada-at-provider").click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByText("You are not logged in here").waitFor();
  await page.context().close();
});

test("who is nobody here, who cancels and who comes back twice is told so on the login page", async () => {
  const page = await home.newPage("light");
  await page.goto(home.address);
  await page.getByText("Example sends browsers back to").waitFor();
  await page.getByRole("link", { name: origin }).first().click();
  provider.subject = "stranger";
  await button(page, "Sign in with Example").click();
  await page.getByText("Nobody here has your account of Example.").waitFor();
  await expectAccessible(page);
  expect(page.url()).toBe(`${origin}/`);
  expect(home.complaints.splice(0)).toEqual([expect.stringContaining("status of 403")]);
  await page.context().close();

  const other = await home.newPage("dark");
  await other.goto(origin);
  provider.subject = null;
  await button(other, "Sign in with Example").click();
  await other.getByText("The sign-in at Example was cancelled or refused.").waitFor();
  await expectAccessible(other);
  await other.goto(`${origin}/login/oidc?code=1&state=login.1`);
  await other.getByText(/was not begun here, took too long, or was used already/).waitFor();
  await other.goto(`${origin}/login/oidc?code=1&state=link.1`);
  await other.getByText("The account is not linked").waitFor();
  await other.context().close();
});
