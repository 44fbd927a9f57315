import type { Operations, OutputOf, ParsedInputOf } from "../../../api/index.ts";
import type { Actor } from "../../../core/custody/index.ts";
import { systemClock } from "../../../platform/index.ts";
import { type Ask, readQuestion } from "../ask.ts";
import { coverageOf } from "../coverage.ts";
import type { Home } from "../home.ts";
import { askingOf, type Finding } from "./asking.ts";
import { findBursts } from "./bursts.ts";
import { findDamage } from "./damage.ts";
import { findLasting } from "./lasting.ts";
import { findNotices } from "./notices.ts";
import { findPrograms } from "./programs.ts";
import { findScans } from "./scans.ts";
import { findUploads } from "./uploads.ts";

const UPLOADS_SHOWN = 3;

/** What is new and odd in what a question matches, most worth looking at first; it is on record first. */
export async function queryFindings(
  home: Home,
  input: ParsedInputOf<Operations["findings"]>,
  { actor, signal }: { readonly actor: Actor; readonly signal: AbortSignal },
): Promise<OutputOf<Operations["findings"]>> {
  const question = readQuestion(home, input, systemClock.nowMs());
  await home.reads.note(actor, input.case ?? "*", `findings: ${question.text}`);
  const ask = askingOf(home.index, question, signal);
  const found = await Promise.all([
    findUploads(ask, UPLOADS_SHOWN),
    findNotices(ask),
    findScans(ask),
    findPrograms(ask),
    findLasting(ask),
    findBursts(ask),
    findDamage(ask),
  ]);
  const coverage = coverageOf(home.projection, input.case, home.running.size > 0);
  return { findings: found.flat(), coverage };
}

/** The largest upload to an address first met then, of a whole case or home. */
export async function findHeadline(
  home: Home,
  scope: Ask["scope"],
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const everything = { query: { op: "and", children: [] }, scope } as const;
  const [upload] = await findUploads(askingOf(home.index, everything, signal), 1);
  return upload;
}
