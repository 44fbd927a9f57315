import { type CaptureFormat, type PcapVariant, packetBytesMax } from "./capture-layout.ts";

/** What a magic number says of the file behind it. */
export interface PcapMagic {
  readonly format: CaptureFormat;
  readonly variant?: PcapVariant;
}

const MAGIC_NUMBERS: ReadonlyMap<number, PcapMagic> = new Map<number, PcapMagic>([
  [0xa1b2c3d4, { format: "pcap" }],
  [0xa1b23c4d, { format: "pcap-ns" }],
  [0xa1b2cd34, { format: "pcap-modified" }],
  // IXIA's lcap, from hardware and from software: Wireshark takes both for microseconds.
  [0x1c0001ac, { format: "pcap", variant: "ixia" }],
  [0x1c0001ab, { format: "pcap", variant: "ixia" }],
  // libpcap reserves it for Navtel's nanoseconds and reads it not; all else in it is usual.
  [0xa12b3c4d, { format: "pcap-ns", variant: "navtel" }],
]);

/** Looks a pcap magic number up; undefined when it is none. */
export function pcapMagic(word: number): PcapMagic | undefined {
  return MAGIC_NUMBERS.get(word);
}

/** Bytes before the first record: IXIA adds the size of all records to the usual 24. */
export function fileHeaderBytes(variant: PcapVariant | undefined): number {
  return variant === "ixia" ? 28 : 24;
}

/** Bytes before a record's packet. */
export function recordHeaderBytes(format: CaptureFormat, variant: PcapVariant | undefined): number {
  // Kuznetzov's patched libpcap adds interface, protocol and packet type to every record.
  const usual = format === "pcap-modified" ? 24 : 16;
  if (variant === "nokia" || variant === "suse-6.3") return usual + 4;
  return variant === "redhat-6.1" ? usual + 8 : usual;
}

/** The part of a file's shape that a look at its first records needs. */
interface ProbedShape {
  readonly format: CaptureFormat;
  readonly littleEndian: boolean;
  readonly variant?: PcapVariant;
  readonly linkType: number;
}

/** A guess at the variant, or how many bytes the guess needs. */
export type VariantProbe =
  | { readonly status: "known"; readonly variant?: PcapVariant }
  | { readonly status: "incomplete"; readonly neededBytes: number };

/** Two packets of one capture are hardly further apart than four years. */
const SECONDS_APART_MAX = 1 << 27;
const FRACTIONS_PER_SECOND = 1_000_000;

/**
 * Tells by the second record which variant a file with an ambiguous magic number is. Usual unless the
 * usual reading makes no sense there and exactly that of a variant does; so damage is not mistaken
 * for a variant. With `isWhole` no more bytes come.
 */
export function probeVariant(view: DataView, shape: ProbedShape, isWhole: boolean): VariantProbe {
  const { format, variant, littleEndian } = shape;
  const usual: VariantProbe = { status: "known", ...(variant === undefined ? {} : { variant }) };
  if (variant !== undefined || (format !== "pcap" && format !== "pcap-modified")) return usual;
  const candidates: readonly PcapVariant[] =
    format === "pcap" ? ["redhat-6.1", "nokia"] : ["suse-6.3"];
  const first = fileHeaderBytes(variant);
  const header = recordHeaderBytes(format, variant);
  const need = (neededBytes: number): VariantProbe =>
    isWhole ? usual : { status: "incomplete", neededBytes };
  if (view.byteLength < first + header) return need(first + header);
  const limits = { littleEndian, bytesMax: packetBytesMax(shape.linkType) };
  if (!isRecordHeader(view, first, limits)) return usual;
  const captured = view.getUint32(first + 8, littleEndian);
  const seconds = view.getUint32(first, littleEndian);
  const second = first + header + captured;
  if (view.byteLength < second + 16) return need(second + 16);
  if (isRecordHeader(view, second, limits)) return usual;
  for (const candidate of candidates) {
    const at = first + recordHeaderBytes(format, candidate) + captured;
    if (view.byteLength < at + 16) return need(at + 16);
    const apart = Math.abs(view.getUint32(at, littleEndian) - seconds);
    if (apart > SECONDS_APART_MAX || !isRecordHeader(view, at, limits)) continue;
    return { status: "known", variant: candidate };
  }
  return usual;
}

/** Whether four words can be a record's time and lengths. */
function isRecordHeader(
  view: DataView,
  at: number,
  limits: { readonly littleEndian: boolean; readonly bytesMax: number },
): boolean {
  const { littleEndian, bytesMax } = limits;
  const captured = view.getUint32(at + 8, littleEndian);
  return (
    view.getUint32(at + 4, littleEndian) < FRACTIONS_PER_SECOND &&
    captured > 0 &&
    captured <= bytesMax &&
    captured <= view.getUint32(at + 12, littleEndian)
  );
}
