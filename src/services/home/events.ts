import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import { formatUid } from "../../core/base/index.ts";
import type { Actor } from "../../core/custody/index.ts";
import type { LogSchema } from "../../core/events/index.ts";
import { compileRows } from "../../core/query/index.ts";
import { systemClock } from "../../platform/index.ts";
import { readQuestion, readUid } from "./ask.ts";
import type { Home } from "./home.ts";

interface Context {
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

/** The connection itself; and moments of a link, which only name the flow that filled them most. */
const NOT_EVENTS: ReadonlySet<string> = new Set(["conn", "microbursts"]);

type Listed = OutputOf<Operations["events"]>;

/** Rows of all logs of one connection in time order; the question is on record first. */
export async function listEvents(
  home: Home,
  input: ParsedInputOf<Operations["events"]>,
  { actor, signal }: Context,
): Promise<Listed> {
  const q = `uid == ${formatUid(readUid(input.uid))}`;
  await home.reads.note(actor, "*", `all logs: ${q}`);
  const { query } = readQuestion(home, { q, relativeTo: "now" }, systemClock.nowMs());
  const own = home.index.logs.filter(
    (log) => log.shown && !NOT_EVENTS.has(log.name) && hasUid(log),
  );
  const found = await Promise.all(
    own.map(async (log) => {
      const condition = compileRows(query, { log, logs: home.index.logs });
      const asked = { scope: {}, log: log.name, condition };
      // As they were written: so explain counts the rows that its replay gives.
      const rows = await home.index.rows(
        { ...asked, orderBy: "arrival", limit: input.limit, offset: 0 },
        signal,
      );
      const isAll = rows.length < input.limit;
      const total = isAll ? rows.length : (await home.index.count(asked, signal)).rows;
      return { log: log.name, rows, total };
    }),
  );
  const events = found.flatMap(({ log, rows }) =>
    rows.map((values, n) => ({ log, row: n + 1, values })),
  );
  const timed = events.map((event) => ({ event, ns: BigInt(String(event.values["ts_ns"] ?? 0)) }));
  timed.sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0));
  return {
    logs: found.filter(({ total }) => total > 0).map(({ log, total }) => ({ log, rows: total })),
    events: timed.map(({ event }) => event),
  };
}

function hasUid(log: LogSchema): boolean {
  return log.fields.some(({ name, kind }) => name === "uid" && kind === "uid");
}
