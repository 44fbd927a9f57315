import { createLimit, type Limit } from "../base/index.ts";
import type { CaptureLayout, CaptureLimits } from "./capture-layout.ts";
import type { PacketRecord, PacketSink } from "./packet-record.ts";
import { type BlockPlace, PcapngDescriber } from "./pcapng-describe.ts";
import {
  createInterfaceClock,
  ENHANCED_PACKET_BLOCK,
  type InterfaceClock,
  OBSOLETE_PACKET_BLOCK,
  type PacketBlock,
  readPacketBlock,
  SIMPLE_PACKET_BLOCK,
} from "./pcapng-packets.ts";
import { TIME_SECONDS_MAX } from "./record-time.ts";

const SECTION_HEADER_BLOCK = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION_BLOCK = 1;
const NAME_RESOLUTION_BLOCK = 4;
const INTERFACE_STATISTICS_BLOCK = 5;
const DECRYPTION_SECRETS_BLOCK = 10;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

const BLOCK_NAMES: ReadonlyMap<number, string> = new Map([
  [SECTION_HEADER_BLOCK, "SHB"],
  [INTERFACE_DESCRIPTION_BLOCK, "IDB"],
  [OBSOLETE_PACKET_BLOCK, "PB"],
  [SIMPLE_PACKET_BLOCK, "SPB"],
  [NAME_RESOLUTION_BLOCK, "NRB"],
  [INTERFACE_STATISTICS_BLOCK, "ISB"],
  [ENHANCED_PACKET_BLOCK, "EPB"],
  [DECRYPTION_SECRETS_BLOCK, "DSB"],
]);

/** Block types whose content is read; any other is stepped over without being gathered. */
const READ_BLOCKS: ReadonlySet<number> = new Set([
  SECTION_HEADER_BLOCK,
  INTERFACE_DESCRIPTION_BLOCK,
  OBSOLETE_PACKET_BLOCK,
  SIMPLE_PACKET_BLOCK,
  INTERFACE_STATISTICS_BLOCK,
  ENHANCED_PACKET_BLOCK,
  DECRYPTION_SECRETS_BLOCK,
]);

/** Unread blocks up to this size are gathered, so that their closing length is checked. */
const GATHERED_BYTES_MAX = 65_536;

/** Told of embedded secrets while their bytes are at hand; whoever keeps them copies. */
export type SecretSink = (secret: { type: number; bytes: Uint8Array; offset: number }) => void;

/** Walks the blocks of a pcapng file; see `RecordWalker`. */
export class PcapngWalker {
  neededBytes = 0;
  fault = "";
  readonly interfaceLimit: Limit;
  readonly sectionLimit: Limit;
  /** None is allowed; each that is reached had its time held to `TIME_SECONDS_MAX`. */
  readonly timeLimit: Limit = createLimit("packet times out of bounds", 0);
  readonly describer: PcapngDescriber;
  readonly #layout: CaptureLayout;
  readonly #blockBytesMax: number;
  readonly #packet: PacketRecord;
  readonly #onPacket: PacketSink;
  readonly #onSecret: SecretSink | undefined;
  #sections = 0;
  readonly #clocks: InterfaceClock[] = [];
  /** Reused for every packet block. */
  readonly #block: PacketBlock;
  #enhancedPackets = 0;
  #otherPackets = 0;

  constructor(options: {
    layout: CaptureLayout;
    limits: CaptureLimits;
    packet: PacketRecord;
    onPacket: PacketSink;
    onSecret: SecretSink | undefined;
  }) {
    this.#layout = options.layout;
    this.#blockBytesMax = options.limits.blockBytes;
    this.#packet = options.packet;
    this.#onPacket = options.onPacket;
    this.#onSecret = options.onSecret;
    this.interfaceLimit = createLimit("interfaces", options.limits.interfaces);
    this.sectionLimit = createLimit("sections", options.limits.sections);
    this.describer = new PcapngDescriber(options.layout, options.limits);
    this.#block = {
      type: 0,
      at: 0,
      totalBytes: 0,
      littleEndian: true,
      clocks: this.#clocks,
      firstInterface: 0,
    };
  }

  get packetCount(): number {
    return this.#enhancedPackets + this.#otherPackets;
  }

  /** Enhanced Packet Blocks are counted here rather than by name, which costs as much as a packet. */
  writeCounts(): void {
    if (this.#enhancedPackets > 0) this.#layout.blocks["EPB"] = this.#enhancedPackets;
  }

  walk(view: DataView, from: number, base: number): number {
    const block = this.#block;
    const end = view.byteLength;
    let at = from;
    for (;;) {
      if (end - at < 12) {
        this.neededBytes = 12;
        return at;
      }
      const type = view.getUint32(at, block.littleEndian);
      // The section header's type reads the same both ways; its magic sets the order from here on.
      if (type === SECTION_HEADER_BLOCK && !this.#readByteOrder(view, at)) return at;
      const totalBytes = view.getUint32(at + 4, block.littleEndian);
      if (totalBytes < 12 || (totalBytes & 3) !== 0 || totalBytes > this.#blockBytesMax) {
        this.fault = `implausible block length ${totalBytes}`;
        return at;
      }
      const next = at + totalBytes;
      const gathered = totalBytes <= GATHERED_BYTES_MAX || READ_BLOCKS.has(type);
      if (gathered) {
        if (next > end) {
          this.neededBytes = totalBytes;
          return at;
        }
        if (view.getUint32(next - 4, block.littleEndian) !== totalBytes) {
          this.fault = "the two lengths of a block differ";
          return at;
        }
      }
      block.type = type;
      block.at = at;
      block.totalBytes = totalBytes;
      if (type === ENHANCED_PACKET_BLOCK) this.#deliver(view, base);
      else this.#readOtherBlock(view, base);
      if (this.fault !== "") return at;
      at = next;
      if (at > end) return at;
    }
  }

  #readByteOrder(view: DataView, at: number): boolean {
    const magic = view.getUint32(at + 8, true);
    this.#block.littleEndian = magic === BYTE_ORDER_MAGIC;
    if (magic === BYTE_ORDER_MAGIC || magic === 0x4d3c2b1a) return true;
    this.fault = "section header without a byte-order magic";
    return false;
  }

  #deliver(view: DataView, base: number): void {
    const block = this.#block;
    const packet = this.#packet;
    this.fault = readPacketBlock(packet, view, block);
    if (this.fault !== "") return;
    packet.recordOffset = base + block.at;
    if (Math.abs(packet.seconds) >= TIME_SECONDS_MAX) this.timeLimit.reached++;
    if (block.type === ENHANCED_PACKET_BLOCK) this.#enhancedPackets++;
    else this.#otherPackets++;
    if (block.type !== SIMPLE_PACKET_BLOCK) {
      const optionsStart = 28 + packet.capturedBytes + (-packet.capturedBytes & 3);
      if (block.totalBytes - optionsStart >= 12) {
        this.describer.addPacketComments(this.#place(view, base), optionsStart);
      }
    }
    this.#onPacket(packet);
  }

  #readOtherBlock(view: DataView, base: number): void {
    const { type, totalBytes } = this.#block;
    const place = this.#place(view, base);
    switch (type) {
      case SECTION_HEADER_BLOCK:
        this.#readSectionHeader(place);
        break;
      case INTERFACE_DESCRIPTION_BLOCK:
        this.#readInterface(place);
        break;
      case OBSOLETE_PACKET_BLOCK:
      case SIMPLE_PACKET_BLOCK:
        this.#deliver(view, base);
        break;
      case INTERFACE_STATISTICS_BLOCK:
        if (totalBytes < 24) this.fault = "statistics block shorter than its header";
        else this.describer.addStatistics(place, this.#block.firstInterface);
        break;
      case DECRYPTION_SECRETS_BLOCK:
        this.#readSecrets(place);
        break;
    }
    if (this.fault === "") this.describer.countBlock(blockName(type));
  }

  #readSectionHeader(place: BlockPlace): void {
    const { view, at, littleEndian } = place;
    if (place.totalBytes < 28) {
      this.fault = "section header shorter than 28 bytes";
      return;
    }
    const major = view.getUint16(at + 12, littleEndian);
    if (major !== 1) this.fault = `pcapng version ${major} is not known`;
    else if (this.#sections++ >= this.sectionLimit.maximum) {
      this.sectionLimit.reached++;
      this.fault = `more than ${this.sectionLimit.maximum} sections`;
    }
    if (this.fault !== "") return;
    this.describer.addSection(place);
    this.#block.firstInterface = this.#clocks.length;
  }

  #readInterface(place: BlockPlace): void {
    if (place.totalBytes < 20) this.fault = "interface block shorter than its header";
    else if (this.#clocks.length >= this.interfaceLimit.maximum) {
      this.interfaceLimit.reached++;
      this.fault = `more than ${this.interfaceLimit.maximum} interfaces`;
    }
    if (this.fault !== "") return;
    this.#clocks.push(createInterfaceClock(this.describer.addInterface(place)));
  }

  #readSecrets(place: BlockPlace): void {
    if (place.totalBytes < 20) {
      this.fault = "secrets block shorter than its header";
      return;
    }
    const { type, start, lengthBytes } = this.describer.addSecrets(place);
    const { buffer, byteOffset } = place.view;
    const bytes = new Uint8Array(buffer, byteOffset + start, lengthBytes);
    this.#onSecret?.({ type, bytes, offset: place.offset + 16 });
  }

  #place(view: DataView, base: number): BlockPlace {
    const { at, totalBytes, littleEndian } = this.#block;
    return { view, at, totalBytes, littleEndian, offset: base + at };
  }
}

function blockName(type: number): string {
  return BLOCK_NAMES.get(type) ?? `0x${type.toString(16)}`;
}
