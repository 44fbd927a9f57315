import { type ColumnBatch, ZeekJsonWriter } from "../../events/index.ts";
import {
  type ChecksumRule,
  createFlowRecord,
  type FlowRecord,
  FlowTable,
} from "../../flow/index.ts";
import {
  createDecodedPacket,
  decodePacket,
  dissectPacket,
  type PacketField,
} from "../../packet/index.ts";
import type { PacketRecord } from "../../pcap/index.ts";
import { ConnAnalyzer } from "./conn-analyzer.ts";
import { connSchema } from "./conn-events.ts";
import { LocalNetworks, PRIVATE_NETWORKS } from "./local-networks.ts";

/** Which header bytes of a packet a conn field is made of; the packet's time has no bytes. */
const SOURCES: Record<string, readonly string[]> = {
  "id.orig_h": ["ip.src", "ip.dst", "ipv6.src", "ipv6.dst"],
  "id.resp_h": ["ip.src", "ip.dst", "ipv6.src", "ipv6.dst"],
  "id.orig_p": ["tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport", "icmp.type"],
  "id.resp_p": [
    "tcp.srcport",
    "tcp.dstport",
    "udp.srcport",
    "udp.dstport",
    "icmp.type",
    "icmp.code",
  ],
  proto: ["ip.proto", "ipv6.nxt"],
  ip_proto: ["ip.proto", "ipv6.nxt"],
  orig_bytes: ["tcp.seq", "tcp.ack", "tcp.flags", "ip.len", "ipv6.plen", "udp.length"],
  resp_bytes: ["tcp.seq", "tcp.ack", "tcp.flags", "ip.len", "ipv6.plen", "udp.length"],
  conn_state: ["tcp.flags", "ip.src", "ipv6.src"],
  local_orig: ["ip.src", "ip.dst", "ipv6.src", "ipv6.dst"],
  local_resp: ["ip.src", "ip.dst", "ipv6.src", "ipv6.dst"],
  missed_bytes: ["tcp.seq", "tcp.ack"],
  history: ["tcp.flags", "tcp.seq", "tcp.ack", "tcp.window", "tcp.checksum", "udp.checksum"],
  orig_ip_bytes: ["ip.len", "ipv6.plen"],
  resp_ip_bytes: ["ip.len", "ipv6.plen"],
  syn_rtt: ["tcp.flags"],
  ack_rtt: ["tcp.flags"],
  response_time: ["ip.len", "ipv6.plen", "udp.length"],
  orig_retransmissions: ["tcp.seq"],
  resp_retransmissions: ["tcp.seq"],
  orig_out_of_order: ["tcp.seq"],
  resp_out_of_order: ["tcp.seq"],
  orig_duplicate_acks: ["tcp.ack"],
  resp_duplicate_acks: ["tcp.ack"],
  orig_zero_windows: ["tcp.window"],
  resp_zero_windows: ["tcp.window"],
  orig_l2_addr: ["eth.src", "eth.dst"],
  resp_l2_addr: ["eth.src", "eth.dst"],
  vlan: ["vlan.id"],
  inner_vlan: ["vlan.id"],
  community_id: [
    "ip.src",
    "ip.dst",
    "ipv6.src",
    "ipv6.dst",
    "tcp.srcport",
    "tcp.dstport",
    "udp.srcport",
    "udp.dstport",
    "icmp.type",
    "icmp.code",
  ],
};
const WHOLE_HEADER: readonly string[] = ["ip.src", "ip.dst", "ipv6.src", "ipv6.dst"];

/** What one packet did to the field: the values before and after it, and the bytes that did it. */
export interface FieldChange {
  packetIndex: number;
  ranges: { name: string; offset: number; length: number }[];
  before: unknown;
  after: unknown;
}

/** Capture and uid say which flow is meant where packets carry several, one inside the other. */
export interface ExplainOptions {
  captureId?: string;
  uid?: bigint;
  checksums?: ChecksumRule;
  localNetworks?: readonly string[];
}

/**
 * Says which packets made a flow's conn field what it is: replays the flow's packets one by one and
 * looks at the row after each. Nothing is stored for this; the answer is computed when asked.
 */
export function explainConnField(
  fieldName: string,
  packets: readonly PacketRecord[],
  options: ExplainOptions = {},
): { changes: FieldChange[]; value: unknown } {
  const rows: Record<string, unknown>[] = [];
  const analyzer = new ConnAnalyzer(
    {
      batch(batch: ColumnBatch) {
        rows.push(new ZeekJsonWriter(connSchema).row(batch, 0));
      },
      postings() {},
    },
    new LocalNetworks(options.localNetworks ?? PRIVATE_NETWORKS),
  );
  const table = new FlowTable(
    {
      captureId: options.captureId ?? "explain",
      locate: false,
      checksums: options.checksums ?? "verify",
      limits: { liveFlows: 16, gapIntervals: 4096, burstRecords: 16 },
    },
    { flowEnded() {}, residueEnded() {}, run() {}, postings() {}, tunnel() {}, weird() {} },
  );
  const decoded = createDecodedPacket();
  const record = createFlowRecord();
  const changes: FieldChange[] = [];
  let before: unknown;
  packets.forEach((packet, packetIndex) => {
    decodePacket(packet, decoded);
    table.packet(packet, decoded);
    if (!describeWanted(table, record, options.uid)) return;
    record.bursts = Math.min(record.bursts, 1);
    analyzer.flowEnded(record, table);
    analyzer.end();
    const after = rows.pop()?.[fieldName];
    if (after === before) return;
    changes.push({ packetIndex, ranges: rangesOf(fieldName, packet), before, after });
    before = after;
  });
  return { changes, value: before };
}

/** Fills `record` with the flow asked for, if the last packet reached it; else with the innermost. */
function describeWanted(table: FlowTable, record: FlowRecord, uid: bigint | undefined): boolean {
  for (let n = table.touchedCount - 1; n >= 0; n--) {
    table.describe(table.touched[n]!, record);
    if (record.isResidue) continue;
    if (uid === undefined) return true;
    if (((BigInt(record.uidHigh >>> 0) << 32n) | BigInt(record.uidLow >>> 0)) === uid) return true;
  }
  return false;
}

function rangesOf(fieldName: string, packet: PacketRecord): FieldChange["ranges"] {
  const bytes = packet.bytes.subarray(packet.start, packet.start + packet.capturedBytes);
  const wanted = new Set(
    SOURCES[fieldName] ?? (fieldName === "ts" || fieldName === "duration" ? [] : WHOLE_HEADER),
  );
  const ranges: FieldChange["ranges"] = [];
  const visit = (fields: readonly PacketField[]): void => {
    for (const { name, offset, length, children } of fields) {
      if (wanted.has(name)) ranges.push({ name, offset, length });
      visit(children);
    }
  };
  visit(dissectPacket(bytes, packet.linkType, packet));
  return ranges;
}
