import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import type { EndsRequest, FlowsRequest } from "../index-store.ts";
import { from, type Target } from "./questions.ts";

/*
 * Sums over flows. Each question reads the same columns of the flows that answer it, under short names:
 * o and r are originator and responder; h, l, p their address and port; f and b their frames and bytes.
 */
const COLUMNS =
  "id_orig_h_hi AS oh, id_orig_h_lo AS ol, id_orig_p AS op, id_resp_h_hi AS rh, id_resp_h_lo AS rl, id_resp_p AS rp, ip_proto, proto, service, ts, last_ts, orig_frames AS of, orig_frame_bytes AS ob, resp_frames AS rf, resp_frame_bytes AS rb";

const PROTOCOLS = { ip: undefined, tcp: 6, udp: 17 } as const;

/** Whether ends of that kind are told apart by their ports too. */
export function hasPorts(kind: EndsRequest["kind"]): boolean {
  return PROTOCOLS[kind] !== undefined;
}

/** Runs a question over `flows`, which it may name any number of times. */
export async function sumFlows(
  connection: DuckDBConnection,
  targets: readonly Target[],
  request: Omit<FlowsRequest, "scope"> & Partial<Pick<EndsRequest, "kind">>,
  question: string,
): Promise<readonly (readonly unknown[])[]> {
  if (targets.length === 0) return [];
  const parameters: DuckDBValue[] = [];
  const parts = targets.map((target) =>
    from(target, "conn", COLUMNS, request.condition, parameters),
  );
  const protocol = PROTOCOLS[request.kind ?? "ip"];
  const wanted = protocol === undefined ? "true" : `ip_proto = ${protocol}`;
  const flows = `SELECT * FROM (${parts.join(" UNION ALL ")}) WHERE ${wanted}`;
  const sql = `WITH flows AS (${flows}) ${question}`;
  return (await connection.runAndReadAll(sql, parameters)).getRows();
}
