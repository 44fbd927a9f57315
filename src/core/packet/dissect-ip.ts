import { IP_PROTOCOL } from "./decoded-packet.ts";
import { dissectTunnel } from "./dissect-tunnel.ts";
import type { FieldList } from "./packet-field.ts";

const PROTOCOL_NAMES = new Map<number, string>([
  [1, "ICMP"],
  [2, "IGMP"],
  [4, "IPv4"],
  [6, "TCP"],
  [17, "UDP"],
  [41, "IPv6"],
  [47, "GRE"],
  [50, "ESP"],
  [51, "AH"],
  [58, "ICMPv6"],
  [89, "OSPF"],
  [132, "SCTP"],
]);
const TCP_FLAG_NAMES = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];

/** Reads an IP header, and the transport header after it, as fields. */
export function dissectIp(fields: FieldList): void {
  const { reader } = fields;
  if (reader.remaining === 0) return;
  const version = reader.bytes[reader.position]! >> 4;
  if (version === 4) dissectIpv4(fields);
  else if (version === 6) dissectIpv6(fields);
}

function dissectIpv4(fields: FieldList): void {
  const start = fields.reader.position;
  let protocol = -1;
  let fragment = 0;
  fields.group("ip", "IPv4", () => {
    const first = fields.number(
      "ip.hdr_len",
      "Version and header length",
      1,
      (value) => `${(value & 15) * 4} bytes`,
    );
    fields.u8("ip.dsfield", "Differentiated services");
    fields.u16("ip.len", "Total length");
    fields.hex16("ip.id", "Identification");
    fragment = fields.number("ip.frag_offset", "Flags and fragment offset", 2, fragmentText);
    fields.u8("ip.ttl", "Time to live");
    protocol = fields.number("ip.proto", "Protocol", 1, protocolText);
    fields.hex16("ip.checksum", "Header checksum");
    fields.ipv4("ip.src", "Source");
    fields.ipv4("ip.dst", "Destination");
    const options = (first & 15) * 4 - (fields.reader.position - start);
    if (options > 0) fields.bytes("ip.options", "Options", options);
  });
  if ((fragment & 0x1fff) === 0) dissectTransport(fields, protocol);
}

function dissectIpv6(fields: FieldList): void {
  let next = -1;
  fields.group("ipv6", "IPv6", () => {
    fields.u32("ipv6.flow", "Version, class and flow label");
    fields.u16("ipv6.plen", "Payload length");
    next = fields.number("ipv6.nxt", "Next header", 1, protocolText);
    fields.u8("ipv6.hlim", "Hop limit");
    fields.ipv6("ipv6.src", "Source");
    fields.ipv6("ipv6.dst", "Destination");
  });
  let isLaterFragment = false;
  while (
    (next === 0 || next === 43 || next === 44 || next === 51 || next === 60) &&
    !fields.isShort
  ) {
    const type = next;
    fields.group("ipv6.ext", `IPv6 extension ${type}`, () => {
      next = fields.number("ipv6.ext.nxt", "Next header", 1, protocolText);
      const length = fields.u8("ipv6.ext.len", "Length");
      if (type === 44) {
        isLaterFragment = (fields.hex16("ipv6.fragment.offset", "Offset and more") & 0xfff8) !== 0;
        fields.u32("ipv6.fragment.id", "Identification");
      } else
        fields.bytes(
          "ipv6.ext.data",
          "Data",
          type === 51 ? (length + 2) * 4 - 2 : (length + 1) * 8 - 2,
        );
    });
    if (type === 44) break;
  }
  if (!isLaterFragment) dissectTransport(fields, next);
}

function dissectTransport(fields: FieldList, protocol: number): void {
  if (fields.isShort || fields.reader.remaining === 0) return;
  if (protocol === IP_PROTOCOL.tcp) dissectTcp(fields);
  else if (protocol === IP_PROTOCOL.udp) {
    fields.group("udp", "UDP", () => {
      fields.u16("udp.srcport", "Source port");
      fields.u16("udp.dstport", "Destination port");
      fields.u16("udp.length", "Length");
      fields.hex16("udp.checksum", "Checksum");
    });
  } else if (protocol === IP_PROTOCOL.icmp || protocol === IP_PROTOCOL.icmp6) {
    fields.group("icmp", protocol === IP_PROTOCOL.icmp ? "ICMP" : "ICMPv6", () => {
      fields.u8("icmp.type", "Type");
      fields.u8("icmp.code", "Code");
      fields.hex16("icmp.checksum", "Checksum");
      fields.u32("icmp.rest", "Rest of header");
    });
  }
  const { inner } = fields;
  if (inner !== undefined) dissectTunnel(fields, inner);
  else if (fields.reader.remaining > 0) fields.rest("payload", "Payload");
}

function dissectTcp(fields: FieldList): void {
  const start = fields.reader.position;
  fields.group("tcp", "TCP", () => {
    fields.u16("tcp.srcport", "Source port");
    fields.u16("tcp.dstport", "Destination port");
    fields.u32("tcp.seq", "Sequence number");
    fields.u32("tcp.ack", "Acknowledgment number");
    const length = fields.number(
      "tcp.hdr_len",
      "Header length",
      1,
      (value) => `${(value >> 4) * 4} bytes`,
    );
    fields.number("tcp.flags", "Flags", 1, flagsText);
    fields.u16("tcp.window", "Window");
    fields.hex16("tcp.checksum", "Checksum");
    fields.u16("tcp.urgent", "Urgent pointer");
    const options = (length >> 4) * 4 - (fields.reader.position - start);
    if (options > 0) fields.bytes("tcp.options", "Options", options);
  });
}

function protocolText(protocol: number): string {
  return PROTOCOL_NAMES.get(protocol) ?? String(protocol);
}

function flagsText(flags: number): string {
  return TCP_FLAG_NAMES.filter((_, bit) => ((flags >> bit) & 1) === 1).join(" ") || "none";
}

function fragmentText(value: number): string {
  const flags = [value & 0x4000 ? "DF" : "", value & 0x2000 ? "MF" : ""].filter(
    (text) => text !== "",
  );
  return `${flags.join(" ")}${flags.length > 0 ? ", " : ""}offset ${(value & 0x1fff) * 8}`;
}
