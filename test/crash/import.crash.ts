import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { basename } from "node:path";
import { afterAll, expect, test } from "vitest";
import { SeededRandom } from "../fuzz/random.ts";
import { PROGRAM, ScratchHome } from "../support/holdfast.ts";
import { FLOWS_PER_FILE, writeCaptures } from "./capture-files.ts";

const FILES = 20;
const points = Number(process.env["HOLDFAST_CRASH_COUNT"] ?? 50);
const seed = Number(process.env["HOLDFAST_CRASH_SEED"] ?? 1);
/** Longer than one file takes, so that a kill can fall anywhere in it and just behind it. */
const FILE_MS = 600;

const { folder, files } = writeCaptures(FILES);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const random = new SeededRandom(seed);
const cases = Array.from({ length: points }, (_, n) => {
  const after = random.below(FILES);
  const delayMs = random.below(FILE_MS);
  return {
    after,
    delayMs,
    title: `point ${n + 1}: ${delayMs} ms after ${after} of ${FILES} files`,
  };
});

interface Sealed {
  readonly name: string;
  readonly plaintext_sha256: string;
}

test.each(cases)(
  "killed at $title, an import loses nothing that was sealed, and the rest imports",
  async ({ after, delayMs }) => {
    const home = new ScratchHome();
    home.ok("init");
    const reported = await importUntilKilled(home, after, delayMs);

    const verified = home.run(["verify"]);
    expect(verified.text).toMatch(/^good/m);
    expect(verified.code).toBe(0);
    const sealed = home.json<Sealed>("segments");
    const digests = sealed.map(({ plaintext_sha256 }) => plaintext_sha256);
    expect(digests).toEqual(expect.arrayContaining(reported));

    const isSealed = new Set(sealed.map(({ name }) => name));
    const noted = new Set(
      [...verified.text.matchAll(/import of (\S+) did not finish/g)].map(([, name]) => name),
    );
    for (const name of startedFiles(home))
      expect(isSealed.has(name) !== noted.has(name)).toBe(true);

    const rest = files.filter((file) => !isSealed.has(basename(file)));
    if (rest.length > 0) home.ok("import", ...rest);
    expect(home.json("segments")).toHaveLength(FILES);
    expect(home.json("query", "--all")).toHaveLength(FILES * FLOWS_PER_FILE);
    expect(home.ok("verify").text).toMatch(/^good/m);
  },
);

/** Kills owner and recorder together; returns the digests the import had reported as sealed. */
async function importUntilKilled(
  home: ScratchHome,
  after: number,
  delayMs: number,
): Promise<string[]> {
  const child = spawn(PROGRAM, ["import", ...files], {
    detached: true, // a process group of its own, so that one signal reaches the recorder too
    env: { ...process.env, HOLDFAST_HOME: home.home },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  const digests = () => [...text.matchAll(/sha256 ([0-9a-f]{64})\n/g)].map(([, digest]) => digest!);
  const ended = new Promise((resolve) => child.on("close", resolve));
  let timer: NodeJS.Timeout | undefined;
  const strikeWhenDue = (): void => {
    if (digests().length >= after) timer ??= setTimeout(() => killGroup(child), delayMs);
  };
  child.stdout?.on("data", (chunk) => {
    text += String(chunk);
    strikeWhenDue();
  });
  strikeWhenDue();
  await ended;
  clearTimeout(timer);
  return digests();
}

function killGroup(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it had finished already
  }
}

/** Names of the files whose import is on record. */
function startedFiles(home: ScratchHome): string[] {
  const entries = home.run(["ledger", "--type", "import.start", "--json"]).text.trim();
  if (entries === "") return [];
  return entries
    .split("\n")
    .map((line) => (JSON.parse(line) as { file: { name: string } }).file.name);
}
