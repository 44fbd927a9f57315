import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";

/** What an import of FILE leaves on the disk: bytes of postings, locator rows, the whole index, the vault. */
const file = process.argv[2]!;
const home = join(tmpdir(), `holdfast-bench-stored-${process.pid}`);
const program = fileURLToPath(new URL("../bin/holdfast", import.meta.url));
const env = { ...process.env, HOLDFAST_HOME: home };
spawnSync(program, ["init"], { env });
spawnSync(program, ["import", file], { env });
const files = readdirSync(home, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));
const sum = (wanted: (path: string) => boolean): number =>
  files.filter(wanted).reduce((total, path) => total + statSync(path).size, 0);
const postings = sum((path) => path.endsWith(".postings"));
const database = files.find((path) => path.endsWith("index.duckdb"))!;
console.log(
  JSON.stringify({
    postings,
    locator: await locatorBytes(database),
    index: sum((path) => path.includes("/index/")),
    vault: sum((path) => path.includes("/vault/")),
  }),
);
rmSync(home, { recursive: true, force: true });

/** Blocks that the locator table alone takes: the database copied with only it. */
async function locatorBytes(path: string): Promise<number> {
  const copy = `${path}.locator`;
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`ATTACH '${path}' AS a (READ_ONLY)`);
  await connection.run(`ATTACH '${copy}' AS b`);
  await connection.run("CREATE TABLE b.locator AS FROM a.locator");
  await connection.run("DETACH b");
  return statSync(copy).size;
}
