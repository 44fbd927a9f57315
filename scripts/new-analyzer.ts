// `npm run new-analyzer NAME`: copies the template analyzer under a new name and lists it, so that what
// comes out already reads a protocol, has its log, its tests and its place in every table and page.
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../src/core/analyzers", import.meta.url));
const name = process.argv[2] ?? "";

if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
  fail(`"${name}" is no name for a folder: write it in small letters, such as \`modbus\``);
}
const target = join(folder, name);
if (existsSync(target)) fail(`${target} is there already`);

const camel = name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const pascal = camel.charAt(0).toUpperCase() + camel.slice(1);
const snake = name.replaceAll("-", "_");

cpSync(join(folder, "template"), target, { recursive: true });
for (const file of readdirSync(target)) {
  const path = join(target, file);
  const text = readFileSync(path, "utf8")
    .replaceAll(
      ", to begin a new analyzer from: `npm run new-analyzer NAME` copies this folder",
      "",
    )
    .replace(
      "    // A service's name stands in `SERVICES`; this one is a protocol of lines too.\n",
      "",
    )
    .replaceAll('"finger"', `"${snake}"`)
    .replaceAll("./template-", `./${name}-`)
    .replaceAll("Template", pascal)
    .replaceAll("templateSchema", `${camel}Schema`)
    .replaceAll(/\btemplate(?=[,;: ]|\)$)/g, camel)
    .replaceAll("template", snake);
  writeFileSync(path, text);
  renameSync(path, join(target, file.replace("template", name)));
}

const list = join(folder, "index.ts");
const before = readFileSync(list, "utf8");
const after = before
  .replace(/(export const protocols: readonly Protocol\[\] = \[\n?)/, `$1  ${camel},\n`)
  .replace(/\nimport /, `\nimport { ${camel} } from "./${name}/index.ts";\nimport `);
writeFileSync(list, after);

const services = join(folder, "shared", "services.ts");
const known = readFileSync(services, "utf8");
if (!known.includes(`"${snake}"`)) {
  writeFileSync(services, known.replace("\n] as const;", `\n  "${snake}",\n] as const;`));
}
console.log(`src/core/analyzers/${name} is listed and reads lines; make it read ${name}.
  npx vitest run src/core/analyzers/${name}
  npm run check`);

function fail(reason: string): never {
  console.error(`new-analyzer: ${reason}`);
  process.exit(2);
}
