import { dissectPacket, type PacketField } from "../../../src/core/packet/index.ts";
import type { Output } from "../client.ts";

/** What is known of a packet besides its bytes. */
export interface PacketFacts {
  readonly number: number;
  readonly ts_ns: string;
  readonly captured_bytes: number;
  readonly original_bytes: number;
  readonly link_type: number;
  /** Where it lies in the vault, where the answer said so. */
  readonly place?: { readonly segment: string; readonly offset: number; readonly chunk: number };
}

/** A packet as one point of its path. */
export interface PathPacket {
  readonly row: PacketFacts;
  readonly direction: "out" | "back" | "none";
  readonly tcp: TcpNumbers | undefined;
}

/** A packet as the page shows it: its bytes, our decode of them, and one line about it. */
export interface ShownPacket extends PathPacket {
  readonly bytes: Uint8Array;
  readonly fields: readonly PacketField[];
  readonly info: string;
}

type PacketRow = Output<"packetList">["packets"][number];

/** A packet of an answer: what is known of it, and its bytes. */
export function readPacketRow(row: PacketRow): { facts: PacketFacts; bytes: Uint8Array } {
  const { segment, offset, chunk, bytes: text, ...known } = row;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return { facts: { ...known, place: { segment, offset, chunk } }, bytes };
}

/** What of a TCP header tells how the path fared. */
export interface TcpNumbers {
  readonly sequence: number;
  /** Numbers that the segment takes: its payload, and one each for SYN and FIN. */
  readonly length: number;
  readonly flags: string;
  readonly window: number;
  /** The next number that is expected; undefined without the flag ACK. */
  readonly acknowledgment: number | undefined;
}

export interface Originator {
  readonly address: string;
  readonly port: number;
}

export function originatorOf(row: Output<"show">["row"]): Originator {
  return { address: String(row["id.orig_h"]), port: Number(row["id.orig_p"]) };
}

/** Decodes one packet; nothing is asked of the server. */
export function showPacket(
  row: PacketFacts,
  bytes: Uint8Array,
  originator: Originator,
): ShownPacket {
  const lengths = { capturedBytes: row.captured_bytes, originalBytes: row.original_bytes };
  const fields = dissectPacket(bytes, row.link_type, lengths);
  const values = new Map<string, PacketField>();
  collect(fields, values);
  const source = values.get("ip.src")?.value ?? values.get("ipv6.src")?.value;
  const port = Number((values.get("tcp.srcport") ?? values.get("udp.srcport"))?.value ?? -1);
  const isOut = source === originator.address && (port < 0 || port === originator.port);
  const direction = source === undefined ? "none" : isOut ? "out" : "back";
  return { row, bytes, fields, direction, info: infoOf(values, row), tcp: tcpNumbers(values) };
}

function tcpNumbers(values: ReadonlyMap<string, PacketField>): TcpNumbers | undefined {
  const flags = values.get("tcp.flags")?.value;
  if (flags === undefined) return undefined;
  const number = (name: string): number => Number(values.get(name)?.value ?? 0);
  const ends = Number(flags.includes("SYN")) + Number(flags.includes("FIN"));
  const length = (values.get("payload")?.length ?? 0) + ends;
  const acknowledgment = flags.includes("ACK") ? number("tcp.ack") : undefined;
  const window = number("tcp.window");
  return { sequence: number("tcp.seq"), length, flags, window, acknowledgment };
}

function collect(fields: readonly PacketField[], into: Map<string, PacketField>): void {
  for (const field of fields) {
    into.set(field.name, field);
    collect(field.children, into);
  }
}

function infoOf(values: ReadonlyMap<string, PacketField>, row: PacketFacts): string {
  const text = (name: string): string => values.get(name)?.value ?? "";
  const payload = values.get("payload")?.length ?? 0;
  const parts: string[] = [];
  if (values.has("tcp.flags")) {
    parts.push(`TCP ${text("tcp.flags")}`, `seq ${text("tcp.seq")}`);
    if (text("tcp.flags").includes("ACK")) parts.push(`ack ${text("tcp.ack")}`);
    parts.push(`win ${text("tcp.window")}`);
  } else if (values.has("udp.length")) parts.push("UDP");
  else if (values.has("icmp.type"))
    parts.push(`ICMP type ${text("icmp.type")} code ${text("icmp.code")}`);
  else parts.push(text("ip.proto") || text("ipv6.nxt") || `EtherType ${text("eth.type") || "-"}`);
  if (payload > 0) parts.push(`payload ${payload}`);
  if (row.captured_bytes < row.original_bytes) parts.push("cut short when captured");
  return parts.join(" · ");
}

/** The innermost field that a byte belongs to, and the way down to it. */
export function fieldAt(fields: readonly PacketField[], offset: number): readonly PacketField[] {
  for (const field of fields) {
    if (offset < field.offset || offset >= field.offset + field.length) continue;
    return [field, ...fieldAt(field.children, offset)];
  }
  return [];
}
