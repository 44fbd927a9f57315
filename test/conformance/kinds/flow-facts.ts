import { logSchemas } from "../../../src/core/analyzers/index.ts";
import { Engine } from "../../../src/core/engine/index.ts";
import {
  createDecodedPacket,
  decodePacket,
  formatAddress,
  parseAddress,
} from "../../../src/core/packet/index.ts";
import { CaptureReader } from "../../../src/core/pcap/index.ts";
import { analysisPorts } from "../../../src/platform/index.ts";
import { LogRows, type Row } from "../../support/log-rows.ts";
import { readCaptures } from "../captures.ts";
import type { CaseJson, CaseResult } from "../corpus.ts";
import { ProtocolFacts } from "./protocol-facts.ts";

/** What was counted of one endpoint's packets. */
export interface SideFacts {
  packets: number;
  /** Whole frames, link layer included. */
  bytes: number;
  /** Transport payload, retransmissions counted again. */
  payloadBytes: number;
}

/** All that is known of one five-tuple, however many rows it came in. */
export interface FlowFacts {
  readonly name: string;
  readonly protocol: number;
  readonly sides: Map<string, SideFacts>;
  readonly communityIds: Set<string>;
  readonly vlans: Set<number>;
  /** Milliseconds since 1970, cut. */
  firstMs: number;
  lastMs: number;
  /** Every packet of it is also counted under the flow that it carries. */
  isTunnel: boolean;
  /** Seen from its SYNs on, with nothing missing and nothing sent twice. */
  isCleanStream: boolean;
  /** Packets that one or the other tracker passes over for their broken or cut headers. */
  readonly damaged: Map<string, SideFacts>;
}

/** One side of a row, before rows are merged. */
export interface EndpointRow extends SideFacts {
  readonly address: string;
  readonly port: number;
}

/** Merges rows of one five-tuple, whichever way round they are and however a tracker split them. */
export class FlowMerger {
  readonly flows = new Map<string, FlowFacts>();
  readonly #portProtocols: ReadonlySet<number>;

  /** Protocols outside `portProtocols` are told apart by their address pair alone, as ICMP is. */
  constructor(portProtocols: ReadonlySet<number>) {
    this.#portProtocols = portProtocols;
  }

  add(protocol: number, rows: readonly [EndpointRow, EndpointRow]): FlowFacts {
    const hasPorts = this.#portProtocols.has(protocol);
    const names = rows.map((row) => endpointName(row, hasPorts));
    const key = `${protocol} ${[...names].sort().join(" ")}`;
    let flow = this.flows.get(key);
    if (flow === undefined) {
      flow = {
        name: key,
        protocol,
        sides: new Map(),
        communityIds: new Set(),
        vlans: new Set(),
        firstMs: Number.POSITIVE_INFINITY,
        lastMs: Number.NEGATIVE_INFINITY,
        isTunnel: true,
        isCleanStream: true,
        damaged: new Map(),
      };
      this.flows.set(key, flow);
    }
    rows.forEach((row, n) => {
      addUp(flow.sides, names[n]!, row);
    });
    return flow;
  }

  /** Notes a packet of a flow already there that trackers are not agreed to count. */
  addDamaged(protocol: number, sender: EndpointRow, receiver: EndpointRow): void {
    const hasPorts = this.#portProtocols.has(protocol);
    const names = [sender, receiver].map((row) => endpointName(row, hasPorts));
    const flow = this.flows.get(`${protocol} ${[...names].sort().join(" ")}`);
    if (flow !== undefined) addUp(flow.damaged, names[0]!, sender);
  }
}

function addUp(sides: Map<string, SideFacts>, name: string, row: SideFacts): void {
  const side = sides.get(name) ?? { packets: 0, bytes: 0, payloadBytes: 0 };
  side.packets += row.packets;
  side.bytes += row.bytes;
  side.payloadBytes += row.payloadBytes;
  sides.set(name, side);
}

function endpointName(row: EndpointRow, hasPorts: boolean): string {
  // A peer that shortens ":0:" to "::" a second time prints what no reader takes back.
  const text = row.address.replace(/::(?=.*::)/, ":0:");
  const words = parseAddress(text);
  const address = words === undefined ? text : formatAddress(...words);
  return hasPorts ? `${address},${row.port}` : address;
}

/** Runs the engine over a case's captures and merges its conn rows. */
export function ourFlows(
  caseFolder: string,
  caseJson: CaseJson,
  portProtocols: ReadonlySet<number>,
): { flows: Map<string, FlowFacts>; facts: ProtocolFacts } {
  const merger = new FlowMerger(portProtocols);
  const captures = readCaptures(caseFolder, caseJson);
  const logs = logRows(captures);
  const rows = logs.of("conn");
  const flowOf = new Map<string, string>();
  const parents = new Set(rows.flatMap((row) => setMembers(row["tunnel_parents"])));
  for (const row of rows) {
    const flow = merger.add(Number(row["ip_proto"]), [side(row, "orig"), side(row, "resp")]);
    const times = [milliseconds(row["ts_ns"]), milliseconds(row["last_ts_ns"])];
    flow.firstMs = Math.min(flow.firstMs, ...times);
    flow.lastMs = Math.max(flow.lastMs, ...times);
    flow.communityIds.add(String(row["community_id"]));
    for (const name of ["vlan", "inner_vlan"]) {
      if (row[name] !== undefined) flow.vlans.add(Number(row[name]));
    }
    flowOf.set(String(row["uid"]), flow.name);
    flow.isTunnel &&= parents.has(String(row["uid"]));
    flow.isCleanStream &&= isCleanStream(row);
  }
  for (const capture of captures) noteDamaged(capture, merger);
  return { flows: merger.flows, facts: new ProtocolFacts(protocolRows(logs), flowOf) };
}

function* protocolRows(logs: LogRows): Iterable<readonly [log: string, row: Row]> {
  for (const { name, shown } of logSchemas) {
    if (!shown || name === "conn" || name === "weird") continue;
    for (const row of logs.of(name)) yield [name, row];
  }
}

/** Finds the packets whose IP or transport header is broken, or that the capture cut. */
function noteDamaged(capture: Uint8Array, merger: FlowMerger): void {
  const decoded = createDecodedPacket();
  const reader = new CaptureReader({
    onPacket: (packet) => {
      decodePacket(packet, decoded);
      const { ipVersion, fault, protocol } = decoded;
      const isCut = packet.capturedBytes < packet.originalBytes;
      if (ipVersion === 0 || (fault === 0 && !isCut)) return;
      const counts = {
        packets: 1,
        bytes: packet.originalBytes,
        payloadBytes: decoded.payloadLength,
      };
      const { src0, src1, src2, src3, dst0, dst1, dst2, dst3 } = decoded;
      const sender = formatAddress(src0, src1, src2, src3);
      const receiver = formatAddress(dst0, dst1, dst2, dst3);
      merger.addDamaged(
        protocol,
        { ...counts, address: sender, port: decoded.sourcePort },
        { ...counts, address: receiver, port: decoded.destinationPort },
      );
    },
  });
  reader.push(capture);
  reader.end();
}

/** By Zeek's letters: a handshake, and as many bytes in sequence as on the wire. */
function isCleanStream(row: Row): boolean {
  const history = String(row["history"] ?? "");
  return (
    /[Ss]/.test(history) &&
    /[Hh]/.test(history) &&
    Number(row["missed_bytes"]) === 0 &&
    Number(row["orig_bytes"] ?? 0) === Number(row["orig_payload_bytes"]) &&
    Number(row["resp_bytes"] ?? 0) === Number(row["resp_payload_bytes"])
  );
}

function logRows(captures: readonly Uint8Array[]): LogRows {
  const rows = new LogRows();
  const limits = { liveFlows: 100_000, postingBytes: 1 << 20 };
  for (const capture of captures) {
    const engine = new Engine(
      {
        captureId: "conformance",
        checksums: "ignore",
        limits,
        ...analysisPorts,
      },
      rows,
    );
    const reader = new CaptureReader({ onPacket: engine.onPacket });
    reader.push(capture);
    reader.end();
    engine.end();
  }
  return rows;
}

function side(row: Row, which: "orig" | "resp"): EndpointRow {
  return {
    address: String(row[`id.${which}_h`]),
    port: Number(row[`id.${which}_p`]),
    packets: Number(row[`${which}_frames`]),
    bytes: Number(row[`${which}_frame_bytes`]),
    payloadBytes: Number(row[`${which}_payload_bytes`]),
  };
}

function setMembers(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === "string" ? value.split(",").filter((one) => one !== "") : [];
}

function milliseconds(nanoseconds: unknown): number {
  return typeof nanoseconds === "string" ? Number(BigInt(nanoseconds) / 1_000_000n) : Number.NaN;
}

/** A fact that differs, or is `NaN` because the product does not have it. */
export function differ(what: string, found: number, wanted: number): string[] {
  return found === wanted ? [] : [`${what}: found ${found}, expected ${wanted}`];
}

/** Compares both flow lists by five-tuple; flows that only carry other flows may be extra. */
export function compareFlows(
  found: ReadonlyMap<string, FlowFacts>,
  wanted: ReadonlyMap<string, FlowFacts>,
  compare: (found: FlowFacts, wanted: FlowFacts) => string[],
): string[] {
  const differences: string[] = [];
  for (const [key, flow] of wanted) {
    const ours = found.get(key);
    if (ours === undefined) differences.push(`flow ${key} is not there`);
    else differences.push(...compare(ours, flow).map((text) => `flow ${key}: ${text}`));
  }
  for (const [key, { isTunnel, sides, damaged }] of found) {
    if (wanted.has(key) || isTunnel || isAllDamaged(sides, damaged)) continue;
    const packets = [...sides.values()].map((one) => one.packets).join("+");
    differences.push(`flow ${key} is not expected (${packets} packets)`);
  }
  return differences;
}

function isAllDamaged(
  sides: ReadonlyMap<string, SideFacts>,
  damaged: ReadonlyMap<string, SideFacts>,
): boolean {
  return [...sides].every(([name, { packets }]) => (damaged.get(name)?.packets ?? 0) === packets);
}

/** Compares what both peers count: packets and frame bytes of each endpoint. */
export function compareSides(found: FlowFacts, wanted: FlowFacts): string[] {
  const differences: string[] = [];
  for (const [endpoint, side] of wanted.sides) {
    const ours = found.sides.get(endpoint);
    const damaged = found.damaged.get(endpoint);
    if (ours !== undefined && damaged !== undefined && isWithin(side, ours, damaged)) continue;
    differences.push(
      ...differ(`packets of ${endpoint}`, ours?.packets ?? Number.NaN, side.packets),
      ...differ(`bytes of ${endpoint}`, ours?.bytes ?? Number.NaN, side.bytes),
    );
  }
  return differences;
}

/** Equal when the damaged packets, all of them, are left out on our side. */
function isWithin(side: SideFacts, ours: SideFacts, damaged: SideFacts): boolean {
  return (
    side.packets === ours.packets - damaged.packets && side.bytes === ours.bytes - damaged.bytes
  );
}

/** Our rows name the VLANs of a flow's first packet; peers name others of it, or all. */
export function compareVlans(found: FlowFacts, wanted: FlowFacts): string[] {
  if (wanted.vlans.size === 0) return [];
  const ours = [...found.vlans];
  if (ours.some((vlan) => wanted.vlans.has(vlan))) return [];
  return [`VLAN ${[...wanted.vlans].join(" ")} is not there, but ${ours.join(" ") || "none"}`];
}

/** The case's result, with what was left aside counted. */
export function flowFactsResult(
  flowDifferences: readonly string[],
  protocol: {
    readonly differences: readonly string[];
    readonly facts: number;
    readonly setAside: number;
  },
  flows: number,
): CaseResult {
  const differences = [...flowDifferences, ...protocol.differences];
  const measures = {
    flowFactsEqual: flowDifferences.length === 0 ? 1 : 0,
    flows,
    protocolFacts: protocol.facts,
    protocolFactsMissing: protocol.differences.length,
    factsSetAside: protocol.setAside,
  };
  if (differences.length === 0) return { status: "passed", differences, measures };
  const reason = flowDifferences.length > 0 ? "flow facts differ" : "protocol facts differ";
  return { status: "failed", reason, differences, measures };
}
