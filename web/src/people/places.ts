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
  unknown: ["known"],
};

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
