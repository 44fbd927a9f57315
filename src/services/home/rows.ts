import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import { HoldfastError } from "../../core/base/index.ts";
import type { Actor } from "../../core/custody/index.ts";
import { type LogSchema, zeekType } from "../../core/events/index.ts";
import { compileRows } from "../../core/query/index.ts";
import { systemClock } from "../../platform/index.ts";
import { readQuestion } from "./ask.ts";
import { coverageOf } from "./coverage.ts";
import type { Home } from "./home.ts";

interface Context {
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

function isBrief(log: LogSchema, name: string): boolean {
  if (log.brief !== undefined) return log.brief.includes(name);
  return log.fields.find((field) => field.name === name)?.ours !== true;
}

export function fieldsOf(log: LogSchema) {
  return log.fields
    .filter(({ kind }) => kind !== "bytes")
    .map((field) => ({ field, ...field }))
    .map(({ field, name, kind, says, values }) => ({
      log: log.name,
      name,
      kind,
      says,
      values: values ? [...values] : null,
      brief: isBrief(log, name),
      zeek_type: zeekType(field),
    }));
}

export function shownLog(home: Home, name: string): LogSchema {
  const log = home.index.logs.find((l) => l.name === name && l.shown);
  if (log) return log;
  const known = home.index.logs.filter((l) => l.shown).map((l) => l.name);
  throw new HoldfastError("query/unknown-log", `there is no log called "${name}"`, {
    remedy: `logs: ${known.join(", ")}`,
  });
}

/** Rows of a log with what they were drawn from; the question is on record first. */
export async function queryRows(
  home: Home,
  input: ParsedInputOf<Operations["query"]>,
  { actor, signal }: Context,
): Promise<OutputOf<Operations["query"]>> {
  const log = shownLog(home, input.log);
  const { query, scope, text } = readQuestion(home, input, systemClock.nowMs());
  const condition = compileRows(query, { log, logs: home.index.logs });
  await home.reads.note(actor, input.case ?? "*", `${log.name}: ${text}`);
  const { orderBy, descending, limit, offset } = input;
  const [rows, summary] = await Promise.all([
    home.index.rows(
      { scope, log: log.name, condition, orderBy, descending, limit, offset },
      signal,
    ),
    home.index.count({ scope, log: log.name, condition }, signal),
  ]);
  return {
    log: log.name,
    fields: fieldsOf(log),
    rows,
    total: summary.rows,
    first_ns: summary.first_ns ?? null,
    last_ns: summary.last_ns ?? null,
    coverage: coverageOf(home.projection, input.case, home.running.size > 0),
  };
}

/** Rows of each log that answer a question; the question is on record first. */
export async function countLogs(
  home: Home,
  input: ParsedInputOf<Operations["logs"]>,
  { actor, signal }: Context,
): Promise<OutputOf<Operations["logs"]>> {
  const { query, scope, text } = readQuestion(home, input, systemClock.nowMs());
  await home.reads.note(actor, input.case ?? "*", `all logs: ${text}`);
  const shown = home.index.logs.filter((log) => log.shown);
  const logs = await Promise.all(
    shown.map(async (log) => {
      const condition = compileRows(query, { log, logs: home.index.logs });
      const { rows } = await home.index.count({ scope, log: log.name, condition }, signal);
      return { log: log.name, rows };
    }),
  );
  return { logs };
}
