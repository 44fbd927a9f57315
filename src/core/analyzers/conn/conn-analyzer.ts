import { ColumnBatch, columnIndex, type EventSink } from "../../events/index.ts";
import type { FlowRecord, FlowTable } from "../../flow/index.ts";
import { burstsSchema, connSchema } from "./conn-events.ts";
import type { LocalNetworks } from "./local-networks.ts";

const column = (name: string) => columnIndex(connSchema, name);
const TS = column("ts");
const UID = column("uid");
const ORIG_H = column("id.orig_h");
const ORIG_P = column("id.orig_p");
const RESP_H = column("id.resp_h");
const RESP_P = column("id.resp_p");
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
const burstColumn = (name: string) => columnIndex(burstsSchema, name);
const BURST_TS = burstColumn("ts");
const BURST_UID = burstColumn("uid");
const BURST_FLOW = burstColumn("flow");
const BURST_NUMBER = burstColumn("count");
const BURST_FIRST = burstColumn("first");
const BURST_LAST = burstColumn("last");
const BURST_GAPS = burstColumn("gaps");

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

  flowEnded(record: FlowRecord, table: FlowTable): void {
    const batch = this.#conn;
    const row = batch.addRow();
    setFlowTime(batch, TS, row, table.baseSeconds, record.startTime);
    batch.setU64(UID, row, record.uidHigh, record.uidLow);
    setAddress(batch, ORIG_H, row, record.originator);
    batch.setU16(ORIG_P, row, record.originatorPort);
    setAddress(batch, RESP_H, row, record.responder);
    batch.setU16(RESP_P, row, record.responderPort);
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
    if (batch.isFull) this.#send(batch);
    if (record.bursts >= 2) this.#addBursts(record, table);
  }

  end(): void {
    this.#send(this.#conn);
    this.#send(this.#bursts);
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
    if (batch.isFull) this.#send(batch);
  }

  #send(batch: ColumnBatch): void {
    if (batch.rowCount > 0) this.#sink.batch(batch);
    batch.clear();
  }
}

/** Writes a table's time, nanoseconds from its base, as one since 1970. */
export function setFlowTime(
  batch: ColumnBatch,
  columnNumber: number,
  row: number,
  baseSeconds: number,
  time: number,
): void {
  const seconds = Math.floor(time / 1e9);
  batch.setTime(columnNumber, row, baseSeconds + seconds, time - seconds * 1e9);
}

/** Writes an address's four words into its two columns. */
export function setAddress(
  batch: ColumnBatch,
  first: number,
  row: number,
  words: Int32Array,
): void {
  batch.setU64(first, row, words[0]!, words[1]!);
  batch.setU64(first + 1, row, words[2]!, words[3]!);
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
