import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import type { ConversationSums, ConversationsRequest } from "../index-store.ts";
import { from, type Target } from "./questions.ts";
import { addressText } from "./render-row.ts";

const COLUMNS =
  "id_orig_h_hi AS oh, id_orig_h_lo AS ol, id_orig_p AS op, id_resp_h_hi AS rh, id_resp_h_lo AS rl, id_resp_p AS rp, ip_proto, ts, last_ts, orig_frames AS of, orig_frame_bytes AS ob, resp_frames AS rf, resp_frame_bytes AS rb";
const PROTOCOLS = { ip: undefined, tcp: 6, udp: 17 } as const;

/** Flows by their two ends, whichever of them began, those with most bytes first. */
export async function selectConversations(
  connection: DuckDBConnection,
  targets: readonly Target[],
  request: Omit<ConversationsRequest, "scope">,
): Promise<{ conversations: ConversationSums[]; total: number }> {
  if (targets.length === 0) return { conversations: [], total: 0 };
  const parameters: DuckDBValue[] = [];
  const protocol = PROTOCOLS[request.kind];
  const parts = targets.map((target) =>
    from(target, "conn", COLUMNS, request.condition, parameters),
  );
  const wanted = protocol === undefined ? "true" : `ip_proto = ${protocol}`;
  const aPort = protocol === undefined ? "0" : "CASE WHEN s THEN rp ELSE op END";
  const bPort = protocol === undefined ? "0" : "CASE WHEN s THEN op ELSE rp END";
  // `s`: the originator is the greater end.
  const greater = protocol === undefined ? "(oh, ol) > (rh, rl)" : "(oh, ol, op) > (rh, rl, rp)";
  const sql = `SELECT ah, al, ap, bh, bl, bp, count(*), sum(af)::BIGINT, sum(ab)::BIGINT, sum(bf)::BIGINT, sum(bb)::BIGINT, min(ts), max(last_ts), count(*) OVER () FROM (
    SELECT CASE WHEN s THEN rh ELSE oh END AS ah, CASE WHEN s THEN rl ELSE ol END AS al, ${aPort} AS ap,
      CASE WHEN s THEN oh ELSE rh END AS bh, CASE WHEN s THEN ol ELSE rl END AS bl, ${bPort} AS bp,
      CASE WHEN s THEN rf ELSE of END AS af, CASE WHEN s THEN rb ELSE ob END AS ab,
      CASE WHEN s THEN of ELSE rf END AS bf, CASE WHEN s THEN ob ELSE rb END AS bb, ts, last_ts
    FROM (SELECT *, ${greater} AS s FROM (${parts.join(" UNION ALL ")}) WHERE ${wanted}))
    GROUP BY ah, al, ap, bh, bl, bp ORDER BY sum(ab) + sum(bb) DESC, ah, al, ap, bh, bl, bp LIMIT ${request.limit}`;
  const rows = (await connection.runAndReadAll(sql, parameters)).getRows();
  const hasPorts = protocol !== undefined;
  return {
    conversations: rows.map((row) => readSums(row, hasPorts)),
    total: rows.length === 0 ? 0 : Number(rows[0]![13]),
  };
}

function readSums(row: readonly unknown[], hasPorts: boolean): ConversationSums {
  const [ah, al, ap, bh, bl, bp, flows, af, ab, bf, bb, first, last] = row;
  return {
    a: addressText(ah as bigint, al as bigint),
    a_port: hasPorts ? Number(ap) : null,
    b: addressText(bh as bigint, bl as bigint),
    b_port: hasPorts ? Number(bp) : null,
    flows: Number(flows),
    a_packets: Number(af),
    a_bytes: Number(ab),
    b_packets: Number(bf),
    b_bytes: Number(bb),
    first_ns: String(first),
    last_ns: String(last),
  };
}
