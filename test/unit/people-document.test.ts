import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Operation, operations } from "../../src/api/index.ts";
import {
  PERMISSION_NAMES,
  PERMISSIONS,
  permissionsOf,
  ROLE_NAMES,
} from "../../src/core/custody/index.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/people.md", import.meta.url)), "utf8");

/** What each role may do, and which operations ask for it, as the page has it. */
function permissionTable(): string {
  const roles = ROLE_NAMES.map((role) => permissionsOf([role]));
  const asking = (name: string): string =>
    (Object.entries(operations) as [string, Operation][])
      .filter(([, { needs }]) => needs === name)
      .map(([operation]) => `\`${operation}\``)
      .join(" ");
  const lines = PERMISSION_NAMES.map((name) => {
    const marks = roles.map((may) => (may.has(name) ? "yes" : ""));
    return `| \`${name}\` | ${PERMISSIONS[name]} | ${marks.join(" | ")} | ${asking(name)} |`;
  });
  const head = ["permission", "opens", ...ROLE_NAMES, "operations"];
  return [`| ${head.join(" | ")} |`, `|${"---|".repeat(head.length)}`, ...lines].join("\n");
}

test("the page of roles and permissions is the table that the code goes by", () => {
  expect(page).toContain(permissionTable());
});

test("no role but the owner's has both evidence and people, and only the owner reaches the machine", () => {
  for (const role of ROLE_NAMES.filter((one) => one !== "owner")) {
    const may = permissionsOf([role]);
    expect(may.has("people") && (may.has("metadata") || may.has("packets")), role).toBe(false);
    expect(may.has("machine"), role).toBe(false);
  }
});

test("a role that this version does not know gives nothing", () => {
  expect([...permissionsOf(["emperor" as "owner"])].sort()).toEqual(["known", "self"]);
});
