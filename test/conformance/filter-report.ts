import type { ConformanceReport } from "./summary.ts";

type Cases = ConformanceReport["cases"];

interface Counts {
  cases: number;
  checks: number;
  compared: number;
  inPart: number;
  ofOthers: number;
}

/** How much of the event filters was compared, and which of their fields nothing was compared with. */
export function renderFilters(cases: Cases): string[] {
  const filters = cases.filter(({ kind }) => kind === "eve-filters");
  if (filters.length === 0) return [];
  const areas = new Map<string, Counts>();
  const all = noCounts();
  for (const { area, measures } of filters) {
    const own = areas.get(area) ?? noCounts();
    areas.set(area, own);
    for (const counts of [own, all]) {
      counts.cases++;
      counts.checks += measures?.["checks"] ?? 0;
      counts.compared += measures?.["checksCompared"] ?? 0;
      counts.inPart += measures?.["checksInPart"] ?? 0;
      counts.ofOthers += measures?.["checksOfOthers"] ?? 0;
    }
  }
  return [
    "## Event filters",
    "",
    "A case of kind `eve-filters` is a list of checks: so many events with these values. A check is",
    "compared when rows of ours can answer it; in part when some of its values have no row of ours, and",
    "then there may be more events, never fewer. Checks of rules, of stream faults and of statistics ask",
    "for what is not built yet. The others ask only for fields listed below.",
    "",
    "| area | cases | checks | compared | of these in part | rules, stream faults, statistics | no field |",
    "|---|---|---|---|---|---|---|",
    ...[...areas].map(([area, counts]) => row(area, counts)),
    row("**all**", all),
    "",
    "### Fields that nothing was compared with",
    "",
    "By type of event, with the number of checks that ask for each; `any` is a check without a type. Some",
    "of these types have logs here (mqtt, dhcp, ftp, smb): the comparison does not map those yet.",
    "",
    ...fieldLines(filters),
    "",
  ];
}

function noCounts(): Counts {
  return { cases: 0, checks: 0, compared: 0, inPart: 0, ofOthers: 0 };
}

function row(area: string, { cases, checks, compared, inPart, ofOthers }: Counts): string {
  const rest = checks - compared - ofOthers;
  return `| ${area} | ${cases} | ${checks} | ${compared} | ${inPart} | ${ofOthers} | ${rest} |`;
}

function fieldLines(cases: Cases): string[] {
  const types = new Map<string, Map<string, number>>();
  for (const { uncompared = [] } of cases) {
    for (const name of uncompared) {
      const [type, field] = [name.slice(0, name.indexOf(":")), name.slice(name.indexOf(":") + 1)];
      const fields = types.get(type) ?? new Map<string, number>();
      types.set(type, fields);
      fields.set(field, (fields.get(field) ?? 0) + 1);
    }
  }
  const sumOf = (fields: ReadonlyMap<string, number>): number =>
    [...fields.values()].reduce((sum, count) => sum + count, 0);
  return [...types]
    .sort(([a, mine], [b, theirs]) => sumOf(theirs) - sumOf(mine) || (a < b ? -1 : 1))
    .map(([type, fields]) => {
      const listed = [...fields]
        .sort(([a, mine], [b, theirs]) => theirs - mine || (a < b ? -1 : 1))
        .map(([field, count]) => `${field === "" ? "the event itself" : `\`${field}\``} ${count}`);
      return `- **${type}** (${fields.size}): ${listed.join(", ")}`;
    });
}
