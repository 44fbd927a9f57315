import type { Permission } from "../../../src/core/custody/index.ts";
import type { PageName } from "../address.ts";
import type { May } from "./me.ts";

/** Pages, each with what it takes: one of these. */
const NEEDS: Readonly<Record<PageName, readonly Permission[]>> = {
  overview: ["metadata"],
  search: ["metadata"],
  connection: ["metadata"],
  objects: ["metadata"],
  captures: ["metadata"],
  cases: ["metadata", "cases"],
  keys: ["metadata"],
  ledger: ["ledger"],
  people: ["people"],
  me: ["known"],
  share: ["metadata"],
  unknown: ["known"],
};

/** The two keys that lead to a page. */
export const PAGE_KEYS: readonly {
  readonly keys: string;
  readonly page: PageName;
  readonly path: string;
  readonly says: string;
}[] = [
  { keys: "g o", page: "overview", path: "/", says: "overview" },
  { keys: "g s", page: "search", path: "/search", says: "search" },
  { keys: "g b", page: "objects", path: "/objects", says: "objects" },
  { keys: "g c", page: "captures", path: "/captures", says: "captures" },
  { keys: "g a", page: "cases", path: "/cases", says: "cases" },
  { keys: "g k", page: "keys", path: "/keys", says: "TLS keys" },
  { keys: "g l", page: "ledger", path: "/ledger", says: "ledger" },
  { keys: "g p", page: "people", path: "/people", says: "people" },
  { keys: "g m", page: "me", path: "/me", says: "who I am" },
];

/** Where somebody begins who has no overview, best first. */
const FIRST: readonly PageName[] = ["overview", "people", "ledger", "me"];

export function mayOpen(may: May, page: PageName): boolean {
  return NEEDS[page].some(may);
}

/** The address to begin at. */
export function firstPlace(may: May): string {
  const page = FIRST.find((one) => mayOpen(may, one));
  return page === undefined || page === "overview" ? "/" : `/${page}`;
}
