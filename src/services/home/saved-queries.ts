import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import { type CaseId, HoldfastError } from "../../core/base/index.ts";
import type { Actor } from "../../core/custody/index.ts";
import { createSegmentId, systemClock } from "../../platform/index.ts";
import type { Home } from "./home.ts";

/** Keeps a search under a name, for everybody of its case; the same name replaces what it meant. */
export async function saveQuery(
  home: Home,
  input: ParsedInputOf<Operations["saveQuery"]>,
  actor: Actor,
): Promise<OutputOf<Operations["saveQuery"]>> {
  const caseName = input.case ?? "*";
  if (caseName !== "*" && !home.projection.cases.has(caseName)) {
    throw new HoldfastError("home/unknown-case", `no case ${caseName}`);
  }
  const { name, address } = input;
  const known = [...home.projection.savedQueries.values()].find(
    ({ entry }) => entry.name === name && entry.case === caseName,
  );
  const saved = known?.entry.saved ?? createSegmentId(systemClock);
  const body = { type: "query.save", saved, case: caseName as CaseId, name, address } as const;
  return { saved, seq: await home.append([body], actor) };
}

export async function forgetQuery(
  home: Home,
  { saved }: ParsedInputOf<Operations["forgetQuery"]>,
  actor: Actor,
): Promise<OutputOf<Operations["forgetQuery"]>> {
  const known = home.projection.savedQueries.get(saved);
  if (known === undefined) {
    throw new HoldfastError("home/unknown-saved-query", `there is no saved query ${saved}`);
  }
  const { case: caseName } = known.entry;
  return { seq: await home.append([{ type: "query.forget", saved, case: caseName }], actor) };
}

/** Saved searches of a case and those of all cases. */
export function listSavedQueries(
  home: Home,
  input: ParsedInputOf<Operations["savedQueries"]>,
): OutputOf<Operations["savedQueries"]> {
  const list = [...home.projection.savedQueries.values()].filter(
    ({ entry }) => entry.case === "*" || input.case === undefined || entry.case === input.case,
  );
  return {
    saved: list
      .map(({ entry, seq, at, by }) => {
        const { saved, case: caseName, name, address } = entry;
        return { saved, case: caseName, name, address, by, at, seq };
      })
      .sort((a, b) => a.name.localeCompare(b.name)),
  };
}
