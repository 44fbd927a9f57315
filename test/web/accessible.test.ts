import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { disagreeing, tunnelled } from "./captures.ts";
import { expectAccessible, ServedHome, violationsOf } from "./served-home.ts";
import { settled } from "./settled.ts";

const home = new ServedHome();
const CASE = "IR-2026-0412";
const ids: Record<string, string> = {};

beforeAll(async () => {
  await home.start();
  [ids["connection"]] = home.import(CASE, disagreeing()) as [string];
  ids["tunnelled"] = home.import("tunnelled", tunnelled())[1]!;
  ids["upload"] = firstOf("query", "conn.orig_bytes > 10MB", "uid");
  ids["object"] = firstOf("objects", 'files.filename == "q1-backup.zip"', "fuid");
  ids["capture"] = firstOf("segments", "--case", CASE, "capture");
  home.run("note", "the archive leaves here", "--uid", ids["upload"]!, "--tag", "exfiltration");
  home.run("people", "add", "ada", "--role", "investigator", "--case", CASE);
  home.run("people", "add", "pia", "--role", "analyst", "--all-cases");
});
afterAll(() => home.stop());
afterEach(() => home.expectNoComplaints());

/** The field named last of the first row that a command prints. */
function firstOf(...args: string[]): string {
  const field = args.pop()!;
  const [line = "{}"] = home.run(...args, "--json").split("\n");
  return String((JSON.parse(line) as Record<string, unknown>)[field]);
}

/** Every page there is and what it can show; an id in braces is one of `ids`. */
const PAGES: readonly (readonly [what: string, path: string])[] = [
  ["overview", "/"],
  ["overview of a query", "/?q=host+10.4.22.77"],
  ["search", "/search"],
  ["search without a match", "/search?q=host+1.2.3.4"],
  ["search of a log", "/search?log=dns"],
  ["search of an empty log", "/search?log=mysql"],
  ["search with a fault", "/search?q=prt+80"],
  ["search of a case that is not there", "/search?case=nothing"],
  ["connection", "/connections/{upload}"],
  ["connection with its verdict", "/connections/{connection}?verdict=1"],
  ["connection, ladder", "/connections/{connection}?tab=ladder"],
  ["connection, stream", "/connections/{connection}?tab=stream"],
  ["connection, stream as hex", "/connections/{connection}?tab=stream&view=hex"],
  ["connection, differences", "/connections/{connection}?tab=stream&view=differences"],
  ["connection within another", "/connections/{tunnelled}"],
  ["connection that is none", "/connections/nothing"],
  ["objects", "/objects"],
  ["object", "/objects?object={object}"],
  ["captures", "/captures"],
  ["capture", "/captures?capture={capture}&link=1g"],
  ["cases", "/cases"],
  ["case", `/cases?case=${CASE}`],
  ["keys", "/keys"],
  ["ledger", "/ledger"],
  ["ledger of a type", "/ledger?type=note.add"],
  ["people", "/people"],
  ["me", "/me"],
];

test.each(["dark", "light"] as const)(
  "no page breaks a rule of accessibility, %s",
  async (theme) => {
    const page = await home.open("/me", { theme, reads: CASE });
    const broken: string[] = [];
    for (const [what, path] of PAGES) {
      await page.goto(home.address + path.replace(/\{(\w+)\}/, (_, id: string) => ids[id]!));
      await settled(page);
      for (const rule of await violationsOf(page)) broken.push(`${what}: ${rule}`);
    }
    expect(broken).toEqual([]);
    await page.context().close();
  },
  300_000,
);

test.each(["dark", "light"] as const)(
  "no page of somebody who is not in yet breaks a rule of accessibility, %s",
  async (theme) => {
    const page = await home.newPage(theme);
    for (const path of ["/", "/?login=used"]) {
      await page.goto(home.address + path);
      await page.getByRole("heading", { name: "Holdfast" }).waitFor();
      await expectAccessible(page);
    }
    const [link] = /http:\S+/.exec(home.run("people", "link", "pia")) ?? [];
    await page.goto(link!);
    await page.getByRole("heading", { name: "Welcome, pia" }).waitFor();
    await expectAccessible(page);
    await page.context().close();
  },
);
