import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { disagreeing } from "./captures.ts";
import { expectAccessible, ServedHome, tabTo } from "./served-home.ts";

const home = new ServedHome();
const CASE = "IR-2026-0412";
const PASSWORD = "correct horse battery";
const uids: string[] = [];

beforeAll(async () => {
  await home.start();
  uids.push(...home.import(CASE, disagreeing()));
});
afterAll(() => home.stop());
afterEach(() => home.expectNoComplaints());

const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });
const rail = (page: Page) => page.getByRole("navigation", { name: "Pages" });
const railNames = async (page: Page) =>
  (await rail(page).getByRole("link").allInnerTexts()).map((text) => text.trim());

/** A person, made on the command line, who chose a password by a link. */
async function person(name: string, roles: readonly string[], theme: "light" | "dark" = "dark") {
  const given = roles.flatMap((role) => ["--role", role]);
  home.run("people", "add", name, ...given, "--case", CASE);
  const [link] = /http:\S+/.exec(home.run("people", "link", name)) ?? [];
  const page = await home.newPage(theme);
  await choosePassword(page, link!);
  return page;
}

async function choosePassword(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel("New password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("New password again").fill(PASSWORD);
  await button(page, "Set the password").click();
  await rail(page).waitFor();
}

test("an investigator added for one case enrols by link, sees that case, and is told of no other", async () => {
  const owner = await home.open("/people");
  await owner.getByText("Nobody but the owner").waitFor();
  await button(owner, "Add a person").click();
  await owner.getByRole("textbox", { name: "Name", exact: true }).fill("ada");
  await owner.getByRole("checkbox", { name: /^investigator/ }).check();
  await owner.getByRole("textbox", { name: "Names of cases" }).fill(CASE);
  await expectAccessible(owner);
  await button(owner, "Add").click();
  await owner.getByText("no way in yet").waitFor();
  await button(owner, "Make a link for ada").click();
  const link = await owner
    .getByRole("region", { name: "Link for ada" })
    .locator("output")
    .textContent();
  await expectAccessible(owner);

  const { origin } = new URL(link!);
  const ada = await home.newPage();
  await ada.goto(link!);
  await ada.getByRole("heading", { name: "Welcome, ada" }).waitFor();
  await expectAccessible(ada);
  await choosePasswordTwice(ada, link!);
  expect(await railNames(ada)).not.toContain("People");
  expect(await railNames(ada)).not.toContain("Ledger");
  await ada.goto(`${origin}/cases`);
  await ada.getByRole("heading", { name: "1 case", exact: true }).waitFor();
  await ada.getByRole("link", { name: CASE }).first().waitFor();
  await ada.goto(`${origin}/search?case=scratch`);
  await ada.getByText("Case scratch is not within your authority").waitFor();
  await expectAccessible(ada);
  await ada.getByRole("main").getByRole("link", { name: CASE }).click();
  await ada.waitForURL(/case=IR-2026-0412/);
  await ada.getByRole("row").nth(1).waitFor();
  await ada.goto(`${origin}/connections/${uids[0]}`);
  await button(ada, /^Open \d+ packets/).waitFor();
  // Of another case, and of nobody: one answer for both.
  const other = home.run("query", "--case", "scratch", "--limit", "1", "--json").trim();
  for (const uid of [(JSON.parse(other) as { uid: string }).uid, "C2Yq5vXo1ab"]) {
    await ada.goto(`${origin}/connections/${uid}`);
    await ada.getByText(`No connection ${uid} is within your authority`).waitFor();
  }
  await ada.goto(`${origin}/people`);
  await ada.getByText("People is not within your authority").waitFor();

  await owner.reload();
  await owner.getByText("last let in").waitFor();
  await button(owner, "Remove ada").click();
  await owner.getByRole("button", { name: "Remove", exact: true }).click();
  await owner.getByText("Nobody but the owner").waitFor();
  await ada.goto(`${origin}/me`);
  await ada.getByText("You are not logged in here").waitFor();
  await owner.context().close();
  await ada.context().close();
});

/** The link is open already; what does not fit is said before it is sent. */
async function choosePasswordTwice(page: Page, link: string): Promise<void> {
  await page.getByLabel("New password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("New password again").fill("something else");
  await page.getByText("The two are not the same").waitFor();
  expect(await button(page, "Set the password").isDisabled()).toBe(true);
  await page.getByLabel("New password again").fill(PASSWORD);
  await button(page, "Set the password").click();
  await rail(page).waitFor();
  const other = await home.newPage();
  await other.goto(link);
  await other.getByText("used already").waitFor();
  await other.context().close();
}

test("an analyst is offered no packet, an auditor begins at the ledger, an admin at the people", async () => {
  const analyst = await person("anna", ["analyst"]);
  await analyst.goto(`${home.address.replace("127.0.0.1", "localhost")}/connections/${uids[0]}`);
  await analyst.getByText("These packets are not within your authority").waitFor();
  expect(await button(analyst, /Open|Explain|Download|Network, client/).count()).toBe(0);
  await expectAccessible(analyst);
  await analyst.context().close();

  const auditor = await person("otto", ["auditor"], "light");
  await auditor.getByRole("heading", { name: /entries/ }).waitFor();
  expect(await railNames(auditor)).toEqual(["Ledger", "otto"]);
  expect(await auditor.getByRole("combobox", { name: "Query" }).count()).toBe(0);
  await auditor
    .getByText(/link made for person/)
    .first()
    .waitFor();
  await expectAccessible(auditor);
  await auditor.context().close();

  const admin = await person("adele", ["admin"]);
  await button(admin, "Add a person").click();
  expect(await railNames(admin)).toEqual(["Cases", "People", "adele"]);
  expect(await admin.getByRole("checkbox", { name: /^owner/ }).count()).toBe(0);
  await admin.getByText("nobody changes himself").waitFor();
  await expectAccessible(admin);
  await admin.context().close();
  // Pages ask for nothing that is refused: what stands there is what ada asked for by address.
  const owner = await home.open("/ledger?type=access.deny");
  await owner
    .getByText(/show .+ refused to person/)
    .first()
    .waitFor();
  expect(await owner.getByText(/refused to person/).count()).toBe(2);
  await owner.context().close();
});

test("somebody logs in by keyboard alone, and is told of a wrong password and of a lock", async () => {
  await (await person("kim", ["analyst"])).context().close();
  const page = await home.newPage("light");
  await page.goto(`${home.address}/search?case=${CASE}`);
  await tabTo(page, "textbox", "Name");
  await page.keyboard.type("kim");
  await page.keyboard.press("Tab");
  await page.keyboard.type("not the password");
  await page.keyboard.press("Enter");
  await page.getByText("The name or the password is wrong").waitFor();
  await expectAccessible(page);
  await tabTo(page, "textbox", "Password");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("row").nth(1).waitFor();
  expect(page.url()).toContain(`/search?case=${CASE}`);
  await page.goto(`${home.address}/me`);
  await button(page, "Log out").last().click();
  await page.getByText("You are not logged in here").waitFor();

  const body = JSON.stringify({ name: "mallory", password: "x" });
  const headers = { "content-type": "application/json" };
  await page.getByRole("textbox", { name: "Name" }).fill("mallory");
  await page.getByRole("textbox", { name: "Password" }).fill("x");
  for (let n = 0; n < 4; n++)
    await fetch(`${home.address}/login`, { method: "POST", headers, body });
  await button(page, "Log in").click();
  await page.getByText("Too many attempts").waitFor();
  await page.getByText("Too many attempts").waitFor({ state: "detached" });
  await page.context().close();
});

test("a page that nobody touches asks nothing by itself, so that its session ends", async () => {
  const page = await person("ida", ["auditor"]);
  await page.clock.install();
  await page.reload();
  await rail(page).waitFor();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.clock.runFor(60_000);
  expect(asked).toContain("/api/v1/me");
  await page.clock.fastForward(10 * 60_000);
  await page.clock.runFor(1_000);
  asked.length = 0;
  await page.clock.runFor(5 * 60_000);
  expect(asked).toEqual([]);
  await page.keyboard.press("Shift");
  await page.clock.runFor(60_000);
  expect(asked).toContain("/api/v1/me");
  await page.context().close();
});

test("a token is shown once, works within its scopes, and is refused once it is revoked", async () => {
  const page = await person("tess", ["investigator"]);
  await page.goto(`${page.url().replace(/(:\d+).*/, "$1")}/me`);
  await button(page, "Make a token").click();
  await page.getByRole("textbox", { name: "Label" }).last().fill("nightly report");
  await page.getByRole("checkbox", { name: /^metadata/ }).check();
  await page.getByLabel("Works for").selectOption("30 days");
  await expectAccessible(page);
  await button(page, "Make it").click();
  const shown = page.getByRole("region", { name: "Token nightly report" });
  const token = await shown.locator("output").textContent();
  expect(token).toMatch(/^hf_[0-9a-f]{48}$/);
  await expectAccessible(page);
  const ask = async (path: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${home.address}/api/v1/${path}`, { headers })).status;
  };
  expect(await ask("cases")).toBe(200);
  expect(await ask("ledger")).toBe(403);
  await page.reload();
  await page.getByText("nightly report").first().waitFor();
  expect(await page.getByText(token ?? "none").count()).toBe(0);
  await button(page, "Revoke token nightly report").click();
  await page.getByRole("button", { name: "Revoke", exact: true }).click();
  await page.getByText("There is no token").waitFor();
  expect(await ask("cases")).toBe(401);
  await page.context().close();
});

test("a passkey chosen by link lets its person in, and is listed and removed", async () => {
  home.run("people", "add", "pia", "--role", "analyst", "--case", CASE);
  const [link] = /http:\S+/.exec(home.run("people", "link", "pia")) ?? [];
  const page = await home.newPage("light");
  await addAuthenticator(page);
  await page.goto(link!);
  await page.getByRole("form", { name: "Passkey" }).getByLabel("Label").fill("laptop");
  await button(page, "Register a passkey").click();
  await button(page, "Log in with the passkey").click();
  await rail(page).waitFor();
  await rail(page).getByRole("link", { name: "Who I am: pia" }).click();
  await page.getByText("laptop").waitFor();
  await expectAccessible(page);
  await button(page, "Log out").last().click();
  await button(page, "Log in with a passkey").click();
  await rail(page).getByRole("link", { name: "Who I am: pia" }).click();
  await button(page, "Remove passkey laptop").click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByText("You are not logged in here").waitFor();
  await button(page, "Log in with a passkey").click();
  await page.getByText("The passkey is not one of this home").waitFor();
  await page.goto(home.address);
  await page.getByText("Passkeys belong to a name").waitFor();
  await expectAccessible(page);
  await page.context().close();
});

/** A device with a finger always on it, inside the browser. */
async function addAuthenticator(page: Page): Promise<void> {
  const devices = await page.context().newCDPSession(page);
  await devices.send("WebAuthn.enable");
  await devices.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

test("a password is changed by whoever knows it, and other sessions end", async () => {
  const page = await person("vera", ["analyst"], "light");
  await page.goto(`${new URL(page.url()).origin}/me`);
  await page.getByLabel("Password until now").fill("not the password");
  await page.getByLabel("New password", { exact: true }).fill(`${PASSWORD} staple`);
  await page.getByLabel("New password again").fill(`${PASSWORD} staple`);
  await button(page, "Set the password").click();
  await page.getByText("The current password is wrong").waitFor();
  await page.getByLabel("Password until now").fill(PASSWORD);
  await button(page, "Set the password").click();
  await page.getByLabel("Password until now").and(page.locator('[value=""]')).waitFor();
  await page.getByRole("heading", { name: "vera" }).waitFor();
  await expectAccessible(page);
  await page.context().close();
});
