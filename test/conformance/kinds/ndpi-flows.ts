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
import type { ProtocolFacts } from "./protocol-facts.ts";

type NdpiProtocolFacts = Readonly<Partial<Record<(typeof PROTOCOL_FACTS)[number], unknown>>>;

interface NdpiFlow extends NdpiProtocolFacts {
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
  const names = new Map<NdpiFlow, string>();
  for (const row of listed) {
    const flow = merger.add(PROTOCOLS[row.proto] ?? Number(row.proto), [
      endpoint(row.src, row.sport, row.src_pkts, row.src_bytes),
      endpoint(row.dst, row.dport, row.dst_pkts, row.dst_bytes),
    ]);
    names.set(row, flow.name);
    if (row.vlan !== undefined) flow.vlans.add(row.vlan);
  }
  const { flows, facts } = ourFlows(caseFolder, caseJson, PORT_PROTOCOLS);
  const differences = compareFlows(flows, merger.flows, compareFlow);
  const protocol = compareProtocols(listed, (row) => names.get(row)!, facts);
  return flowFactsResult(differences, protocol, merger.flows.size);
}

/** What nDPI says about the protocols inside its flows must be among what our logs say. */
function compareProtocols(
  listed: readonly NdpiFlow[],
  nameOf: (row: NdpiFlow) => string,
  facts: ProtocolFacts,
): { differences: string[]; facts: number; setAside: number } {
  const differences: string[] = [];
  let [count, setAside] = [0, 0];
  for (const row of listed) {
    const flow = nameOf(row);
    for (const name of PROTOCOL_FACTS) {
      const value = row[name];
      if (value === undefined) continue;
      count++;
      if (isSaid(name, String(value), { flow, facts })) continue;
      // nDPI's own variant (letters of the ALPN, no extension hashed as nothing) of the same hello.
      if (name === "ja4" && row.ja3 !== undefined && facts.has(flow, row.ja3)) setAside++;
      else differences.push(`flow ${flow}: ${name} ${value} is not said`);
    }
  }
  return { differences, facts: count, setAside };
}

function isSaid(
  name: (typeof PROTOCOL_FACTS)[number],
  value: string,
  { flow, facts }: { flow: string; facts: ProtocolFacts },
): boolean {
  switch (name) {
    case "server_name":
    case "user_agent":
    case "url":
      return facts.hasBeginning(flow, value.replace(/\[\.\.\.\]$/, ""));
    default:
      return facts.has(flow, value);
  }
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
