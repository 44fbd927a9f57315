import { constants } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemCode } from "./errors.ts";

/*
 * The one home of durable writes. A file becomes visible whole or not at all:
 *   1. write everything to a temporary name in the same directory
 *   2. fdatasync the file: its bytes are on the disk
 *   3. rename it over the final name: one atomic step
 *   4. fsync the directory: the name is on the disk
 * A crash leaves the old file, the new file, or a stray temporary one; never half a file.
 */

const TEMPORARY = ".tmp-";

/** Writes a whole file durably by the four steps above; 0600 unless another mode is given. */
export async function writeFileDurably(
  path: string,
  bytes: Uint8Array | string,
  options: { mode?: number; exclusive?: boolean } = {},
): Promise<void> {
  const temporary = join(dirname(path), `${TEMPORARY}${basename(path)}-${process.pid}`);
  const file = await open(temporary, "w", options.mode ?? 0o600);
  try {
    try {
      await file.writeFile(bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
    if (options.exclusive) await assertAbsent(path);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // the first error is the one to report
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Makes a finished, already synced file visible under another name. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncDirectory(dirname(to));
  if (dirname(from) !== dirname(to)) await syncDirectory(dirname(from));
}

/** Creates a directory and its parents, 0700, with their names on the disk when it resolves. */
export async function createDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let at = path; at.length >= first.length; at = dirname(at)) await syncDirectory(dirname(at));
}

/** Puts a directory's names on the disk. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Removes temporary files that a crash left in one directory. */
export async function removeTemporaries(path: string): Promise<void> {
  for (const name of await readdir(path)) {
    if (name.startsWith(TEMPORARY)) await rm(join(path, name), { force: true, recursive: true });
  }
}

async function assertAbsent(path: string): Promise<void> {
  const file = await open(path, "r").catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined) return;
  await file.close();
  throw Object.assign(new Error(`${path} exists already`), { code: "EEXIST" });
}
