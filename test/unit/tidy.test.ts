import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { logReference } from "../../scripts/log-reference.ts";
import { describeApi } from "../../src/server/index.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const FOLDERS = ["src", "web", "test", "bench", "scripts", "types"];
const LINES_MAX = 400;
/** Longer than a file may be, each for a reason. */
const LONG_FILES = new Set<string>([
  // Tables of names by number.
  "src/core/analyzers/dce-rpc/operation-names.ts",
  "src/core/analyzers/smb/status-names.ts",
]);

const files = FOLDERS.flatMap((folder) => sources(folder));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const isTest = (path: string): boolean =>
  path.startsWith("test/") || /\.(test|fuzz|bench|contract)\.tsx?$/.test(path);

function sources(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|tsx|mjs|css)$/.test(name))
    .filter((name) => !/(^|\/)(dist|node_modules|testdata)\//.test(name))
    .map((name) => `${folder}/${name}`)
    .sort();
}

/** Files in which a pattern stands, with the line. */
function findings(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    read(path)
      .split("\n")
      .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}: ${line.trim()}`] : [])),
  );
}

test("the sources are found", () => {
  expect(files.length).toBeGreaterThan(200);
});

test(`no file but tests has more than ${LINES_MAX} lines`, () => {
  const long = files.filter((path) => !isTest(path) && !LONG_FILES.has(path));
  expect(long.filter((path) => read(path).split("\n").length - 1 > LINES_MAX)).toEqual([]);
  expect([...LONG_FILES].filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test("nothing is exported by default and no door is left wide open", () => {
  const own = files.filter((path) => !path.endsWith(".config.ts"));
  expect(findings(own, /^\s*export (default\b|\*)/)).toEqual([]);
});

test("no work is left for later in a comment, and no test is switched off", () => {
  const words = new RegExp(`\\b(${["TO", "FIX"].map((w, n) => w + ["DO", "ME"][n]).join("|")})\\b`);
  expect(findings(files, words)).toEqual([]);
  expect(findings(files, /\b(test|it|describe)\.(skip|only|todo)\(/)).toEqual([]);
});

test("files and processes are touched by the platform alone", () => {
  const outside = files.filter(
    (path) => path.startsWith("src/") && !path.startsWith("src/platform/") && !isTest(path),
  );
  expect(findings(outside, /["'](node:)?(fs|fs\/promises|child_process)["']/)).toEqual([]);
});

test("core asks neither clock nor chance", () => {
  const core = files.filter((path) => path.startsWith("src/core/") && !isTest(path));
  expect(findings(core, /\bDate\.now\(|\bnew Date\(\)|Math\.random\(|performance\.now\(/)).toEqual(
    [],
  );
});

test("every dependency is pinned and has its line in docs/design/dependencies.md, and no line is stale", () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    read("package.json"),
  ) as Record<string, Record<string, string>>;
  const lines = read("docs/design/dependencies.md").split("\n");
  const all = { ...dependencies, ...devDependencies, ...optionalDependencies };
  for (const [name, version] of Object.entries(all)) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    const line = lines.find((text) => text.startsWith(`| \`${name}\` | ${version} |`));
    expect(line, `a line for ${name} ${version}`).toBeDefined();
  }
  const listed = lines.flatMap((text) => /^\| `([^`]+)` \|/.exec(text)?.[1] ?? []);
  expect(listed.filter((name) => !(name in all))).toEqual([]);
});

test("docs/logs.md is what the schemas say (else: node scripts/write-log-reference.ts)", () => {
  expect(read("docs/logs.md")).toBe(logReference());
});

test("src/api/openapi.json is what the contract says now (else: node scripts/write-openapi.ts)", () => {
  const committed: unknown = JSON.parse(read("src/api/openapi.json"));
  expect(JSON.parse(JSON.stringify(describeApi()))).toEqual(committed);
});

test("the commands that documents name exist", () => {
  const scripts = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const commands = commandsOf(holdfast("--help"));
  for (const document of ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]) {
    const code = codeOf(read(document));
    for (const [, name] of code.matchAll(/\bholdfast (?!-)([a-z]+)/g)) {
      expect(commands, `${document}: holdfast ${name}`).toContain(name);
    }
    for (const [, name] of code.matchAll(/\bnpm run ([\w:-]+)/g)) {
      expect(Object.keys(scripts.scripts), `${document}: npm run ${name}`).toContain(name);
    }
  }
});

test("the files that documents link to exist", () => {
  const documents = ["README.md", "ARCHITECTURE.md", "GLOSSARY.md", "CONTRIBUTING.md"];
  for (const document of documents) {
    for (const [, path] of read(document).matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
      expect(existsSync(join(root, path!)), `${document}: ${path}`).toBe(true);
    }
  }
});

function holdfast(...args: string[]): string {
  return spawnSync(join(root, "bin/holdfast"), args, { encoding: "utf8" }).stdout;
}

/** Names of the commands in a help text. */
function commandsOf(help: string): string[] {
  const [, list = ""] = help.split("\nCommands:\n");
  return [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name!);
}

/** Fenced blocks and code spans: what a reader would type. */
function codeOf(markdown: string): string {
  return [...markdown.matchAll(/```[^\n]*\n([\s\S]*?)```|`([^`\n]+)`/g)]
    .map(([, block, span]) => block ?? span)
    .join("\n");
}
