import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { connSchema } from "../../../core/analyzers/index.ts";
import type { LogSchema } from "../../../core/events/index.ts";
import type { HistogramPart, HistogramRequest } from "../index-store.ts";
import { from, type Target } from "./questions.ts";
import { renderValue } from "./render-row.ts";

const SIZES = ["orig_pkts", "resp_pkts", "orig_ip_bytes", "resp_ip_bytes", "service"];
const SERVICE = connSchema.fields.find(({ name }) => name === "service")!;

/** Rows over time by when they began; flows also by what was recognised in them. */
export async function histogram(
  connection: DuckDBConnection,
  targets: readonly Target[],
  log: LogSchema,
  request: Omit<HistogramRequest, "scope" | "log">,
): Promise<HistogramPart[]> {
  if (targets.length === 0) return [];
  const { fromNs, toNs, widthNs, measure, servicesMax } = request;
  const parameters: DuckDBValue[] = [];
  const own = (name: string): string => (log.name === "conn" ? name : `0 AS ${name}`);
  const columns = ["ts", ...SIZES.map(own)].join(", ");
  const parts = targets.map(
    (target) => `(${from(target, log.name, columns, request.condition, parameters)})`,
  );
  const sums = (names: readonly string[]): string =>
    names.map((name) => `sum(${name})::BIGINT AS ${name}`).join(", ");
  // Flows are grouped once; which sets come first is found among the groups, which are few.
  const sql = `WITH
    parts AS (SELECT (ts - ${fromNs}) // ${widthNs} AS bin, coalesce(service, 0)::UBIGINT AS kind,
      count(*) AS flows, sum(orig_pkts + resp_pkts) AS packets, sum(orig_ip_bytes + resp_ip_bytes) AS bytes
      FROM (${parts.join(" UNION ALL ")}) WHERE ts >= ${fromNs} AND ts <= ${toNs} GROUP BY bin, kind),
    largest AS (SELECT kind FROM parts WHERE kind <> 0 GROUP BY kind ORDER BY sum(${measure}) DESC, kind LIMIT ${servicesMax})
    SELECT bin, CASE WHEN kind = 0 OR kind IN (FROM largest) THEN kind END AS told,
      ${sums(["flows", "packets", "bytes"])} FROM parts GROUP BY bin, told ORDER BY bin, told`;
  const rows = (await connection.runAndReadAll(sql, parameters)).getRows();
  return rows.map(([bin, kind, flows, packets, bytes]) => ({
    bin: Number(bin),
    services: kind === null ? null : (renderValue(SERVICE, kind, undefined) as string[]),
    flows: Number(flows),
    packets: Number(packets),
    bytes: Number(bytes),
  }));
}
