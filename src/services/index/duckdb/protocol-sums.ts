import type { DuckDBConnection } from "@duckdb/node-api";
import { connSchema } from "../../../core/analyzers/index.ts";
import type { FlowsRequest, ProtocolSums } from "../index-store.ts";
import { sumFlows } from "./flow-sums.ts";
import type { Target } from "./questions.ts";
import { renderValue } from "./render-row.ts";

/** Combinations that are told apart; sets of services that captures hold are some hundred. */
const COMBINATIONS_MAX = 100_000;

const field = (name: string) => connSchema.fields.find((one) => one.name === name)!;

/** Flows, frames and bytes by network, transport and set of services. */
export async function selectProtocols(
  connection: DuckDBConnection,
  targets: readonly Target[],
  request: Omit<FlowsRequest, "scope">,
): Promise<ProtocolSums[]> {
  // An IPv4 address is kept as IPv4 in IPv6 (RFC 4291, 2.5.5.2).
  const sql = `SELECT oh = 0 AND (ol >> 32) = 65535 AS is_ipv4, ip_proto, proto, service, count(*), sum(of + rf)::BIGINT, sum(ob + rb)::BIGINT
    FROM flows GROUP BY is_ipv4, ip_proto, proto, service ORDER BY is_ipv4 DESC, ip_proto, proto, service LIMIT ${COMBINATIONS_MAX}`;
  const rows = await sumFlows(connection, targets, request, sql);
  return rows.map(([isIpv4, ipProtocol, proto, service, flows, packets, bytes]) => ({
    isIpv4: isIpv4 === true,
    ipProtocol: Number(ipProtocol),
    transport: String(renderValue(field("proto"), proto, undefined)),
    services: (renderValue(field("service"), service, undefined) as string[] | null) ?? [],
    flows: Number(flows),
    packets: Number(packets),
    bytes: Number(bytes),
  }));
}
