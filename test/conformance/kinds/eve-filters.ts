import { Engine } from "../../../src/core/engine/index.ts";
import { parseAddress } from "../../../src/core/packet/index.ts";
import { CaptureReader } from "../../../src/core/pcap/index.ts";
import { analysisPorts } from "../../../src/platform/index.ts";
import { LogRows } from "../../support/log-rows.ts";
import { readCaptures } from "../captures.ts";
import type { CaseJson, CaseResult } from "../corpus.ts";
import { type EveEvent, eveEvents, KNOWN_PATHS } from "./eve-events.ts";

interface Check {
  readonly filter: Readonly<Record<string, unknown>>;
  readonly count: number;
}

/** One demand on an event: the value at a path, whether it is there, or how it compares. */
interface Demand {
  readonly path: string;
  readonly operator: string;
  readonly value: unknown;
}

/** Kinds of event that come of rules, of broken streams or of statistics: there is no row for them. */
const OTHER_TYPES = new Set([
  "alert",
  "drop",
  "anomaly",
  "stats",
  "stream_tcp",
  "netflow",
  "frame",
]);
const NEEDS_RULES = new Set(["alert", "drop"]);

/** Counts the events that checks ask for (kind `eve-filters`), as far as rows of ours can answer. */
export async function runEveFilters(caseFolder: string, caseJson: CaseJson): Promise<CaseResult> {
  const checks = (caseJson.expect["checks"] ?? []) as readonly Check[];
  // A configuration of the source's own seeds its Community IDs.
  const isSeeded = caseJson.tags.includes("config");
  const asked = checks.map((check) => answerable(check, isSeeded));
  const comparable = asked.filter(({ isComparable }) => isComparable);
  const uncompared = asked.flatMap(({ uncompared }) => uncompared);
  // What such a case is about is which rule fires.
  const isOfRules = checks.some(({ filter }) => NEEDS_RULES.has(String(filter["event_type"])));
  const compared = isOfRules ? [] : comparable;
  const measures = {
    checks: checks.length,
    checksCompared: compared.length,
    checksInPart: compared.filter(({ skipped }) => skipped.length > 0).length,
    checksOfOthers: isOfRules ? checks.length : asked.filter(({ isOthers }) => isOthers).length,
  };
  if (isOfRules) {
    const status = caseJson.area === "rules" ? "failed" : "left_out";
    return { status, reason: "rules are not run yet", differences: [], measures };
  }
  if (comparable.length === 0) {
    const names = [...new Set(asked.flatMap(({ type, skipped }) => [type, ...skipped]))];
    const reason = `no field of ours: ${names.slice(0, 6).join(", ")}`;
    return { status: "left_out", reason, differences: [], measures, uncompared };
  }
  const rows = new LogRows();
  for (const capture of readCaptures(caseFolder, caseJson)) {
    const engine = new Engine(
      {
        captureId: "conformance",
        ...analysisPorts,
        checksums: caseJson.options["ignore_checksums"] === true ? "ignore" : "auto",
        // A flow of the source is always of one VLAN.
        vlansInKey: true,
        limits: { liveFlows: 100_000, postingBytes: 1 << 20 },
      },
      rows,
    );
    const reader = new CaptureReader({ onPacket: (packet) => engine.onPacket(packet) });
    reader.push(capture);
    reader.end();
    engine.end();
  }
  const events = eveEvents(rows, usesDns2(checks) ? 2 : 3);
  const differences: string[] = [];
  for (const { check, demands, skipped } of comparable) {
    const count = events.filter((event) => demands.every((one) => fulfils(event, one))).length;
    // With demands left out there may be more, never fewer.
    const isSame = skipped.length === 0 ? count === check.count : count >= check.count;
    if (!isSame)
      differences.push(`expects ${check.count} has ${count}: ${JSON.stringify(check.filter)}`);
  }
  const status = differences.length === 0 ? "passed" : "failed";
  return { status, differences, measures, uncompared };
}

/** The older format of DNS events calls messages query and answer. */
function usesDns2(checks: readonly Check[]): boolean {
  return checks.some(({ filter }) => ["query", "answer"].includes(String(filter["dns.type"])));
}

/** What of a check can be compared. */
function answerable(
  check: Check,
  isSeeded: boolean,
): {
  check: Check;
  type: string;
  demands: Demand[];
  skipped: string[];
  /** Fields without a row of ours, places in lists set aside; a type alone where all it asks is that. */
  uncompared: string[];
  isComparable: boolean;
  isOthers: boolean;
} {
  const all = demandsOf(check.filter);
  const type = String(check.filter["event_type"] ?? "any");
  const known = new Set([...(KNOWN_PATHS[type] ?? []), "event_type"]);
  if (isSeeded) known.delete("community_id");
  const isKnown = ({ path }: Demand) => known.has(path.replace(/\[\d+\]/g, "[]"));
  const isListKnown = ({ path }: Demand) => known.has(`${path.replace(/\[\d+\]/g, "[]")}[]`);
  const demands = all.filter((one) => isKnown(one) || isListKnown(one));
  const skipped = all.filter((one) => !demands.includes(one)).map(({ path }) => `${type}:${path}`);
  const says = demands.some(({ path }) => path !== "event_type") || skipped.length === 0;
  const isOurs = KNOWN_PATHS[type] !== undefined && !OTHER_TYPES.has(type);
  // A count of zero says nothing once a demand is left out.
  const isComparable = isOurs && says && (check.count > 0 || skipped.length === 0);
  const isOthers = OTHER_TYPES.has(type);
  const fields = skipped.length === 0 && !isOurs ? [`${type}:`] : skipped;
  const uncompared = isOthers
    ? []
    : [...new Set(fields.map((one) => one.replace(/\[\d+\]/g, "[]")))];
  return { check, type, demands, skipped, uncompared, isComparable, isOthers };
}

function demandsOf(filter: Readonly<Record<string, unknown>>, prefix = ""): Demand[] {
  return Object.entries(filter).flatMap(([key, value]): Demand[] => {
    if (key === "has-key" || key === "not-has-key") {
      return [value]
        .flat()
        .map((path) => ({ path: String(path), operator: key, value: undefined }));
    }
    const [, path = "", operator = "equals"] = /^(.*?)(?:\.__([a-z]+))?$/.exec(prefix + key) ?? [];
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return demandsOf(value as Record<string, unknown>, `${prefix}${key}.`);
    }
    return [{ path, operator, value }];
  });
}

function fulfils(event: EveEvent, { path, operator, value }: Demand): boolean {
  const own = at(event, path);
  const isThere = own !== undefined && own !== null;
  if (operator === "not-has-key") return !isThere;
  if (!isThere) return false;
  switch (operator) {
    case "has-key":
      return true;
    case "equals":
      return isSame(own, value, path);
    case "len":
      return (own as { length: number }).length === value;
    case "find":
      return String(own).includes(String(value));
    case "contains":
      return Array.isArray(own) && own.includes(value);
    case "startswith":
      return String(own).startsWith(String(value));
    case "endswith":
      return String(own).endsWith(String(value));
    case "gt":
      return Number(own) > Number(value);
    case "gte":
      return Number(own) >= Number(value);
    case "lt":
      return Number(own) < Number(value);
    case "lte":
      return Number(own) <= Number(value);
    default:
      throw new Error(`unknown operator ${operator}`);
  }
}

function isSame(own: unknown, value: unknown, path: string): boolean {
  // A flow has one protocol there and may have several here; none is "failed".
  if (path === "app_proto" && Array.isArray(own)) {
    return own.length === 0 ? value === "failed" : own.includes(value);
  }
  if (/_ip$/.test(path)) return addressBytes(own) === addressBytes(value);
  // Names of DNS are told in lower case here.
  if (path.endsWith("rrname")) return String(own).toLowerCase() === String(value).toLowerCase();
  // Addresses of mail stand in brackets there, as they were sent.
  if (/^(smtp\.(mail_from|rcpt_to)|email\.(to|cc|from))/.test(path)) {
    return withoutBrackets(own) === withoutBrackets(value);
  }
  return JSON.stringify(own) === JSON.stringify(value);
}

/** Addresses are written out in full there. */
function addressBytes(text: unknown): string {
  return parseAddress(String(text))?.join() ?? String(text);
}

function withoutBrackets(address: unknown): string {
  return String(address).replace(/^<(.*)>$/, "$1");
}

function at(event: unknown, path: string): unknown {
  let value = event;
  for (const step of path.split(/[.[\]]+/).filter((one) => one !== "")) {
    if (value === undefined || value === null) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}
