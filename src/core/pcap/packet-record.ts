/**
 * One captured packet as the reader found it. The object is reused for every packet (an object per
 * packet costs more than its decode); whoever keeps bytes copies them before returning.
 */
export interface PacketRecord {
  /** Buffer that holds the packet, and its view. Valid until the sink returns. */
  bytes: Uint8Array;
  view: DataView;
  /** Where the packet's first byte lies in `bytes`. */
  start: number;
  capturedBytes: number;
  originalBytes: number;
  /** UTC, since 1970. */
  seconds: number;
  nanoseconds: number;
  /** LINKTYPE_ number of the packet's interface. */
  linkType: number;
  /** Index of the interface over the whole capture (sections added up); 0 for pcap. */
  interfaceIndex: number;
  /** Offset of the packet's record or block in the capture: what postings hold. */
  recordOffset: number;
}

export type PacketSink = (packet: PacketRecord) => void;

/** An empty record for a reader to fill. */
export function createPacketRecord(): PacketRecord {
  const bytes = new Uint8Array(0);
  return {
    bytes,
    view: new DataView(bytes.buffer),
    start: 0,
    capturedBytes: 0,
    originalBytes: 0,
    seconds: 0,
    nanoseconds: 0,
    linkType: 0,
    interfaceIndex: 0,
    recordOffset: 0,
  };
}
