import { type DecodedPacket, IP_PROTOCOL } from "../packet/index.ts";
import { KIND_ONE_WAY, KIND_RESIDUE } from "./flow-layout.ts";
import { icmpCounterpart } from "./icmp-pairs.ts";

/**
 * The key of a packet, as it came: words of both addresses, ports, protocol and kind. All are 32-bit
 * integers with sign: those need no boxes and no conversions.
 */
export interface FlowKey {
  a0: number;
  a1: number;
  a2: number;
  a3: number;
  b0: number;
  b1: number;
  b2: number;
  b3: number;
  /** Source port in the upper half, destination port in the lower. */
  ports: number;
  protocol: number;
  isOneWay: boolean;
  /** VLAN tags as the record has them, -1 where flows are not told apart by them. */
  vlans: number;
}

/** Makes the key object that is filled for every packet. */
export function createFlowKey(): FlowKey {
  return {
    a0: 0,
    a1: 0,
    a2: 0,
    a3: 0,
    b0: 0,
    b1: 0,
    b2: 0,
    b3: 0,
    ports: 0,
    protocol: 0,
    isOneWay: false,
    vlans: -1,
  };
}

/** The key of the flow that a packet belongs to. */
export function keyFlow(key: FlowKey, packet: DecodedPacket): void {
  keyAddresses(key, packet);
  key.protocol = packet.protocol;
  key.isOneWay = false;
  if (packet.hasPorts) key.ports = (packet.sourcePort << 16) | packet.destinationPort;
  else if (packet.icmpType >= 0) keyIcmp(key, packet);
  else key.ports = 0;
}

/** Both VLAN tags in one word, 0 where there is none. */
export function vlansOf(packet: DecodedPacket): number {
  return ((packet.outerVlan + 1) << 16) | (packet.innerVlan + 1);
}

/** The key of packets without a flow: addresses and protocol. */
export function keyResidue(key: FlowKey, packet: DecodedPacket): void {
  keyAddresses(key, packet);
  key.ports = 0;
  key.isOneWay = false;
  key.vlans = -1;
  key.protocol = (packet.protocol & 0xff) | KIND_RESIDUE;
}

/** Type and answering type are the ports; a type that nothing answers is a flow of one direction. */
function keyIcmp(key: FlowKey, packet: DecodedPacket): void {
  const version = packet.protocol === IP_PROTOCOL.icmp ? 4 : 6;
  const answer = icmpCounterpart(packet.icmpType, { version });
  key.isOneWay = answer < 0;
  if (answer < 0) key.protocol |= KIND_ONE_WAY;
  key.ports = (packet.icmpType << 16) | (answer < 0 ? packet.icmpCode : answer);
}

function keyAddresses(key: FlowKey, packet: DecodedPacket): void {
  key.a0 = packet.src0;
  key.a1 = packet.src1;
  key.a2 = packet.src2;
  key.a3 = packet.src3;
  key.b0 = packet.dst0;
  key.b1 = packet.dst1;
  key.b2 = packet.dst2;
  key.b3 = packet.dst3;
}
