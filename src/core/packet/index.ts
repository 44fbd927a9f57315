export {
  type AddressWords,
  formatAddress,
  isInNetwork,
  type Network,
  parseAddress,
  parseNetwork,
} from "./address.ts";
export { Checksums } from "./checksum.ts";
export { decodePacket } from "./decode-packet.ts";
export {
  createDecodedPacket,
  type DecodedPacket,
  FAULT,
  FAULT_NAMES,
  IP_PROTOCOL,
  type PacketBytes,
  TCP_ACK,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
} from "./decoded-packet.ts";
export { dissectPacket } from "./dissect.ts";
export type { PacketField } from "./packet-field.ts";
