import { readFileSync } from "node:fs";
import { link, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HoldfastError } from "../core/base/index.ts";
import { systemCode } from "./errors.ts";
import { randomHex } from "./random.ts";

/** Who holds a home: a process and when it started, since process numbers come round again. */
interface Holder {
  readonly pid: number;
  readonly started: string;
}

const ATTEMPTS_MAX = 20;

/**
 * One owner process of a home at a time. The lock is a file that names its holder; that of a dead
 * process is taken over, under a second lock file so that two who find it dead cannot both win.
 */
export class HomeLock {
  readonly #path: string;
  readonly #text: string;

  private constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
  }

  /** Takes the lock of the home in `dir`, or throws `home/in-use` naming the process that has it. */
  static async acquire(dir: string): Promise<HomeLock> {
    const path = join(dir, "lock");
    const text = JSON.stringify({ pid: process.pid, started: startOf(process.pid) ?? "" });
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      if (await createWhole(path, text)) return new HomeLock(path, text);
      const holder = await readHolder(path);
      if (holder === undefined) continue; // released in between
      if (isAlive(holder)) throw inUse(dir, holder.pid);
      await takeAway(path);
    }
    throw new HoldfastError("home/in-use", `home ${dir} is being opened by another process`);
  }

  /** Gives the lock back; only if it is still ours. */
  async release(): Promise<void> {
    const text = await readFile(this.#path, "utf8").catch(() => ""); // gone is as good as released
    if (text === this.#text) await unlink(this.#path);
  }
}

/** Creates the file with its content in one step: a link cannot be seen empty. */
async function createWhole(path: string, text: string): Promise<boolean> {
  const temporary = `${path}.${randomHex(8)}`;
  await writeFile(temporary, text, { mode: 0o600, flag: "wx" });
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(temporary);
  }
}

/** Removes a dead process's lock, after reading it again under the takeover lock. */
async function takeAway(path: string): Promise<void> {
  const guard = `${path}.takeover`;
  const own = JSON.stringify({ pid: process.pid, started: startOf(process.pid) ?? "" });
  if (!(await createWhole(guard, own))) {
    const other = await readHolder(guard);
    if (other !== undefined && !isAlive(other)) await unlink(guard).catch(() => {}); // raced: gone
    return;
  }
  try {
    const holder = await readHolder(path);
    if (holder !== undefined && !isAlive(holder)) await unlink(path);
  } finally {
    await unlink(guard);
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const value = JSON.parse(await readFile(path, "utf8")) as Partial<Holder> | null;
    return { pid: Number(value?.pid), started: String(value?.started) };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    // A file nobody can read as a lock names no living process.
    if (error instanceof SyntaxError) return { pid: Number.NaN, started: "" };
    throw error;
  }
}

function isAlive(holder: Holder): boolean {
  if (!Number.isSafeInteger(holder.pid) || holder.pid <= 0) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (systemCode(error) === "ESRCH") return false;
  }
  const started = startOf(holder.pid);
  return started === undefined || holder.started === "" || started === holder.started;
}

/** When a process started, in the kernel's clock ticks (proc(5), field 22); undefined elsewhere. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined; // no /proc, or the process went away: the caller then trusts the number alone
  }
}

function inUse(dir: string, pid: number): HoldfastError {
  return new HoldfastError("home/in-use", `home ${dir} is in use by process ${pid}`, {
    remedy: "stop that process, or talk to it through its socket",
  });
}
