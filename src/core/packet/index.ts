export {
  type AddressWords,
  formatAddress,
  isInNetwork,
  type Network,
  parseAddress,
  parseNetwork,
} from "./address.ts";
export { Checksums } from "./checksum.ts";
export { DecodedLayers } from "./decode-layers.ts";
export { decodePacket } from "./decode-packet.ts";
export {
  createDecodedPacket,
  type DecodedPacket,
  FAULT,
  FAULT_NAMES,
  IP_PROTOCOL,
  type PacketBytes,
  REMARK_NAMES,
  TCP_ACK,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
  TCP_URG,
} from "./decoded-packet.ts";
export { dissectPacket } from "./dissect.ts";
export { LINK_TYPE } from "./link-type.ts";
export type { PacketField } from "./packet-field.ts";
export {
  createInnerPacket,
  findInner,
  findNextInner,
  type InnerPacket,
  mayTunnel,
  TUNNEL,
  TUNNEL_FAULTS,
  TUNNEL_NAMES,
} from "./tunnel.ts";
