import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { findCapture } from "./captures.ts";
import { type Ask, typicalAsks } from "./page-questions.ts";

/**
 * `node bench/page.ts [--home DIR] [--captures DIR]`: a home of about a million connections, served and
 * looked at in Chromium. Without a home it makes one of the benchmark's captures small and mix, in a
 * folder that is removed. Prints its figures as JSON, times in milliseconds.
 */
const { values: options } = parseArgs({
  options: { home: { type: "string" }, captures: { type: "string" } },
});
const PROGRAM = fileURLToPath(new URL("../bin/holdfast", import.meta.url));
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CHROMIUM = process.env["HOLDFAST_CHROMIUM"] ?? "/usr/bin/chromium";
const PAGES = 200;
const VIEWS = 3;

interface Served {
  readonly address: string;
  readonly server: ChildProcess;
  readonly env: NodeJS.ProcessEnv;
}

const made = options.home === undefined ? mkdtempSync(join(tmpdir(), "holdfast-bench-page-")) : "";
const home = options.home ?? join(made, "home");
const env = { ...process.env, HOLDFAST_HOME: home };
if (options.home === undefined) makeHome();
if (!existsSync(join(ROOT, "web/dist/index.html"))) {
  const vite = join(ROOT, "node_modules/vite/bin/vite.js");
  execFileSync(process.execPath, [vite, "build", "web"], { cwd: ROOT, stdio: "ignore" });
}
const served = await serve();
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
try {
  const context = await logIn(browser);
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const { total } = (await ask({ what: "", path: "query", body: { limit: 1 } }, cookie)) as {
    total: number;
  };
  const views = await firstViews(context);
  const questions = await askAll(cookie);
  const scrolled = await scroll(context);
  const cancelled = await cancel(cookie);
  console.log(
    JSON.stringify({ connections: total, ...views, ...questions, ...scrolled, ...cancelled }),
  );
} finally {
  await browser.close();
  const ended = new Promise((resolve) => served.server.once("exit", resolve));
  served.server.kill("SIGINT");
  await ended;
  if (made !== "") rmSync(made, { recursive: true, force: true });
}

function makeHome(): void {
  execFileSync(PROGRAM, ["init"], { env });
  for (const name of ["small", "mix"] as const) {
    const file = findCapture(name, options.captures);
    if (file === undefined) throw new Error(`${name} cannot be made here`);
    execFileSync(PROGRAM, ["import", file], { env, stdio: "ignore" });
  }
}

async function serve(): Promise<Served> {
  const server = spawn(PROGRAM, ["serve", "--port", "0"], { env });
  const address = await new Promise<string>((resolve, reject) => {
    let said = "";
    server.stdout.on("data", (piece) => {
      said += String(piece);
      const link = /http:\/\/\S+token=\S+/.exec(said)?.[0];
      if (link !== undefined) resolve(new URL(link).origin);
    });
    server.once("exit", () => reject(new Error(`the server ended: ${said}`)));
  });
  return { address, server, env };
}

async function logIn(own: Browser): Promise<BrowserContext> {
  const context = await own.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(execFileSync(PROGRAM, ["serve", "--link"], { env }).toString().trim());
  await page.getByRole("main").waitFor();
  await page.close();
  return context;
}

/** From the navigation to rows on the page, and until nothing is loading any more; the median of some. */
async function firstViews(context: BrowserContext) {
  const view = async (path: string, isThere: (page: Page) => Promise<unknown>) => {
    const times: { first: number; whole: number }[] = [];
    for (let n = 0; n < VIEWS; n++) {
      const page = await context.newPage();
      const began = performance.now();
      await page.goto(served.address + path, { waitUntil: "commit" });
      await isThere(page);
      const first = performance.now() - began;
      await filled(page);
      times.push({ first, whole: performance.now() - began });
      await page.close();
    }
    times.sort((a, b) => a.first - b.first);
    return times[VIEWS >> 1]!;
  };
  const search = await view("/search", (page) =>
    page.getByRole("gridcell").nth(20).waitFor({ state: "attached" }),
  );
  const overview = await view("/", (page) => page.getByRole("main").getByLabel("Totals").waitFor());
  return {
    searchFirst: Math.round(search.first),
    searchWhole: Math.round(search.whole),
    overviewFirst: Math.round(overview.first),
    overviewWhole: Math.round(overview.whole),
  };
}

/** Until two looks in turn find no pane that says that it waits. */
async function filled(page: Page): Promise<void> {
  for (let calm = 0; calm < 2; ) {
    const text = (await page.evaluate("document.body.innerText")) as string;
    calm = /counting…|^(Searching|Counting|Looking|Asking|Reading).*…$/m.test(text) ? 0 : calm + 1;
    await page.waitForTimeout(20);
  }
}

async function ask({ path, body }: Ask, cookie: string, signal?: AbortSignal): Promise<unknown> {
  const answer = await fetch(`${served.address}/api/v1/${path}`, {
    method: "POST",
    headers: { cookie, "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(`${JSON.stringify(body)}: ${JSON.stringify(said)}`);
  return said;
}

async function topValues(log: string, by: string, cookie: string): Promise<string[]> {
  const { groups } = (await ask(
    { what: "", path: "top", body: { log, by: [by], limit: 100 } },
    cookie,
  )) as { groups: { values: unknown[] }[] };
  const all = groups.map(({ values: [value] }) => value);
  return all.filter(
    (value): value is string => typeof value === "string" && /^[\w.-]+$/.test(value),
  );
}

/** Each question once, one after the other, as no one of them was asked before. */
async function askAll(cookie: string) {
  const asks = typicalAsks({
    hosts: await topValues("conn", "id.orig_h", cookie),
    names: await topValues("dns", "query", cookie),
  });
  const times: { what: string; ms: number }[] = [];
  for (const one of asks) {
    const began = performance.now();
    await ask(one, cookie);
    times.push({ what: one.what, ms: Math.round(performance.now() - began) });
  }
  times.sort((a, b) => a.ms - b.ms);
  const at = (share: number) => times[Math.ceil(times.length * share) - 1]!.ms;
  return {
    questions: times.length,
    p50: at(0.5),
    p95: at(0.95),
    slowest: times.slice(-8).map(({ what, ms }) => `${ms} ${what}`),
  };
}

/** Page after page by keyboard: the longest time between two frames, and how long rows were missing. */
async function scroll(context: BrowserContext) {
  const page = await context.newPage();
  await page.goto(`${served.address}/search`);
  const grid = page.getByRole("main").getByRole("grid").first();
  await grid.getByRole("gridcell").nth(20).waitFor({ state: "attached" });
  await page.waitForLoadState("networkidle");
  await grid.focus();
  await page.evaluate(`(() => {
    const seen = (window.frames_ = []);
    let last = performance.now();
    const frame = (now) => { seen.push(now - last); last = now; requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
  })()`);
  const began = performance.now();
  for (let n = 0; n < PAGES; n++) await page.keyboard.press("PageDown");
  const ms = performance.now() - began;
  await page.waitForLoadState("networkidle");
  const frames = (await page.evaluate("window.frames_")) as number[];
  frames.sort((a, b) => a - b);
  await page.close();
  return {
    scrolledPages: PAGES,
    scrollMs: Math.round(ms),
    frameLongest: Math.round(frames.at(-1)!),
    frameP99: Math.round(frames[Math.floor(frames.length * 0.99)]!),
  };
}

/** A question that takes long is given up; how soon the next one is answered says whether it was. */
async function cancel(cookie: string) {
  const short: Ask = { what: "", path: "query", body: { q: "port 22", limit: 10 } };
  const long: Ask = {
    what: "",
    path: "top",
    body: { log: "conn", by: ["id.orig_h", "id.resp_h", "id.orig_p", "id.resp_p"], limit: 1000 },
  };
  const time = async (what: () => Promise<unknown>): Promise<number> => {
    const began = performance.now();
    await what();
    return Math.round(performance.now() - began);
  };
  const longAlone = await time(() => ask(long, cookie));
  const shortAlone = await time(() => ask(short, cookie));
  const gone = new AbortController();
  const given = ask(long, cookie, gone.signal).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 100));
  gone.abort();
  await given;
  const afterCancel = await time(() => ask(short, cookie));
  return { longAlone, shortAlone, shortAfterCancel: afterCancel };
}
