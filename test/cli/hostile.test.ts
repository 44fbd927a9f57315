import { readdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PROGRAM, type Run, ScratchHome, stock } from "../support/holdfast.ts";
import { hostileCapture } from "../support/hostile-capture.ts";
import { hostileStrings, MARKER } from "../support/hostile-strings.ts";
import { csvRows, liveCells, unsafePlaces } from "../support/safe-output.ts";

const COUNT = 5000;
const AT_ONCE = 3;
/** Connections that are shown, followed and explained one by one: each of another protocol. */
const PROTOCOLS = 12;

/** A home with everything planted, served, so that many commands may run at a time. */
async function plantedHome(): Promise<ScratchHome> {
  const home = ScratchHome.like("planted-home", (fresh) => {
    const path = fresh.path("planted.pcapng");
    writeFileSync(path, hostileCapture(hostileStrings(COUNT)));
    fresh.ok("import", path);
  });
  await home.serve();
  return home;
}

/** Runs commands to their ends, a few at a time; fails on one that has no answer. */
async function runAll(
  home: ScratchHome,
  commands: readonly (readonly string[])[],
): Promise<(Run & { what: string })[]> {
  const runs: (Run & { what: string })[] = [];
  const left = [...commands.entries()];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [n, args] = next;
      const run = await home.finished(args);
      const what = args.join(" ");
      // Nothing found, and a field that no packet explains, are answers.
      if (![0, 3, 4].includes(run.code)) throw new Error(`${what}: ${run.errors}`);
      runs[n] = { ...run, what };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return runs;
}

const filledLogs = (home: ScratchHome): string[] =>
  home
    .json<{ log: string; rows: number }>("logs")
    .filter(({ rows }) => rows > 0)
    .map(({ log }) => log);

const rowsOf = (json: Run): Record<string, unknown>[] =>
  json.text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test("no log prints what a terminal obeys in any format; no text makes a row, a cell or a formula", async () => {
  const home = await plantedHome();
  const seen = new Set<string>();
  const unsafe: string[] = [];
  for (const [n, log] of filledLogs(home).entries()) {
    const question = ["query", "--log", log, "--all"];
    const [json, csv, zeek] = await runAll(home, [
      [...question, "--json"],
      [...question, "--csv"],
      [...question, "--zeek"],
    ]);
    if (!json || !csv || !zeek) throw new Error("three commands have three answers");
    const rows = rowsOf(json);
    for (const [marker] of JSON.stringify(rows).matchAll(new RegExp(MARKER, "g"))) seen.add(marker);
    const [names = [], ...cells] = csvRows(csv.text);
    // The end of a line is of two letters in RFC 4180.
    const csvOut = Buffer.from(csv.text.replaceAll("\r\n", "\n"));
    unsafe.push(...unsafePlaces(`${log} json`, json), ...unsafePlaces(`${log} zeek`, zeek));
    unsafe.push(...unsafePlaces(`${log} csv`, { ...csv, out: csvOut }));
    expect(liveCells(csv.text), log).toEqual([]);
    expect(new Set([names, ...cells].map((row) => row.length)), log).toEqual(
      new Set([names.length]),
    );
    expect(cells).toHaveLength(rows.length);
    const typed = zeek.text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(typed, log).toHaveLength(rows.length);
    expect(new Set(typed.map((line) => line.split("\t").length)), log).toEqual(
      new Set([names.length]),
    );
    if (n % 3 > 0) continue;
    const lines = home.ok("logs", log);
    const table = home.ok(...question, "--columns", names.join(","));
    unsafe.push(...unsafePlaces(`${log} lines`, lines), ...unsafePlaces(`${log} table`, table));
    expect(lines.text.trimEnd().split("\n"), log).toHaveLength(rows.length);
  }
  expect(unsafe).toEqual([]);
  // The others were cut, refused, or are of what only the stream shows.
  expect(seen.size).toBeGreaterThan(COUNT / 2);
}, 600_000);

test("no command that counts, shows, explains or follows prints what a terminal obeys", async () => {
  const home = await plantedHome();
  const uids: string[] = [];
  const explained: string[][] = [];
  for (const log of filledLogs(home)) {
    const [row] = rowsOf(home.ok("query", "--log", log, "--limit", "1", "--json"));
    const uid = row?.["uid"];
    if (typeof uid !== "string" || log === "tunnel") continue;
    if (!uids.includes(uid)) uids.push(uid);
    const field = Object.entries(row!).find(([, value]) => MARKER.test(JSON.stringify(value)));
    if (field !== undefined) explained.push(["explain", uid, "--field", `${log}.${field[0]}`]);
  }
  const tcp = new Set(rowsOf(home.ok("query", "--all", "--json", "tcp")).map(({ uid }) => uid));
  const all = new Set(uids);
  const of = (command: string, among: ReadonlySet<unknown>): string[][] =>
    uids
      .filter((uid) => among.has(uid))
      .slice(0, PROTOCOLS)
      .map((uid) => [command, uid]);
  const texts = ["dns.query", "http.user_agent", "http.host,http.uri", "ssl.server_name"];
  const plain = [
    ["status"],
    ["conversations"],
    ["endpoints"],
    ["hierarchy"],
    ["findings"],
    ["objects"],
    ["objects", "--members"],
    ["segments"],
    ["ledger"],
    ["case", "list"],
    ["verify"],
    ...texts.map((by) => ["top", "--by", by, "-n", "1000"]),
    ...of("show", all),
    ...of("stream", tcp),
    ...explained.slice(0, PROTOCOLS),
  ];
  const runs = await runAll(home, [...plain, ...plain.map((args) => [...args, "--json"])]);
  expect(runs.flatMap((run) => unsafePlaces(run.what, run))).toEqual([]);
  for (const run of runs.slice(plain.length)) expect(() => rowsOf(run), run.what).not.toThrow();
  const said = runs.map(({ text }) => text).join("\n");
  expect(new Set(said.match(new RegExp(MARKER, "g"))).size).toBeGreaterThan(500);
}, 600_000);

test("what people and files are called is text too: names, notes, purposes, and what errors repeat", async () => {
  const home = ScratchHome.empty();
  await home.serve();
  const texts = hostileStrings(1000, 7)
    .map(({ wire }) => Buffer.from(wire, "latin1").toString().replaceAll("\0", ""))
    .filter((text) => text.length < 200);
  const names = texts.filter((text) => !text.includes("/")).slice(0, 8);
  for (const name of names) {
    writeFileSync(home.path(name), hostileCapture(hostileStrings(8, name.length)));
  }
  // As a person names them: with a folder before, so that no name is an option.
  const files = readdirSync(home.folder).filter((name) => MARKER.test(name));
  expect(files).toHaveLength(names.length);
  const runs: (Run & { what: string })[] = [];
  const run = (...args: string[]): Run => {
    const done = home.run(args);
    runs.push({ ...done, what: args.join(" ") });
    return done;
  };
  for (const name of files) run("import", home.path(name), "--purpose", texts.pop()!);
  const [conn] = home.json<{ uid: string }>("query", "--limit", "1");
  for (const text of texts.slice(0, 3)) {
    run("note", "--uid", conn!.uid, "--tag", "hostile", "--", text);
    run("packets", "--purpose", text, "-o", home.path("out.pcapng"), "--uid", conn!.uid);
    run("case", "open", `hostile-${runs.length}`, "--purpose", text);
    for (const wrong of [
      ["query", "--", text],
      ["import", text],
      ["show", "--", text],
    ]) {
      expect(run(...wrong).code).not.toBe(0);
    }
    run("query", "--json", "--", text);
  }
  for (const list of [["notes"], ["ledger", "--limit", "1000"], ["segments"], ["case", "list"]]) {
    expect(MARKER.test(run(...list).text), list[0]).toBe(true);
    rowsOf(run(...list, "--json"));
  }
  expect(runs.flatMap((done) => unsafePlaces(done.what, done))).toEqual([]);
}, 300_000);

test("a terminal gets what a pipe gets: nothing that it obeys, and raw bytes as text", () => {
  const home = ScratchHome.empty();
  const path = home.path("planted.pcapng");
  writeFileSync(path, hostileCapture(hostileStrings(500)));
  home.ok("import", path);
  const [http] = home.json<{ uid: string }>("query", "--log", "http", "--limit", "1");
  for (const args of [
    ["query", "--log", "http"],
    ["query", "--log", "http", "--json"],
    ["query", "--log", "http", "--csv"],
    ["stream", http!.uid],
    ["stream", http!.uid, "--side", "orig"],
    ["show", http!.uid],
    ["objects"],
    ["top", "--by", "http.host"],
  ]) {
    const command = ["env", `HOLDFAST_HOME=${home.home}`, PROGRAM, ...args].join(" ");
    const out = stock("script", ["-qec", command, "/dev/null"]);
    expect(out.length, command).toBeGreaterThan(100);
    // A terminal is told to return before each new line.
    const lines = Buffer.from(out.toString().replaceAll(/\r+\n/g, "\n"));
    expect(unsafePlaces(args.join(" "), { out: lines, errors: "" })).toEqual([]);
  }
}, 300_000);
