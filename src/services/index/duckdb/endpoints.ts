import type { DuckDBConnection } from "@duckdb/node-api";
import type { EndpointSums, EndsRequest } from "../index-store.ts";
import { hasPorts, sumFlows } from "./flow-sums.ts";
import type { Target } from "./questions.ts";
import { addressText } from "./render-row.ts";

/** Each end with what it sent and received, those with most bytes first. */
export async function selectEndpoints(
  connection: DuckDBConnection,
  targets: readonly Target[],
  request: Omit<EndsRequest, "scope">,
): Promise<{ endpoints: EndpointSums[]; total: number }> {
  const withPorts = hasPorts(request.kind);
  const [originPort, answerPort] = withPorts ? ["op", "rp"] : ["0", "0"];
  const itself = withPorts ? "(oh, ol, op) = (rh, rl, rp)" : "(oh, ol) = (rh, rl)";
  // A flow from an end to itself is one flow of it, though it is on both sides.
  const sql = `SELECT h, l, p, sum(n)::BIGINT, sum(sf)::BIGINT, sum(sb)::BIGINT, sum(gf)::BIGINT, sum(gb)::BIGINT, min(ts), max(last_ts), count(*) OVER () FROM (
    SELECT oh AS h, ol AS l, ${originPort} AS p, 1 AS n, of AS sf, ob AS sb, rf AS gf, rb AS gb, ts, last_ts FROM flows
    UNION ALL
    SELECT rh, rl, ${answerPort}, CASE WHEN ${itself} THEN 0 ELSE 1 END, rf, rb, of, ob, ts, last_ts FROM flows)
    GROUP BY h, l, p ORDER BY sum(sb) + sum(gb) DESC, h, l, p LIMIT ${request.limit}`;
  const rows = await sumFlows(connection, targets, request, sql);
  return {
    endpoints: rows.map(([h, l, p, flows, sf, sb, gf, gb, first, last]) => ({
      address: addressText(h as bigint, l as bigint),
      port: withPorts ? Number(p) : null,
      flows: Number(flows),
      sent_packets: Number(sf),
      sent_bytes: Number(sb),
      received_packets: Number(gf),
      received_bytes: Number(gb),
      first_ns: String(first),
      last_ns: String(last),
    })),
    total: rows.length === 0 ? 0 : Number(rows[0]![10]),
  };
}
