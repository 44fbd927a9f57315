import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import { copyHome, incidentFile, madeOnce } from "../support/made-once.ts";
import { countRequests } from "./settled.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/holdfast", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CHROMIUM = process.env["HOLDFAST_CHROMIUM"] ?? "/usr/bin/chromium";

/** How a page is opened. */
export interface Opening {
  readonly theme?: "light" | "dark";
  /** A case for which the purpose of reading packets is said already. */
  readonly reads?: string;
}

/** A scratch home with the demonstration incident, served, and a browser to look at it. */
export class ServedHome {
  readonly folder = mkdtempSync(join(tmpdir(), "holdfast-web-"));
  address = "";
  #server: ChildProcess | undefined;
  #browser: Browser | undefined;
  /** The owner's, which all pages of a file share. */
  #session: { name: string; value: string } | undefined;
  /** What pages complained of since it was last looked at. */
  readonly complaints: string[] = [];

  /** `more` are options of the server. */
  async start(more: readonly string[] = []): Promise<void> {
    if (!existsSync(CHROMIUM)) {
      throw new Error(
        `this suite needs Chromium at ${CHROMIUM}: install it, or name it in HOLDFAST_CHROMIUM`,
      );
    }
    buildPage();
    const own = join(this.folder, "home");
    // Who made one before wants it as it is.
    if (!existsSync(own)) copyHome(demonstrationHome(), own);
    await this.#serve(more);
    const args = ["--no-sandbox"];
    this.#browser = await chromium.launch({ executablePath: CHROMIUM, args });
  }

  /** Serves the home anew: nothing that was read is remembered. */
  async restart(): Promise<void> {
    await this.#end();
    await this.#serve([]);
  }

  async #serve(more: readonly string[]): Promise<void> {
    const env = { ...process.env, HOLDFAST_HOME: join(this.folder, "home") };
    this.#server = spawn(PROGRAM, ["start", "--port", "0", ...more], { env });
    this.address = new URL(await linkFrom(this.#server)).origin;
    this.#session = undefined;
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    await this.#end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #end(): Promise<void> {
    const server = this.#server;
    if (server !== undefined && server.exitCode === null) {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGINT");
      await ended;
    }
  }

  /** A login link that was not used yet. */
  link(): string {
    return this.run("serve", "--link").trim();
  }

  /** What the program says that works on the same home. */
  run(...args: readonly string[]): string {
    const env = { ...process.env, HOLDFAST_HOME: join(this.folder, "home") };
    return execFileSync(PROGRAM, args, { env, stdio: ["ignore", "pipe", "ignore"] }).toString();
  }

  /** Imports a capture into a case of its own and gives the uids of its connections, by time. */
  import(name: string, bytes: Uint8Array): string[] {
    const path = join(this.folder, `${name}.pcapng`);
    writeFileSync(path, bytes);
    this.run("import", path, "--case", name);
    const rows = this.run("query", "--case", name, "--json").split("\n");
    return rows.filter((row) => row !== "").map((row) => (JSON.parse(row) as { uid: string }).uid);
  }

  /** A browser of its own, not logged in; what it complains of is collected. */
  async newPage(theme: "light" | "dark" = "dark"): Promise<Page> {
    const context = await this.#browser!.newContext({
      viewport: { width: 1440, height: 900 },
      colorScheme: theme,
      acceptDownloads: true,
    });
    await this.#listen(context);
    return await context.newPage();
  }

  /** A page of the owner, who is logged in, that shows this. */
  async open(path: string, { theme = "dark", reads }: Opening = {}): Promise<Page> {
    const page = await this.newPage(theme);
    if (reads !== undefined) {
      // Not in the empty page beside it that the rules of accessibility are checked in.
      const said = `sessionStorage.setItem("holdfast.purpose.${reads}", "to see")`;
      const content = `if (location.protocol === "http:") ${said}`;
      await page.context().addInitScript({ content });
    }
    this.#session ??= await sessionFrom(this.link());
    await page.context().addCookies([{ ...this.#session, url: this.address }]);
    await page.goto(this.address + path);
    // The last of the frame: keys are listened for by then.
    await page.locator("[data-fact=key]").waitFor();
    return page;
  }

  /** Fails if a page broke its policy, threw, or logged an error. */
  expectNoComplaints(): void {
    expect(this.complaints.splice(0)).toEqual([]);
  }

  async #listen(context: BrowserContext): Promise<void> {
    countRequests(context);
    await context.addInitScript({ content: TELL_VIOLATIONS });
    context.on("weberror", (error) => this.complaints.push(error.error().message));
    context.on("console", (message) => {
      // The browser itself reports every answer that is not 2xx; to be told to log in is one.
      const isStatus = /status of (401|400|404|429)/.test(message.text());
      if (message.type() === "error" && !isStatus) this.complaints.push(message.text());
    });
  }
}

/** Runs in the page: says what its policy forbade. */
const TELL_VIOLATIONS = `document.addEventListener("securitypolicyviolation", (event) => {
  console.error("policy: " + event.violatedDirective + " " + event.blockedURI);
});`;

/** Rules of WCAG 2.2 AA that a page breaks, and where. */
export async function violationsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`),
  );
}

export async function expectAccessible(page: Page): Promise<void> {
  expect(await violationsOf(page)).toEqual([]);
}

/** Presses Tab until the element has the focus: only what the keyboard reaches is there. */
export async function tabTo(
  page: Page,
  role: "button" | "grid" | "tree" | "link" | "tab" | "radio" | "combobox" | "textbox" | "slider",
  name: string | RegExp,
): Promise<void> {
  const target = page.getByRole(role, { name }).first();
  await target.waitFor();
  for (let n = 0; n < 150; n++) {
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  const stuck = await page.evaluate("document.activeElement.outerHTML.slice(0, 200)");
  throw new Error(`the keyboard does not reach ${role} ${name}; it is at ${stuck}`);
}

/** The page under test is the page as it is written now. */
function buildPage(): void {
  madeOnce("page-built", (path) => {
    // Not with this runner's NODE_ENV, which would make it a development build.
    const env = { ...process.env, NODE_ENV: "production" };
    const vite = join(ROOT, "node_modules/vite/bin/vite.js");
    execFileSync(process.execPath, [vite, "build", "web"], { cwd: ROOT, env });
    writeFileSync(path, "");
  });
}

/** A home as \`holdfast start\` fills one that is new. */
function demonstrationHome(): string {
  return madeOnce("demonstration-home", (path) => {
    const env = { ...process.env, HOLDFAST_HOME: path };
    const purpose = "demonstration: invented traffic";
    for (const args of [["init"], ["import", incidentFile(), "--purpose", purpose]])
      execFileSync(PROGRAM, args, { env });
  });
}

/** Logs in with a link, as a browser would that opens it. */
async function sessionFrom(link: string): Promise<{ name: string; value: string }> {
  const answer = await fetch(link, { redirect: "manual" });
  const [name, value] = answer.headers.get("set-cookie")!.split(";")[0]!.split("=");
  return { name: name!, value: value! };
}

async function linkFrom(server: ChildProcess): Promise<string> {
  let said = "";
  return await new Promise((resolve, reject) => {
    const hear = (bytes: Buffer): void => {
      said += bytes.toString();
      const [link] = /http:\/\/\S+token=\S+/.exec(said) ?? [];
      if (link !== undefined) resolve(link);
    };
    server.stdout!.on("data", hear);
    server.stderr!.on("data", hear);
    server.once("exit", (code) => reject(new Error(`holdfast start ended with ${code}: ${said}`)));
  });
}
