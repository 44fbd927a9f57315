/** What an operation may need, each with what it opens. */
export const PERMISSIONS = {
  known: "who one is and what fields there are; everybody who is let in",
  self: "one's own password, passkeys and tokens; never by a token",
  metadata: "logs, connections, captures and coverage of one's cases",
  packets: "packets, streams, verdicts, explanations and sealed segments of one's cases",
  objects: "files that travelled, and attachments of one's cases",
  keys: "key logs of one's cases: adding them, and streams that they open",
  import: "importing captures into one's cases",
  cases: "opening cases",
  ledger: "the custody ledger, of all cases",
  verify: "checking ledger and vault against each other",
  configure: "the home's fitness and its index",
  people: "adding, changing and removing people",
  machine: "files of the machine that the home is on",
} as const;

export type Permission = keyof typeof PERMISSIONS;
export const PERMISSION_NAMES = Object.keys(PERMISSIONS) as readonly Permission[];

/** What each role may do besides `known` and `self`, which all have. */
export const ROLES = {
  analyst: ["metadata"],
  investigator: ["metadata", "packets", "objects", "keys", "import", "cases"],
  approver: ["ledger"],
  auditor: ["ledger", "verify"],
  admin: ["people", "configure", "cases"],
  owner: PERMISSION_NAMES,
} as const satisfies Record<string, readonly Permission[]>;

/** What each role is for, in one sentence each. */
export const ROLE_SENTENCES: Readonly<Record<keyof typeof ROLES, string>> = {
  analyst: "searches logs and connections, and opens no packet",
  investigator: "reads packets, streams and files too, and brings captures in",
  approver: "reads who did what, and no evidence",
  auditor: "checks that everything is as it was sealed, and reads no evidence",
  admin: "looks after people and the home, and reads no evidence",
  owner: "may do all of it",
};

export type Role = keyof typeof ROLES;
export const ROLE_NAMES = Object.keys(ROLES) as readonly Role[];

/** All that these roles may do together. */
export function permissionsOf(roles: readonly Role[]): ReadonlySet<Permission> {
  const all = new Set<Permission>(["known", "self"]);
  // A role of a later version is not in the table, and gives nothing.
  for (const role of roles) for (const one of ROLES[role] ?? []) all.add(one);
  return all;
}
