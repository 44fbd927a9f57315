import { type DecodedPacket, LINK_TYPE, type PacketBytes } from "../../packet/index.ts";
import {
  type FragmentedDatagram,
  frameBytesOf,
  nextHeaderPosition,
} from "./fragmented-datagram.ts";

/** No IPv4 packet, and no IPv6 payload, is longer (RFC 791 3.1, RFC 8200 3). */
const LENGTH_MAX = 65_535;

/**
 * A datagram put together, as an IP packet that was never fragmented: total length set, offset and flags
 * cleared and IPv4's checksum right, or IPv6's fragment header taken out. The objects are reused in
 * turn, so that fragments inside a datagram's tunnel can be put together while it is being read.
 */
export interface Datagram extends PacketBytes {
  /** Records that held its fragments, in the order of arrival; the first `fragments` hold. */
  recordOffsets: Float64Array;
  fragments: number;
  /** Bytes on the wire of the packets that held its fragments. */
  frameBytes: number;
}

/** Builds datagrams into one buffer. */
export class DatagramBuffer implements Datagram {
  bytes = new Uint8Array(2048);
  view = new DataView(this.bytes.buffer);
  readonly start = 0;
  capturedBytes = 0;
  originalBytes = 0;
  readonly linkType = LINK_TYPE.raw;
  recordOffsets = new Float64Array(1);
  fragments = 0;
  frameBytes = 0;

  /** Puts a complete datagram together; false when it is longer than IP can say. */
  fill(whole: FragmentedDatagram): boolean {
    const { header, contiguous } = whole;
    const length = header.length + contiguous;
    if (length - (whole.ipVersion === 6 ? 40 : 0) > LENGTH_MAX) return false;
    this.#reserve(length);
    this.bytes.set(header);
    whole.copyTo(this.bytes, header.length);
    if (whole.ipVersion === 6) this.#finishIpv6(whole.nextHeaderAt, whole.protocol, length);
    else this.#finishIpv4(header.length, length);
    this.capturedBytes = length;
    this.originalBytes = length;
    this.recordOffsets = whole.recordOffsets;
    this.fragments = whole.fragments;
    this.frameBytes = whole.frameBytes;
    return true;
  }

  /**
   * Takes a first fragment that was cut by the snap length as if it were all there is: it holds the ports,
   * and its lengths are those of the fragment.
   */
  fillCut(record: PacketBytes, recordOffset: number, packet: DecodedPacket): void {
    const { ipStart, ipHeaderBytes, transportStart, transportBytes, transportLength } = packet;
    const headerBytes = packet.ipVersion === 6 ? ipHeaderBytes - 8 : ipHeaderBytes;
    this.#reserve(headerBytes + transportBytes);
    const header = record.bytes.subarray(ipStart, ipStart + headerBytes);
    this.bytes.set(header);
    this.bytes.set(
      record.bytes.subarray(transportStart, transportStart + transportBytes),
      headerBytes,
    );
    const length = headerBytes + transportLength;
    if (packet.ipVersion === 6) {
      this.#finishIpv6(nextHeaderPosition(header), packet.protocol, length);
    } else this.#finishIpv4(headerBytes, length);
    this.capturedBytes = headerBytes + transportBytes;
    this.originalBytes = length;
    this.recordOffsets = new Float64Array([recordOffset]);
    this.fragments = 1;
    this.frameBytes = frameBytesOf(record);
  }

  #reserve(length: number): void {
    let size = this.bytes.length;
    if (length <= size) return;
    while (size < length) size *= 2;
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  #finishIpv6(nextHeaderAt: number, protocol: number, length: number): void {
    this.bytes[nextHeaderAt] = protocol;
    this.view.setUint16(4, length - 40);
  }

  #finishIpv4(headerBytes: number, length: number): void {
    const { view } = this;
    view.setUint16(2, length);
    // The reserved bit and "don't fragment" stay.
    view.setUint16(6, view.getUint16(6) & 0xc000);
    view.setUint16(10, 0);
    let sum = 0;
    for (let at = 0; at < headerBytes; at += 2) sum += view.getUint16(at);
    sum = (sum & 0xffff) + (sum >>> 16);
    view.setUint16(10, ~(sum + (sum >>> 16)) & 0xffff);
  }
}
