import { BURST_BINS, type Operations, type OutputOf, type ParsedInputOf } from "../../api/index.ts";
import {
  BURST_BIN_NANOSECONDS,
  burstFillingsSchema,
  connSchema,
  microburstsSchema,
  timeAtLeast,
} from "../../core/analyzers/index.ts";
import { endText, HoldfastError, isSegmentId } from "../../core/base/index.ts";
import type { Actor } from "../../core/custody/index.ts";
import { compileRows, type SqlCondition } from "../../core/query/index.ts";
import { systemClock } from "../../platform/index.ts";
import type { Row, Scope } from "../index/index.ts";
import { readQuestion } from "./ask.ts";
import { coverageOf } from "./coverage.ts";
import type { Home } from "./home.ts";

type Answer = OutputOf<Operations["bursts"]>;
type Bin = (typeof BURST_BINS)[number];
type Link = Answer["links"][number];
type Burst = Answer["bursts"][number];

interface Context {
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

/** Rows asked for of one width: 16 of each interface and direction of many captures. */
const ROWS_MAX = 10_000;
/** Flows whose endpoints are looked up for one answer. */
const NAMED_MAX = 100;
/** From this share of the link on, a bin counts as busy. */
const BUSY_SHARE = 0.9;

/** The fullest moments of each interface and direction, and how long a link was near its limit. */
export async function findBursts(
  home: Home,
  input: ParsedInputOf<Operations["bursts"]>,
  { actor, signal }: Context,
): Promise<Answer> {
  const named = home.projection.captures.get(input.q.trim());
  if (named === undefined && isSegmentId(input.q.trim())) {
    throw new HoldfastError("home/unknown-capture", `there is no capture ${input.q.trim()}`, {
      remedy: "captures are in holdfast status and on the page",
    });
  }
  const asked = named === undefined ? input : { ...input, q: "" };
  const { query, scope: whole, text } = readQuestion(home, asked, systemClock.nowMs());
  const scope: Scope =
    named === undefined
      ? whole
      : { ...whole, segments: named.segments.map(({ entry }) => entry.segment) };
  await home.reads.note(actor, input.case ?? named?.start.case ?? "*", `microbursts: ${text}`);
  const condition = compileRows(query, { log: microburstsSchema, logs: home.index.logs });
  const isWhole = asked.q.trim() === "";
  const links: Link[] = [];
  const bursts: Burst[] = [];
  for (const bin of input.bin === undefined ? BURST_BINS : [input.bin]) {
    const rows = await home.index.rows(
      {
        scope,
        log: "microbursts",
        condition: ofWidth(condition, bin),
        orderBy: "bytes",
        descending: true,
        limit: ROWS_MAX,
        offset: 0,
      },
      signal,
    );
    const fillings = await fillingsOf(home, scope, bin, signal);
    for (const group of groupsOf(rows)) {
      links.push(linkOf(group, bin, { bits: input.link, fillings, isWhole }));
      bursts.push(...group.slice(0, input.limit).map((row) => burstOf(row, bin, input.link)));
    }
  }
  await nameFlows(home, bursts, scope, signal);
  return {
    links,
    bursts,
    coverage: coverageOf(home.projection, input.case, home.running.size > 0),
  };
}

function ofWidth({ text, parameters }: SqlCondition, bin: Bin): SqlCondition {
  return {
    text: `(${text}) AND "bin" = ?::BIGINT`,
    parameters: [...parameters, BigInt(nanosecondsOf(bin))],
  };
}

function nanosecondsOf(bin: Bin): number {
  return BURST_BIN_NANOSECONDS[BURST_BINS.indexOf(bin)]!;
}

/** Rows of one interface and direction each, as they were ordered; most bytes first. */
function groupsOf(rows: readonly Row[]): Row[][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

function keyOf(row: Row): string {
  return `${row["interface"]} ${row["direction"]}`;
}

async function fillingsOf(
  home: Home,
  scope: Scope,
  bin: Bin,
  signal: AbortSignal,
): Promise<Map<string, Row[]>> {
  const condition = ofWidth({ text: "true", parameters: [] }, bin);
  const { name: log } = burstFillingsSchema;
  const rows = await home.index.rows({ scope, log, condition, limit: ROWS_MAX, offset: 0 }, signal);
  return new Map(groupsOf(rows).map((group) => [keyOf(group[0]!), group]));
}

function linkOf(
  group: readonly Row[],
  bin: Bin,
  about: {
    readonly bits: number | undefined;
    readonly fillings: ReadonlyMap<string, Row[]>;
    readonly isWhole: boolean;
  },
): Link {
  const first = group[0]!;
  const { bits, isWhole } = about;
  const fillings = about.fillings.get(keyOf(first)) ?? [];
  const width = nanosecondsOf(bin);
  let busyBins = 0;
  if (bits !== undefined) {
    const bytes = (bits * BUSY_SHARE * width) / 8e9;
    for (const row of fillings) {
      const packed = Buffer.from(String(row["fillings"]), "base64");
      busyBins += timeAtLeast(packed, bytes, width).bins;
    }
  }
  // The fillings are of all bins: a query that picks some has nothing to say of them.
  const isTold = bits !== undefined && isWhole;
  return {
    interface: Number(first["interface"]),
    direction: first["direction"] as Link["direction"],
    bin,
    peak_rate: Number(first["rate"]),
    utilisation: bits === undefined ? null : Number(first["rate"]) / bits,
    busy_bins: isTold ? busyBins : null,
    busy_seconds: isTold ? (busyBins * width) / 1e9 : null,
    late: fillings.reduce((sum, row) => sum + Number(row["late"]), 0),
  };
}

function burstOf(row: Row, bin: Bin, bits: number | undefined): Burst {
  const rate = Number(row["rate"]);
  const contributors = String(row["contributors"] ?? "")
    .split(" ")
    .filter((one) => one !== "")
    .map((one) => {
      const [uid = "", bytes] = one.split("=");
      return { uid, bytes: Number(bytes), says: "" };
    });
  return {
    interface: Number(row["interface"]),
    direction: row["direction"] as Burst["direction"],
    bin,
    ts_ns: String(row["ts_ns"]),
    bytes: Number(row["bytes"]),
    packets: Number(row["packets"]),
    rate,
    utilisation: bits === undefined ? null : rate / bits,
    contributors,
  };
}

/** Says of the contributors who they are, as far as one look into the index goes. */
async function nameFlows(
  home: Home,
  bursts: readonly Burst[],
  scope: Scope,
  signal: AbortSignal,
): Promise<void> {
  const all = bursts.flatMap(({ contributors }) => contributors);
  const uids = [...new Set(all.map(({ uid }) => uid))].slice(0, NAMED_MAX);
  if (uids.length === 0) return;
  const q = uids.map((uid) => `uid == ${uid}`).join(" or ");
  const { query } = readQuestion(home, { q, relativeTo: "now" }, systemClock.nowMs());
  const condition = compileRows(query, { log: connSchema, logs: home.index.logs });
  const rows = await home.index.rows(
    { scope, log: "conn", condition, limit: ROWS_MAX, offset: 0 },
    signal,
  );
  const says = new Map(rows.map((row) => [String(row["uid"]), endpointsOf(row)]));
  for (const contributor of all) contributor.says = says.get(contributor.uid) ?? "";
}

function endpointsOf(row: Row): string {
  const endpoint = (side: string): string => {
    const address = String(row[`id.${side}_h`]);
    return endText(address, row["proto"] === "icmp" ? null : Number(row[`id.${side}_p`]));
  };
  return `${endpoint("orig")} > ${endpoint("resp")} ${row["proto"]}`;
}
