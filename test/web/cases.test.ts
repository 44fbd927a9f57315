import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { expectAccessible, ServedHome, tabTo } from "./served-home.ts";

const home = new ServedHome();

beforeAll(() => home.start());
afterAll(() => home.stop());
afterEach(() => home.expectNoComplaints());

test("a note on a connection is seen in its case by the next person, and taken back", async () => {
  const page = await home.open("/search?q=conn.orig_bytes+%3E+10MB");
  await page.getByRole("row").nth(1).click();
  await page.keyboard.press("Enter");
  const notes = page.getByRole("region", { name: /notes?$/i });
  await notes.getByRole("textbox", { name: "Note" }).fill("the archive leaves here");
  await notes.getByRole("textbox", { name: "Tags" }).fill("#exfiltration q1");
  await notes.getByRole("button", { name: "Add note" }).click();
  await notes.getByText("the archive leaves here").waitFor();
  await expectAccessible(page);
  await page.context().close();

  const other = await home.open("/cases");
  await other.getByText("#exfiltration").waitFor();
  await expectAccessible(other);
  await other.getByRole("button", { name: "Take back" }).click();
  await other.getByText("It stays in the ledger").waitFor();
  await other.getByRole("button", { name: "Take back" }).click();
  await other.getByText("the archive leaves here").waitFor({ state: "detached" });
  await other.goto(`${home.address}/ledger?type=note.add`);
  await other.getByText(/note on connection C\w+: the archive leaves here/).waitFor();
  await other.context().close();
});

test("a case is opened by keyboard alone", async () => {
  const page = await home.open("/cases");
  await page.getByRole("heading", { name: "1 case", exact: true }).waitFor();
  await tabTo(page, "textbox", "New case");
  await page.keyboard.type("IR-2026-0412");
  await page.keyboard.press("Tab");
  await page.keyboard.type("finance host");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Case IR-2026-0412" }).waitFor();
  await page.waitForURL(/[?&]case=IR-2026-0412$/);
  await page.context().close();
});

test("an object is sealed in its case and taken out again, each a read on record", async () => {
  const page = await home.open("/objects?q=files.filename+%3D%3D+%22q1-backup.zip%22");
  await page.getByRole("gridcell", { name: "q1-backup.zip" }).first().click();
  await page.getByRole("button", { name: "Seal in the case" }).click();
  await page.getByLabel("Purpose").fill("what left that night");
  await page.getByRole("button", { name: "Open and record" }).click();
  await page.getByText(/sealed as attachment \w+ of case scratch, entry \d+/).waitFor();
  await page.goto(`${home.address}/cases?case=scratch`);
  const sealed = page.getByRole("region", { name: "1 sealed object" });
  await sealed.getByText("q1-backup.zip").waitFor();
  await expectAccessible(page);
  const download = page.waitForEvent("download");
  await sealed.getByRole("button", { name: "Take out" }).click();
  expect((await download).suggestedFilename()).toMatch(/^\w+\.bin$/);
  await sealed.getByText(/read recorded as entry \d+/).waitFor();
  await page.context().close();
});

test("a search is kept under a name, opened from its case as it was, and forgotten", async () => {
  const page = await home.open("/search?q=port+53&case=scratch&log=dns");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("names asked");
  await expectAccessible(page);
  await page.keyboard.press("Enter");
  await page.goto(`${home.address}/cases?case=scratch`);
  await page.getByRole("link", { name: "names asked" }).click();
  await page.waitForURL(/\/search\?q=port\+53&case=scratch&log=dns$/);
  await page.goBack();
  await page.getByRole("button", { name: "Forget names asked" }).click();
  await page.getByText("No search was saved yet").waitFor();
  await page.context().close();
});

test("a column is dragged to the place of another, and stays there", async () => {
  const page = await home.open("/search");
  const heads = page.getByRole("columnheader");
  await heads.first().waitFor();
  const [first, second] = (await heads.allTextContents()) as [string, string];
  await heads.nth(1).dragTo(heads.nth(0));
  await page.waitForURL(/columns=/);
  expect((await heads.allTextContents()).slice(0, 2)).toEqual([second, first]);
  await page.goto(`${home.address}/search?q=port+53`);
  await heads.first().waitFor();
  expect((await heads.allTextContents()).slice(0, 2)).toEqual([second, first]);
  await page.context().close();
});
