import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import { HoldfastError } from "../../core/base/index.ts";
import type { Actor } from "../../core/custody/index.ts";
import { compileRows } from "../../core/query/index.ts";
import { systemClock } from "../../platform/index.ts";
import { type Question, readQuestion } from "./ask.ts";
import { coverageOf } from "./coverage.ts";
import type { Home } from "./home.ts";
import { protocolTree } from "./protocol-tree.ts";
import { shownLog } from "./rows.ts";

interface Context {
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

/** Reads a question that is answered with sums and puts it on record: `asked` says which sums. */
async function openCount(
  home: Home,
  input: Question,
  { asked, log: name, actor }: { asked: string; log: string; actor: Actor },
) {
  const log = shownLog(home, name);
  const { query, scope, text } = readQuestion(home, input, systemClock.nowMs());
  const condition = compileRows(query, { log, logs: home.index.logs });
  await home.reads.note(actor, input.case ?? "*", `${asked}: ${text}`);
  const coverage = () => coverageOf(home.projection, input.case, home.running.size > 0);
  return { scope, condition, coverage };
}

/** The largest groups of rows by fields; the question is on record first. */
export async function queryGroups(
  home: Home,
  input: ParsedInputOf<Operations["top"]>,
  { actor, signal }: Context,
): Promise<OutputOf<Operations["top"]>> {
  const { by, measure, limit } = input;
  const { name: log } = shownLog(home, input.log);
  if (measure !== "rows" && log !== "conn") {
    throw new HoldfastError("query/unknown-field", `rows of ${log} have no ${measure}`, {
      remedy: "measure rows, or group conn",
    });
  }
  const asked = `${log} by ${by.join(", ")}`;
  const { coverage, ...where } = await openCount(home, input, { asked, log, actor });
  const found = await home.index.groups({ ...where, log, by, measure, limit }, signal);
  const groups = found.groups.map((group) => ({ ...group, values: [...group.values] }));
  return { log, by, ...found, groups, coverage: coverage() };
}

/** Who talked with whom, both ways together; the question is on record first. */
export async function queryConversations(
  home: Home,
  input: ParsedInputOf<Operations["conversations"]>,
  { actor, signal }: Context,
): Promise<OutputOf<Operations["conversations"]>> {
  const { kind, limit } = input;
  const asked = `conversations ${kind}`;
  const { coverage, ...where } = await openCount(home, input, { asked, log: "conn", actor });
  const found = await home.index.conversations({ ...where, kind, limit }, signal);
  return { ...found, coverage: coverage() };
}

/** Who sent and received how much; the question is on record first. */
export async function queryEndpoints(
  home: Home,
  input: ParsedInputOf<Operations["endpoints"]>,
  { actor, signal }: Context,
): Promise<OutputOf<Operations["endpoints"]>> {
  const { kind, limit } = input;
  const asked = `endpoints ${kind}`;
  const { coverage, ...where } = await openCount(home, input, { asked, log: "conn", actor });
  const found = await home.index.endpoints({ ...where, kind, limit }, signal);
  return { ...found, coverage: coverage() };
}

/** What ran over what, and how much; the question is on record first. */
export async function queryHierarchy(
  home: Home,
  input: ParsedInputOf<Operations["hierarchy"]>,
  { actor, signal }: Context,
): Promise<OutputOf<Operations["hierarchy"]>> {
  const asked = "hierarchy";
  const { coverage, ...where } = await openCount(home, input, { asked, log: "conn", actor });
  const tree = protocolTree(await home.index.protocols(where, signal));
  return { ...tree, coverage: coverage() };
}
