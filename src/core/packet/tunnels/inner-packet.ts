import type { DecodedPacket, PacketBytes } from "../decoded-packet.ts";
import { LINK_TYPE } from "../link-type.ts";

/** Kinds of tunnel; the number goes into flow records. */
export const TUNNEL = {
  none: 0,
  ip: 1,
  gre: 2,
  erspan: 3,
  vxlan: 4,
  geneve: 5,
  teredo: 6,
  gtpu: 7,
  ayiya: 8,
  mplsUdp: 9,
} as const;

/** Names of the kinds, for people and filters. */
export const TUNNEL_NAMES: readonly string[] = [
  "none",
  "ip",
  "gre",
  "erspan",
  "vxlan",
  "geneve",
  "teredo",
  "gtpu",
  "ayiya",
  "mpls-udp",
];

/** What is wrong with a tunnel, as an index of `TUNNEL_FAULTS`. */
export const TUNNEL_FAULT = {
  none: 0,
  greCut: 1,
  greVersion: 2,
  enhancedGreProtocol: 3,
  greRouting: 4,
  greFlags: 5,
  notIp: 6,
  innerCut: 7,
  innerVersion: 8,
  innerLength: 9,
  teredoCut: 10,
  teredoOriginCut: 11,
  teredoAuthenticationCut: 12,
  teredoIpCut: 13,
  teredoBubble: 14,
  ayiyaEmpty: 15,
} as const;

/** Zeek's weird name of each fault. */
export const TUNNEL_FAULTS: readonly string[] = [
  "",
  "truncated_GRE",
  "unknown_gre_version",
  "egre_protocol_type",
  "gre_routing",
  "unknown_gre_flags",
  "non_ip_packet_in_encap",
  "truncated_inner_IP",
  "invalid_inner_IP_version",
  "inner_IP_payload_length_mismatch",
  "truncated_Teredo",
  "truncated_Teredo_origin_indication",
  "truncated_Teredo_authentication",
  "truncated_IPv6_in_Teredo",
  "Teredo_bubble_with_payload",
  "ayiya_empty_packet",
];

/**
 * What a packet carries inside; one object, filled again for each. The same bytes and view as the
 * packet around it, from the inner start, no longer than the outer headers allow.
 */
export interface InnerPacket extends PacketBytes {
  bytes: Uint8Array;
  view: DataView;
  start: number;
  capturedBytes: number;
  originalBytes: number;
  linkType: number;
  /** A `TUNNEL` number. */
  kind: number;
  /** VNI, TEID, GRE key, ERSPAN session or PPTP call, -1 when there is none. */
  id: number;
  /** VLAN of the mirrored frame where the tunnel's own header has it (ERSPAN II and III), else -1. */
  vlan: number;
  /** A `TUNNEL_FAULT` number; beside a packet that was found it is a remark on it. */
  fault: number;
  /** Where the next packet of the same tunnel packet begins (A-MSDU), 0 when there is none; and what is left. */
  nextStart: number;
  nextCapturedBytes: number;
  nextOriginalBytes: number;
}

const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);

/** Makes the object that `findInner` fills again and again. */
export function createInnerPacket(): InnerPacket {
  return {
    bytes: NO_BYTES,
    view: NO_VIEW,
    start: 0,
    capturedBytes: 0,
    originalBytes: 0,
    linkType: LINK_TYPE.raw,
    kind: TUNNEL.none,
    id: -1,
    vlan: -1,
    fault: 0,
    nextStart: 0,
    nextCapturedBytes: 0,
    nextOriginalBytes: 0,
  };
}

/** Begins with the outer packet's payload; the reader of a tunnel takes its headers off the front. */
export function enclose(
  outer: PacketBytes,
  decoded: DecodedPacket,
  inner: InnerPacket,
  wireBytes: number,
): void {
  inner.bytes = outer.bytes;
  inner.view = outer.view;
  inner.start = decoded.payloadStart;
  inner.capturedBytes = Math.min(decoded.payloadBytes, wireBytes);
  inner.originalBytes = wireBytes;
  inner.vlan = -1;
}

/** Takes `bytes` of tunnel header off the front; false when they were not captured. */
export function takeHeader(inner: InnerPacket, bytes: number): boolean {
  if (bytes > inner.capturedBytes) return false;
  inner.start += bytes;
  inner.capturedBytes -= bytes;
  inner.originalBytes -= bytes;
  return true;
}

/** Names the tunnel around the packet and says what kind of packet it is. */
export function found(inner: InnerPacket, kind: number, id: number, linkType: number): true {
  inner.kind = kind;
  inner.id = id;
  inner.linkType = linkType;
  return true;
}

/** Notes a fault that leaves no inner packet. */
export function broken(inner: InnerPacket, fault: number): false {
  inner.fault = fault;
  return false;
}

/**
 * The fault of an IP packet that has to fill the tunnel exactly, 0 for none. As in Zeek, trailing
 * bytes count as a fault: most of what looks like IP by chance is found out by its length.
 */
export function ipFault(inner: InnerPacket, version: 4 | 6): number {
  const headerBytes = version === 4 ? 20 : 40;
  if (inner.capturedBytes < headerBytes) return TUNNEL_FAULT.innerCut;
  const { view, start } = inner;
  if (view.getUint8(start) >> 4 !== version) return TUNNEL_FAULT.innerVersion;
  const totalBytes = version === 4 ? view.getUint16(start + 2) : view.getUint16(start + 4) + 40;
  // Against the wire, not the capture: a snap length cuts inner packets too.
  if (totalBytes > inner.originalBytes) return TUNNEL_FAULT.innerCut;
  return totalBytes < inner.originalBytes ? TUNNEL_FAULT.innerLength : TUNNEL_FAULT.none;
}
