import type { DuckDBConnection } from "@duckdb/node-api";
import type { ConversationSums, EndsRequest } from "../index-store.ts";
import { hasPorts, sumFlows } from "./flow-sums.ts";
import type { Target } from "./questions.ts";
import { addressText } from "./render-row.ts";

/** Flows by their two ends, whichever of them began, those with most bytes first. */
export async function selectConversations(
  connection: DuckDBConnection,
  targets: readonly Target[],
  request: Omit<EndsRequest, "scope">,
): Promise<{ conversations: ConversationSums[]; total: number }> {
  const withPorts = hasPorts(request.kind);
  const aPort = withPorts ? "CASE WHEN s THEN rp ELSE op END" : "0";
  const bPort = withPorts ? "CASE WHEN s THEN op ELSE rp END" : "0";
  // `s`: the originator is the greater end.
  const greater = withPorts ? "(oh, ol, op) > (rh, rl, rp)" : "(oh, ol) > (rh, rl)";
  const sql = `SELECT ah, al, ap, bh, bl, bp, count(*), sum(af)::BIGINT, sum(ab)::BIGINT, sum(bf)::BIGINT, sum(bb)::BIGINT, min(ts), max(last_ts), count(*) OVER () FROM (
    SELECT CASE WHEN s THEN rh ELSE oh END AS ah, CASE WHEN s THEN rl ELSE ol END AS al, ${aPort} AS ap,
      CASE WHEN s THEN oh ELSE rh END AS bh, CASE WHEN s THEN ol ELSE rl END AS bl, ${bPort} AS bp,
      CASE WHEN s THEN rf ELSE of END AS af, CASE WHEN s THEN rb ELSE ob END AS ab,
      CASE WHEN s THEN of ELSE rf END AS bf, CASE WHEN s THEN ob ELSE rb END AS bb, ts, last_ts
    FROM (SELECT *, ${greater} AS s FROM flows))
    GROUP BY ah, al, ap, bh, bl, bp ORDER BY sum(ab) + sum(bb) DESC, ah, al, ap, bh, bl, bp LIMIT ${request.limit}`;
  const rows = await sumFlows(connection, targets, request, sql);
  return {
    conversations: rows.map((row) => readSums(row, withPorts)),
    total: rows.length === 0 ? 0 : Number(rows[0]![13]),
  };
}

function readSums(row: readonly unknown[], withPorts: boolean): ConversationSums {
  const [ah, al, ap, bh, bl, bp, flows, af, ab, bf, bb, first, last] = row;
  return {
    a: addressText(ah as bigint, al as bigint),
    a_port: withPorts ? Number(ap) : null,
    b: addressText(bh as bigint, bl as bigint),
    b_port: withPorts ? Number(bp) : null,
    flows: Number(flows),
    a_packets: Number(af),
    a_bytes: Number(ab),
    b_packets: Number(bf),
    b_bytes: Number(bb),
    first_ns: String(first),
    last_ns: String(last),
  };
}
