import type { Limit } from "../base/index.ts";
import {
  type CaptureLayout,
  type CaptureLimits,
  defaultCaptureLimits,
  emptyLayout,
} from "./capture-layout.ts";
import { detectContainer } from "./detect-container.ts";
import { createPacketRecord, type PacketRecord, type PacketSink } from "./packet-record.ts";
import { PCAP_HEADER_BYTES, PcapWalker, parsePcapHeader, pcapShape } from "./pcap-records.ts";
import { probeVariant } from "./pcap-variants.ts";
import { PcapngWalker, type SecretSink } from "./pcapng-walker.ts";

/** Whether the capture was read to its proper end; if not, what stopped it and where. */
export type CaptureStatus =
  | { readonly complete: true }
  | { readonly complete: false; readonly reason: string; readonly offset: number };

/**
 * Delivers the whole records from `from` on and returns where the next one begins; that may lie
 * beyond the view, when a block was stepped over. `neededBytes` is then how much of that record must
 * be at hand to go on; `fault` is set when nothing can be read any more. `base` is the capture
 * offset of the view's first byte.
 */
interface RecordWalker {
  readonly neededBytes: number;
  readonly fault: string;
  readonly packetCount: number;
  walk(view: DataView, from: number, base: number): number;
}

/**
 * Reads pcap and pcapng as the bytes come, in chunks of any size, and never throws. Whole records
 * are delivered as views of the chunk; only a record that straddles two chunks is copied. Chunks may
 * be reused after `push` returns. What lies before any damage is delivered; `status` tells of it.
 */
export class CaptureReader {
  readonly #onPacket: PacketSink;
  readonly #onSecret: SecretSink | undefined;
  readonly #limits: CaptureLimits;
  readonly #layout: CaptureLayout = emptyLayout();
  readonly #packet: PacketRecord = createPacketRecord();
  #walker: RecordWalker | undefined;
  #pcapng: PcapngWalker | undefined;
  #status: CaptureStatus = { complete: true };
  #ended = false;
  /** Capture offset of the first byte not yet consumed; with a carry, of the carry's first. */
  #offset = 0;
  #carry = new Uint8Array(0);
  #carryBytes = 0;
  #neededBytes = 4;
  #skipBytes = 0;
  #steps = 0;

  constructor(options: {
    onPacket: PacketSink;
    onSecret?: SecretSink;
    limits?: Partial<CaptureLimits>;
  }) {
    this.#onPacket = options.onPacket;
    this.#onSecret = options.onSecret;
    this.#limits = { ...defaultCaptureLimits, ...options.limits };
  }

  /** `complete: true` until something is wrong; final after `end`. */
  get status(): CaptureStatus {
    return this.#status;
  }

  get packetCount(): number {
    return this.#walker?.packetCount ?? 0;
  }

  /** Bytes copied and views walked so far, for tests of the cost of small or large pieces. */
  get steps(): number {
    return this.#steps;
  }

  /** What is known of the capture so far. */
  get layout(): CaptureLayout {
    this.#pcapng?.writeCounts();
    return this.#layout;
  }

  /** The bounds that this capture has met so far; `reached` above `maximum` means something was left out. */
  get limits(): readonly Limit[] {
    const pcapng = this.#pcapng;
    if (pcapng === undefined) return [];
    const { interfaceLimit, sectionLimit, timeLimit, describer } = pcapng;
    return [interfaceLimit, sectionLimit, timeLimit, ...Object.values(describer.limits)];
  }

  push(chunk: Uint8Array): void {
    let from = 0;
    while (from < chunk.length && this.#status.complete) {
      if (this.#skipBytes > 0) {
        from = this.#skip(chunk, from);
      } else if (this.#carryBytes > 0) {
        from = this.#fillCarry(chunk, from);
      } else {
        from = this.#consume(chunk, from);
      }
    }
  }

  /** Says that no more bytes come; a record or block that was begun is reported as cut. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (!this.#status.complete) return;
    if (this.#offset === 0 && this.#carryBytes === 0) this.#stop("the file is empty", 0);
    // A pcap's start is held back until its variant is known; now nothing more can tell.
    if (this.#walker === undefined && this.#carryBytes > 0) this.#readCarry();
    if (!this.#status.complete) return;
    if (this.#walker === undefined) this.#stop("the file ends inside its header", 0);
    else if (this.#skipBytes > 0) this.#stop("the file ends inside a block", this.#offset);
    else if (this.#carryBytes > 0) this.#stop(this.#cutReason(), this.#offset);
  }

  #cutReason(): string {
    const what = this.#pcapng ? "a block" : "a packet";
    return `the file ends inside ${what}: ${this.#carryBytes} of ${this.#neededBytes} bytes`;
  }

  #skip(chunk: Uint8Array, from: number): number {
    const step = Math.min(this.#skipBytes, chunk.length - from);
    this.#skipBytes -= step;
    this.#offset += step;
    return from + step;
  }

  /** Adds to the carry just what its record needs; reads it when that is all there. */
  #fillCarry(chunk: Uint8Array, from: number): number {
    const step = Math.min(this.#neededBytes - this.#carryBytes, chunk.length - from);
    this.#keep(chunk.subarray(from, from + step));
    if (this.#carryBytes >= this.#neededBytes) this.#readCarry();
    return from + step;
  }

  /** Reads what the carry has; what is not yet a whole record stays in it. */
  #readCarry(): void {
    const carried = this.#carry.subarray(0, this.#carryBytes);
    this.#carryBytes = 0;
    const reached = this.#read(carried);
    if (!this.#status.complete || reached === carried.length) return;
    this.#carryBytes = carried.length - reached;
    this.#steps += this.#carryBytes;
    this.#carry.copyWithin(0, reached, carried.length);
  }

  #consume(chunk: Uint8Array, from: number): number {
    const rest = from === 0 ? chunk : chunk.subarray(from);
    const reached = this.#read(rest);
    if (reached < rest.length && this.#status.complete) this.#keep(rest.subarray(reached));
    return chunk.length;
  }

  /** Reads whole records from the beginning of the bytes; returns how many bytes they took. */
  #read(bytes: Uint8Array): number {
    this.#steps++;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const base = this.#offset;
    let at = 0;
    if (this.#walker === undefined) {
      at = this.#readStart(bytes, view);
      if (this.#walker === undefined) return 0;
    }
    const walker: RecordWalker = this.#walker;
    this.#packet.bytes = bytes;
    this.#packet.view = view;
    const reached = walker.walk(view, at, base);
    this.#neededBytes = walker.neededBytes;
    if (walker.fault !== "") this.#stop(walker.fault, base + reached);
    this.#skipBytes = Math.max(0, reached - bytes.length);
    const taken = Math.min(reached, bytes.length);
    this.#offset += taken;
    return taken;
  }

  /** Recognises the format and makes its walker, once enough bytes are there. */
  #readStart(bytes: Uint8Array, view: DataView): number {
    if (bytes.length < 4) return 0;
    const container = detectContainer(bytes);
    if (container === "pcapng") {
      this.#layout.format = "pcapng";
      this.#pcapng = new PcapngWalker({
        layout: this.#layout,
        limits: this.#limits,
        packet: this.#packet,
        onPacket: this.#onPacket,
        onSecret: this.#onSecret,
      });
      this.#walker = this.#pcapng;
      return 0;
    }
    if (container !== "pcap") {
      this.#stop(unknownReason(container, view.getUint32(0)), 0);
      return 0;
    }
    return this.#readPcapStart(view);
  }

  #readPcapStart(view: DataView): number {
    if (view.byteLength < PCAP_HEADER_BYTES) {
      this.#neededBytes = PCAP_HEADER_BYTES;
      return 0;
    }
    const header = parsePcapHeader(view, 0);
    if (header.status !== "ok") return 0;
    const probe = probeVariant(view, header.value, this.#ended);
    const { fileHeaderBytes } = header.value;
    if (probe.status === "incomplete" || view.byteLength < fileHeaderBytes) {
      this.#neededBytes = probe.status === "incomplete" ? probe.neededBytes : fileHeaderBytes;
      return 0;
    }
    const { variant } = probe;
    const shape = variant === undefined ? header.value : pcapShape({ ...header.value, variant });
    const { byteOrder, version, linkType, snapLength } = shape;
    const section = { offset: 0, byteOrder, version, firstInterface: 0 };
    this.#layout.format = shape.format;
    this.#layout.sections.push(variant === undefined ? section : { ...section, variant });
    this.#layout.interfaces.push({
      offset: 0,
      linkType,
      snapLength,
      timeResolution: shape.format === "pcap-ns" ? 9 : 6,
      timeOffsetSeconds: 0,
    });
    this.#walker = new PcapWalker(shape, this.#packet, this.#onPacket);
    return fileHeaderBytes;
  }

  /** Copies bytes to the end of the carry, which grows with what has come, not with what is claimed. */
  #keep(bytes: Uint8Array): void {
    const length = this.#carryBytes + bytes.length;
    if (length > this.#carry.length) {
      const grown = new Uint8Array(Math.max(length, Math.min(this.#neededBytes, length * 2), 4096));
      grown.set(this.#carry.subarray(0, this.#carryBytes));
      this.#steps += this.#carryBytes;
      this.#carry = grown;
    }
    this.#carry.set(bytes, this.#carryBytes);
    this.#steps += bytes.length;
    this.#carryBytes = length;
  }

  #stop(reason: string, offset: number): void {
    this.#status = { complete: false, reason, offset };
    this.#carry = new Uint8Array(0);
    this.#carryBytes = 0;
    this.#skipBytes = 0;
  }
}

function unknownReason(container: string, magic: number): string {
  if (container === "gzip" || container === "zstd") return `compressed with ${container}`;
  return `neither pcap nor pcapng: it begins with ${magic.toString(16).padStart(8, "0")}`;
}
