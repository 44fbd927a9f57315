import { communityId, SmallDigests } from "../../../src/core/flow/index.ts";
import { parseAddress } from "../../../src/core/packet/index.ts";
import type { CaseJson, CaseResult } from "../corpus.ts";
import {
  compareFlows,
  compareSides,
  compareVlans,
  differ,
  type FlowFacts,
  FlowMerger,
  flowFactsResult,
  ourFlows,
} from "./flow-facts.ts";
import type { ProtocolFacts } from "./protocol-facts.ts";

interface ArkimeSession {
  readonly src?: string;
  readonly sport?: number;
  readonly dst?: string;
  readonly dport?: number;
  readonly ip_proto: number;
  readonly src_pkts: number;
  readonly dst_pkts: number;
  readonly src_bytes: number;
  readonly dst_bytes: number;
  readonly src_payload_bytes: number;
  readonly dst_payload_bytes: number;
  readonly first_packet_ms: number;
  readonly last_packet_ms: number;
  readonly community_id?: string;
  readonly vlan?: readonly number[];
}

const PORT_PROTOCOLS: ReadonlySet<number> = new Set([6, 17, 132]);
const TCP = 6;

/** What belongs to the flow itself or to the source's own naming; every other key is a protocol's. */
const FLOW_KEYS: ReadonlySet<string> = new Set([
  "src",
  "sport",
  "dst",
  "dport",
  "ip_proto",
  "src_pkts",
  "dst_pkts",
  "src_bytes",
  "dst_bytes",
  "src_payload_bytes",
  "dst_payload_bytes",
  "first_packet_ms",
  "last_packet_ms",
  "community_id",
  "vlan",
  "protocols",
  "tcp_flags",
  "initial_rtt_ms",
]);
/**
 * Facts that our logs have in another form or not at all: counts of a list, the source's enrichment, lists
 * of header names, digests of bodies as they travelled (ours are of the decoded ones, as Zeek's), types by
 * libmagic's names, session ids, flags and parts of DNS records that stand in the text of answers, parts of certificates that the x509 log has as one text.
 */
const SET_ASIDE =
  /Cnt$|ASN$|GEO$|RIR$|^(?:http\.(?:requestHeader|responseHeader|md5|sha256|bodyMagic|cookie\w*|xff\w*)|tls\.(?:src|dst)SessionId|dns\.(?:answers|headerFlags|nameserverIp|nameserverHost|mailserverIp)|cert\.(?!serial)|email\.(?:md5|sha256|bodyMagic|header\w*|mimeVersion|contentType))/;

/** Compares a case's sessions with our flows, both merged by five-tuple. */
export async function runArkimeSessions(
  caseFolder: string,
  caseJson: CaseJson,
): Promise<CaseResult> {
  const listed = caseJson.expect.sessions as ArkimeSession[];
  const merger = new FlowMerger(PORT_PROTOCOLS);
  const names = new Map<ArkimeSession, string>();
  for (const row of listed) names.set(row, addSession(merger, row));
  const { flows, facts } = ourFlows(caseFolder, caseJson, PORT_PROTOCOLS);
  const differences = compareFlows(flows, merger.flows, compareSession);
  const protocol = compareProtocols(listed, (row) => names.get(row)!, facts);
  return flowFactsResult(differences, protocol, merger.flows.size);
}

/** Each listed value must be among what our logs say about that session. */
function compareProtocols(
  listed: readonly ArkimeSession[],
  nameOf: (row: ArkimeSession) => string,
  facts: ProtocolFacts,
): { differences: string[]; facts: number; setAside: number } {
  const differences: string[] = [];
  let [count, setAside] = [0, 0];
  for (const row of listed) {
    const flow = nameOf(row);
    for (const [key, group] of Object.entries(row)) {
      if (FLOW_KEYS.has(key)) continue;
      for (const [path, value] of leavesOf(key, group)) {
        if (SET_ASIDE.test(path)) {
          setAside++;
          continue;
        }
        count++;
        const text = String(value).replace(/^ssh-(?=[12]\.)/, "ssh-");
        if (facts.has(flow, text) || facts.hasBeginning(flow, text)) continue;
        differences.push(`flow ${flow}: ${path} ${value} is not said`);
      }
    }
  }
  return { differences, facts: count, setAside };
}

/** Single values of a tree, each with its path; places in lists are no part of it. */
function* leavesOf(path: string, value: unknown): Iterable<readonly [string, unknown]> {
  if (Array.isArray(value)) for (const item of value) yield* leavesOf(path, item);
  else if (typeof value === "object" && value !== null) {
    for (const [key, one] of Object.entries(value)) yield* leavesOf(`${path}.${key}`, one);
  } else yield [path, value];
}

function addSession(merger: FlowMerger, row: ArkimeSession): string {
  const flow = merger.add(row.ip_proto, [
    {
      address: row.src ?? "no address",
      port: row.sport ?? 0,
      packets: row.src_pkts,
      bytes: row.src_bytes,
      payloadBytes: row.src_payload_bytes,
    },
    {
      address: row.dst ?? "no address",
      port: row.dport ?? 0,
      packets: row.dst_pkts,
      bytes: row.dst_bytes,
      payloadBytes: row.dst_payload_bytes,
    },
  ]);
  flow.firstMs = Math.min(flow.firstMs, row.first_packet_ms);
  flow.lastMs = Math.max(flow.lastMs, row.last_packet_ms);
  if (row.community_id !== undefined) flow.communityIds.add(row.community_id);
  for (const vlan of row.vlan ?? []) flow.vlans.add(vlan);
  return flow.name;
}

function compareSession(found: FlowFacts, wanted: FlowFacts): string[] {
  // First and last are so in file order at the source, by time here.
  const differences = [
    ...(isTurnedRound(found, wanted) ? [] : compareSides(found, wanted)),
    ...differ("first packet", found.firstMs, Math.min(wanted.firstMs, wanted.lastMs)),
    ...differ("last packet", found.lastMs, Math.max(wanted.firstMs, wanted.lastMs)),
    ...(wanted.protocol === TCP ? comparePayload(found, wanted) : []),
  ];
  const ids = new Set([...found.communityIds, ...idsWithZeroPorts(wanted)]);
  for (const id of wanted.communityIds) {
    if (!ids.has(id)) {
      differences.push(`Community ID ${id} is not there, but ${[...found.communityIds].join(" ")}`);
    }
  }
  differences.push(...compareVlans(found, wanted));
  return differences;
}

/**
 * The source counts what its own reassembly handed on: nothing twice, nothing behind a hole, nothing
 * before a handshake. Where none of these is the case its count is that of the wire, else at most that.
 */
function comparePayload(found: FlowFacts, wanted: FlowFacts): string[] {
  return [...wanted.sides].flatMap(([endpoint, side]) => {
    const ours = found.sides.get(endpoint)?.payloadBytes ?? Number.NaN;
    if (!found.isCleanStream && side.payloadBytes <= ours) return [];
    return differ(`payload bytes of ${endpoint}`, ours, side.payloadBytes);
  });
}

/** With packets of one side only, a known server port turns the whole session round at the source. */
function isTurnedRound(found: FlowFacts, wanted: FlowFacts): boolean {
  const [ours, theirs] = [found, wanted].map(({ sides }) =>
    [...sides].filter(([, side]) => side.packets > 0),
  );
  const [mine, other] = [ours?.[0], theirs?.[0]];
  if (ours?.length !== 1 || theirs?.length !== 1 || !mine || !other) return false;
  return (
    mine[0] !== other[0] && mine[1].packets === other[1].packets && mine[1].bytes === other[1].bytes
  );
}

/** The source hashes two ports of zero where a protocol has none; the specification says none. */
function idsWithZeroPorts(wanted: FlowFacts): string[] {
  const [source, destination = source] = [...wanted.sides.keys()].map(parseAddress);
  if (source === undefined || destination === undefined) return [];
  const id = communityId(new SmallDigests(), {
    src: source,
    dst: destination,
    protocol: wanted.protocol,
    hasPorts: true,
    sourcePort: 0,
    destinationPort: 0,
  });
  return [id];
}
