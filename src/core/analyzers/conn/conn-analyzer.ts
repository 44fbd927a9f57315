import { formatUid } from "../../base/index.ts";
import { ColumnBatch, columnIndex, type EventSink } from "../../events/index.ts";
import type { FlowRecord, FlowTable } from "../../flow/index.ts";
import { TUNNEL } from "../../packet/index.ts";
import {
  NO_SERVICES,
  type ServiceBits,
  sendRows,
  serviceBits,
  setAddress,
  setFlowIds,
  setFlowTime,
} from "../shared/index.ts";
import { burstsSchema, connSchema } from "./conn-events.ts";
import type { LocalNetworks } from "./local-networks.ts";

const column = (name: string) => columnIndex(connSchema, name);
const TS = column("ts");
const UID = column("uid");
const PROTO = column("proto");
const DURATION = column("duration");
const ORIG_BYTES = column("orig_bytes");
const RESP_BYTES = column("resp_bytes");
const CONN_STATE = column("conn_state");
const LOCAL_ORIG = column("local_orig");
const LOCAL_RESP = column("local_resp");
const MISSED_BYTES = column("missed_bytes");
const HISTORY = column("history");
const ORIG_PKTS = column("orig_pkts");
const ORIG_IP_BYTES = column("orig_ip_bytes");
const RESP_PKTS = column("resp_pkts");
const RESP_IP_BYTES = column("resp_ip_bytes");
const IP_PROTO = column("ip_proto");
const VLAN = column("vlan");
const INNER_VLAN = column("inner_vlan");
const COMMUNITY_ID = column("community_id");
const FLOW = column("flow");
const BURSTS = column("bursts");
const TUNNEL_PARENTS = column("tunnel_parents");
const ORIG_L2 = column("orig_l2_addr");
const RESP_L2 = column("resp_l2_addr");
const SERVICE = column("service");
const TUNNEL_KIND = column("tunnel");
const TUNNEL_ID = column("tunnel_id");
const OUTER_ORIG_H = column("outer_orig_h");
const OUTER_RESP_H = column("outer_resp_h");
const ORIG_FRAMES = column("orig_frames");
const RESP_FRAMES = column("resp_frames");
const ORIG_FRAME_BYTES = column("orig_frame_bytes");
const RESP_FRAME_BYTES = column("resp_frame_bytes");
const ORIG_PAYLOAD_BYTES = column("orig_payload_bytes");
const RESP_PAYLOAD_BYTES = column("resp_payload_bytes");
const ORIG_DUPLICATES = column("orig_duplicates");
const RESP_DUPLICATES = column("resp_duplicates");
const LAST_TS = column("last_ts");
const SYN_RTT = column("syn_rtt");
const ACK_RTT = column("ack_rtt");
const RESPONSE = column("response_time");
const RETRANSMISSIONS = column("orig_retransmissions");
const OUT_OF_ORDER = column("orig_out_of_order");
const DUPLICATE_ACKS = column("orig_duplicate_acks");
const ZERO_WINDOWS = column("orig_zero_windows");
const burstColumn = (name: string) => columnIndex(burstsSchema, name);
const BURST_TS = burstColumn("ts");
const BURST_UID = burstColumn("uid");
const BURST_FLOW = burstColumn("flow");
const BURST_NUMBER = burstColumn("count");
const BURST_FIRST = burstColumn("first");
const BURST_LAST = burstColumn("last");
const BURST_GAPS = burstColumn("gaps");

/** Services of flows that carry others, by `TUNNEL` number; tunnels straight over IP have no flow. */
const TUNNEL_SERVICES = new Map<number, ServiceBits>(
  (
    [
      [TUNNEL.vxlan, "vxlan"],
      [TUNNEL.geneve, "geneve"],
      [TUNNEL.teredo, "teredo"],
      [TUNNEL.gtpu, "gtpv1"],
      [TUNNEL.ayiya, "ayiya"],
    ] as const
  ).map(([kind, service]) => [kind, serviceBits(service)]),
);

/** Turns ended flows into rows of `conn` and, where there are two bursts or more, `bursts`. */
export class ConnAnalyzer {
  readonly #conn = new ColumnBatch(connSchema);
  readonly #bursts = new ColumnBatch(burstsSchema);
  readonly #sink: EventSink;
  readonly #local: LocalNetworks;

  constructor(sink: EventSink, local: LocalNetworks) {
    this.#sink = sink;
    this.#local = local;
  }

  /** `services` are bits of what was found inside the flow. */
  flowEnded(record: FlowRecord, table: FlowTable, services: ServiceBits = NO_SERVICES): void {
    const batch = this.#conn;
    const row = batch.addRow();
    setFlowTime(batch, TS, row, table.baseSeconds, record.startTime);
    setFlowIds(batch, UID, row, record);
    batch.setU8(PROTO, row, record.transport);
    const duration = record.lastTime - record.startTime;
    if (duration > 0) {
      batch.setCount(DURATION, row, duration);
      batch.setCount(ORIG_BYTES, row, record.originatorBytes);
      batch.setCount(RESP_BYTES, row, record.responderBytes);
    }
    batch.setU8(CONN_STATE, row, record.connState);
    batch.setU8(LOCAL_ORIG, row, this.#local.has(record.originator) ? 1 : 0);
    batch.setU8(LOCAL_RESP, row, this.#local.has(record.responder) ? 1 : 0);
    batch.setCount(MISSED_BYTES, row, record.missedBytes);
    if (record.history !== "") batch.setText(HISTORY, row, record.history);
    batch.setCount(ORIG_PKTS, row, record.originatorPackets);
    batch.setCount(ORIG_IP_BYTES, row, record.originatorIpBytes);
    batch.setCount(RESP_PKTS, row, record.responderPackets);
    batch.setCount(RESP_IP_BYTES, row, record.responderIpBytes);
    batch.setU8(IP_PROTO, row, record.protocol);
    if (record.outerVlan >= 0) batch.setU16(VLAN, row, record.outerVlan);
    if (record.innerVlan >= 0) batch.setU16(INNER_VLAN, row, record.innerVlan);
    batch.setU64(COMMUNITY_ID, row, record.communityHigh, record.communityLow);
    batch.setU32(FLOW, row, record.ordinal);
    batch.setU32(BURSTS, row, record.bursts);
    setServices(batch, row, services, record.carries);
    setTunnel(batch, row, record);
    setFrames(batch, row, record, table.baseSeconds);
    if (record.transport === 0) setPath(batch, row, record);
    if (record.responseTime >= 0) batch.setCount(RESPONSE, row, record.responseTime);
    if (batch.isFull) sendRows(this.#sink, batch);
    if (record.bursts >= 2) this.#addBursts(record, table);
  }

  end(): void {
    sendRows(this.#sink, this.#conn);
    sendRows(this.#sink, this.#bursts);
  }

  #addBursts(record: FlowRecord, table: FlowTable): void {
    const bursts = table.bursts(record.flow);
    if (bursts === undefined) return;
    const batch = this.#bursts;
    const row = batch.addRow();
    setFlowTime(batch, BURST_TS, row, table.baseSeconds, record.startTime);
    batch.setU64(BURST_UID, row, record.uidHigh, record.uidLow);
    batch.setU32(BURST_FLOW, row, record.ordinal);
    batch.setU32(BURST_NUMBER, row, record.bursts);
    batch.setBytes(BURST_FIRST, row, timesToBytes(bursts.first, bursts.kept, table.baseSeconds));
    batch.setBytes(BURST_LAST, row, timesToBytes(bursts.last, bursts.kept, table.baseSeconds));
    const { buffer, byteOffset, byteLength } = bursts.bins;
    batch.setBytes(BURST_GAPS, row, new Uint8Array(buffer, byteOffset, byteLength));
    if (batch.isFull) sendRows(this.#sink, batch);
  }
}

function setServices(
  batch: ColumnBatch,
  row: number,
  services: ServiceBits,
  carries: number,
): void {
  const tunnel = (carries !== 0 && TUNNEL_SERVICES.get(carries)) || NO_SERVICES;
  const high = services.high | tunnel.high;
  const low = services.low | tunnel.low;
  if ((high | low) !== 0) batch.setU64(SERVICE, row, high, low);
}

function setTunnel(batch: ColumnBatch, row: number, record: FlowRecord): void {
  if (record.depth === 0 || record.parentUids === undefined) return;
  batch.setU8(TUNNEL_KIND, row, record.tunnelKind);
  if (record.tunnelId >= 0) batch.setU32(TUNNEL_ID, row, record.tunnelId);
  setAddress(batch, OUTER_ORIG_H, row, record.outerOriginator);
  setAddress(batch, OUTER_RESP_H, row, record.outerResponder);
  const { parentUids } = record;
  const texts: string[] = [];
  for (let n = 0; n < parentUids.length; n += 2) {
    texts.push(formatUid((BigInt(parentUids[n]!) << 32n) | BigInt(parentUids[n + 1]!)));
  }
  if (texts.length > 0) batch.setText(TUNNEL_PARENTS, row, texts.join(","));
}

function setFrames(batch: ColumnBatch, row: number, record: FlowRecord, baseSeconds: number): void {
  if (record.originatorLink !== "") batch.setText(ORIG_L2, row, record.originatorLink);
  if (record.responderLink !== "") batch.setText(RESP_L2, row, record.responderLink);
  batch.setU32(ORIG_FRAMES, row, record.originatorFrames);
  batch.setU32(RESP_FRAMES, row, record.responderFrames);
  batch.setCount(ORIG_FRAME_BYTES, row, record.originatorFrameBytes);
  batch.setCount(RESP_FRAME_BYTES, row, record.responderFrameBytes);
  batch.setCount(ORIG_PAYLOAD_BYTES, row, Math.max(0, record.originatorPayloadBytes));
  batch.setCount(RESP_PAYLOAD_BYTES, row, Math.max(0, record.responderPayloadBytes));
  batch.setU32(ORIG_DUPLICATES, row, record.originatorDuplicates);
  batch.setU32(RESP_DUPLICATES, row, record.responderDuplicates);
  setFlowTime(batch, LAST_TS, row, baseSeconds, record.lastLocatedTime);
}

function setPath(batch: ColumnBatch, row: number, record: FlowRecord): void {
  if (record.synTime >= 0) batch.setCount(SYN_RTT, row, record.synTime);
  if (record.ackTime >= 0) batch.setCount(ACK_RTT, row, record.ackTime);
  for (let side = 0; side < 2; side++) {
    batch.setU32(RETRANSMISSIONS + side, row, record.retransmissions[side]!);
    batch.setU32(OUT_OF_ORDER + side, row, record.outOfOrder[side]!);
    batch.setU32(DUPLICATE_ACKS + side, row, record.duplicateAcks[side]!);
    batch.setU32(ZERO_WINDOWS + side, row, record.zeroWindows[side]!);
  }
}

/** i64 nanoseconds since 1970, little-endian; halves, since a bigint each costs more than the flow. */
function timesToBytes(times: Float64Array, count: number, baseSeconds: number): Uint8Array {
  const halves = new Uint32Array(count * 2);
  // The base's lower half by 16-bit steps, so that nothing passes 2^53.
  const low16 = (baseSeconds % 65536) * 1e9;
  const high16 = Math.floor(baseSeconds / 65536) * 1e9;
  const baseLow = ((high16 % 65536) * 65536 + low16) % 4294967296;
  const exactHigh =
    Math.floor(high16 / 65536) + Math.floor(((high16 % 65536) * 65536 + low16) / 4294967296);
  for (let n = 0; n < count; n++) {
    const low = baseLow + Math.round(times[n]!);
    halves[n * 2] = low >>> 0;
    halves[n * 2 + 1] = exactHigh + Math.floor(low / 4294967296);
  }
  return new Uint8Array(halves.buffer);
}
