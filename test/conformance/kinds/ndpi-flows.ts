import type { CaseJson, CaseResult } from "../corpus.ts";
import {
  compareFlows,
  compareSides,
  compareVlans,
  type FlowFacts,
  FlowMerger,
  flowFactsResult,
  ourFlows,
} from "./flow-facts.ts";

interface NdpiFlow {
  readonly proto: string;
  readonly src: string;
  readonly sport: number | null;
  readonly dst: string;
  readonly dport: number | null;
  readonly src_pkts: number;
  readonly src_bytes: number;
  readonly dst_pkts: number;
  readonly dst_bytes: number;
  readonly vlan?: number;
}

/** IANA numbers of the names nDPI prints; a protocol without a name comes as its number. */
const PROTOCOLS: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  ospf: 89,
  pim: 103,
  vrrp: 112,
  sctp: 132,
};

/** nDPI gives ports of these; all others it lists by address pair. */
const PORT_PROTOCOLS: ReadonlySet<number> = new Set([6, 17]);

/** Facts of application protocols. `app` is nDPI's own naming and no fact. */
const PROTOCOL_FACTS = [
  "server_name",
  "tls_version",
  "cipher",
  "ja4",
  "ja3",
  "ja3s",
  "user_agent",
  "url",
  "http_status",
  "hassh_client",
  "hassh_server",
] as const;

/** Compares a case's flow list with our flows, merged by five-tuple. */
export async function runNdpiFlows(caseFolder: string, caseJson: CaseJson): Promise<CaseResult> {
  const listed = caseJson.expect.flows as NdpiFlow[];
  const merger = new FlowMerger(PORT_PROTOCOLS);
  for (const row of listed) {
    const flow = merger.add(PROTOCOLS[row.proto] ?? Number(row.proto), [
      endpoint(row.src, row.sport, row.src_pkts, row.src_bytes),
      endpoint(row.dst, row.dport, row.dst_pkts, row.dst_bytes),
    ]);
    if (row.vlan !== undefined) flow.vlans.add(row.vlan);
  }
  const found = ourFlows(caseFolder, caseJson, PORT_PROTOCOLS);
  const differences = compareFlows(found, merger.flows, compareFlow);
  const protocolFacts = listed.reduce(
    (sum, row) => sum + PROTOCOL_FACTS.filter((name) => name in row).length,
    0,
  );
  return flowFactsResult(differences, { flows: merger.flows.size, protocolFacts });
}

function compareFlow(found: FlowFacts, wanted: FlowFacts): string[] {
  return [...compareSides(found, wanted), ...compareVlans(found, wanted)];
}

function endpoint(address: string, port: number | null, packets: number, bytes: number) {
  const [, host, joined] = /^(\d+\.\d+\.\d+\.\d+):(\d+)$/.exec(address) ?? [];
  return {
    address: host ?? address,
    port: port ?? Number(joined ?? 0),
    packets,
    bytes,
    payloadBytes: 0,
  };
}
