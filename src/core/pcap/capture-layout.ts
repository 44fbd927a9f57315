export type CaptureFormat = "pcap" | "pcap-ns" | "pcap-modified" | "pcapng" | "unknown";
/**
 * Writers that changed pcap without saying so in full. `nokia` and `redhat-6.1` kept the usual magic
 * number and made the record header longer; `suse-6.3` did the same to Kuznetzov's; IXIA and Navtel
 * have magic numbers of their own.
 */
export type PcapVariant = "nokia" | "redhat-6.1" | "suse-6.3" | "ixia" | "navtel";

export type ByteOrder = "little" | "big";

/** One pcapng section, or the whole of a pcap file. */
export interface CaptureSection {
  readonly offset: number;
  readonly byteOrder: ByteOrder;
  /** `2.4` for nearly every pcap, `1.0` for pcapng. */
  readonly version: string;
  /** Number of the section's interface 0 over the whole capture. */
  readonly firstInterface: number;
  readonly hardware?: string;
  readonly operatingSystem?: string;
  readonly application?: string;
  /** Only for pcap whose records or header are not the usual ones. */
  readonly variant?: PcapVariant;
}

export interface CaptureInterface {
  /** Where its block lies; 0 for pcap. */
  readonly offset: number;
  readonly linkType: number;
  /** 0 = no limit given. */
  readonly snapLength: number;
  /** The raw if_tsresol byte: 6 = microseconds, 9 = nanoseconds, high bit = a power of two. */
  readonly timeResolution: number;
  /** if_tsoffset: seconds to add to every time. */
  readonly timeOffsetSeconds: number;
  readonly name?: string;
  readonly description?: string;
  readonly captureFilter?: string;
}

/** A comment and the block that carries it. */
export interface CaptureComment {
  readonly offset: number;
  readonly text: string;
}

/** Where embedded decryption secrets lie; the bytes themselves are never kept here. */
export interface CaptureSecrets {
  readonly offset: number;
  readonly lengthBytes: number;
  /** 0x544c534b = NSS key log. */
  readonly secretsType: number;
}

/** The counters of an Interface Statistics Block, as decimal strings because they are 64-bit. */
export interface InterfaceStatistics {
  readonly offset: number;
  readonly interfaceIndex: number;
  readonly received?: string;
  readonly dropped?: string;
  readonly accepted?: string;
  readonly osDropped?: string;
  readonly delivered?: string;
}

/**
 * All that later readers of single records must know about a capture; plain JSON, so that it can lie
 * beside the index. Lists that input could make grow are bounded by `CaptureLimits`.
 */
export interface CaptureLayout {
  format: CaptureFormat;
  sections: CaptureSection[];
  interfaces: CaptureInterface[];
  /** Number of blocks by short name (`EPB`) or hexadecimal type. Empty for pcap. */
  blocks: Record<string, number>;
  comments: CaptureComment[];
  secrets: CaptureSecrets[];
  statistics: InterfaceStatistics[];
}

/** What a capture may make the reader keep; reaching one is counted in `CaptureReader.limits`. */
export interface CaptureLimits {
  readonly interfaces: number;
  readonly sections: number;
  readonly comments: number;
  readonly secrets: number;
  readonly statistics: number;
  readonly blockTypes: number;
  /** Longest text kept of one option. */
  readonly textBytes: number;
  /** All texts kept together, so that names by the ten thousand do not fill the memory. */
  readonly textBytesTotal: number;
  /** Longest block that is not skipped over. */
  readonly blockBytes: number;
}

export const defaultCaptureLimits: CaptureLimits = {
  interfaces: 65_536,
  sections: 65_536,
  comments: 10_000,
  secrets: 10_000,
  statistics: 65_536,
  blockTypes: 256,
  textBytes: 16_384,
  textBytesTotal: 16 * 1024 * 1024,
  // The largest packet any reader accepts (128 MiB, USB) with its header and options.
  blockBytes: 136 * 1024 * 1024,
};

const PACKET_BYTES_MAX = 262_144;
const USB_PACKET_BYTES_MAX = 128 * 1024 * 1024;
const USB_LINK_TYPES: ReadonlySet<number> = new Set([186, 189, 220, 231, 249, 266, 279, 288, 293]);

/**
 * The longest packet of a link type. libpcap and Wireshark agree on these two sizes: anything longer
 * is damage, and believing it would swallow the packets behind it.
 */
export function packetBytesMax(linkType: number): number {
  return USB_LINK_TYPES.has(linkType) ? USB_PACKET_BYTES_MAX : PACKET_BYTES_MAX;
}

export function emptyLayout(): CaptureLayout {
  return {
    format: "unknown",
    sections: [],
    interfaces: [],
    blocks: {},
    comments: [],
    secrets: [],
    statistics: [],
  };
}
