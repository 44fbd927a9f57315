import { type Cursor, takeVarint } from "../shared/index.ts";
import { skipAck } from "./quic-frames.ts";

/** Versions whose packets can be read: 1 (RFC 9000), its drafts and Meta's; 2 (RFC 9369). */
export function layoutOf(version: number): 1 | 2 | undefined {
  if (version === QUIC_V2) return 2;
  const isDraft = version >= 0xff000016 && version <= 0xff000022;
  return version === 1 || isDraft || MVFST.has(version) ? 1 : undefined;
}

export const QUIC_V2 = 0x6b3343cf;
const MVFST: ReadonlySet<number> = new Set([
  0xfaceb001, 0xfaceb002, 0xfaceb00e, 0xfaceb011, 0xfaceb012, 0xfaceb013,
]);

/** A version as Zeek prints it. */
export function versionName(version: number): string {
  if (version === 1) return "1";
  if (version === QUIC_V2) return "quicv2";
  if (MVFST.has(version)) return `mvfst (${version.toString(16)})`;
  // Draft 31 is printed as 30 there.
  if (version === 0xff00001f) return "draft-30";
  if (layoutOf(version) === 1) return `draft-${version - 0xff000000}`;
  return `unknown-${version.toString(16)}`;
}

export type LongPacketType = "initial" | "zeroRtt" | "handshake" | "retry" | "unknown";

/** A packet with a long header (RFC 9000 17.2), or of a version that cannot be read. */
export interface LongPacket {
  readonly type: LongPacketType;
  readonly version: number;
  readonly destinationId: Uint8Array;
  readonly sourceId: Uint8Array;
  /** Where the packet number begins, and how many bytes it and what it protects take. */
  readonly protectedAt: number;
  readonly protectedBytes: number;
  /** Bytes of the whole packet. */
  readonly length: number;
}

const TYPES: Record<1 | 2, readonly LongPacketType[]> = {
  1: ["initial", "zeroRtt", "handshake", "retry"],
  2: ["retry", "initial", "zeroRtt", "handshake"],
};
/** RFC 9001 5.4.2: a packet number of four bytes and the sample behind it must be there. */
const PROTECTED_BYTES_MIN = 20;

/** Reads a long header at `at`; undefined when the packet is broken or cut off. */
export function parseLongPacket(bytes: Uint8Array, at: number): LongPacket | undefined {
  const cursor = { at: at + 5, isShort: false };
  if (bytes.length < at + 7) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = view.getUint32(at + 1);
  const destinationId = takeId(bytes, cursor);
  const sourceId = takeId(bytes, cursor);
  if (cursor.isShort) return undefined;
  const layout = layoutOf(version);
  const type = layout === undefined ? "unknown" : TYPES[layout][(bytes[at]! >> 4) & 3]!;
  const ids = { version, destinationId, sourceId };
  if (type === "unknown" || type === "retry") {
    if (type === "retry" && bytes.length - cursor.at < 16) return undefined;
    return { ...ids, type, protectedAt: 0, protectedBytes: 0, length: bytes.length - at };
  }
  if (type === "initial") {
    const tokenBytes = takeVarint(bytes, cursor);
    cursor.at += tokenBytes;
  }
  const protectedBytes = takeVarint(bytes, cursor);
  const end = cursor.at + protectedBytes;
  if (cursor.isShort || end > bytes.length) return undefined;
  if (type === "initial" && protectedBytes < PROTECTED_BYTES_MIN) return undefined;
  return { ...ids, type, protectedAt: cursor.at, protectedBytes, length: end - at };
}

function takeId(bytes: Uint8Array, cursor: Cursor): Uint8Array {
  const length = bytes[cursor.at] ?? 0;
  const begin = cursor.at + 1;
  if (begin + length > bytes.length) cursor.isShort = true;
  cursor.at = begin + length;
  return bytes.subarray(begin, cursor.at);
}

/** What a decrypted Initial packet holds that is read. */
export interface InitialFrames {
  readonly crypto: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
  readonly isClosing: boolean;
  /** In words, what stopped the reading. */
  readonly fault: string | undefined;
}

const FRAME = { padding: 0, ping: 1, ack: 2, ackEcn: 3, crypto: 6, close: 0x1c } as const;

/** Reads the frames of an Initial packet (RFC 9000 19). Never throws. */
export function parseInitialFrames(bytes: Uint8Array): InitialFrames {
  const cursor: Cursor = { at: 0, isShort: false };
  const crypto: { offset: number; bytes: Uint8Array }[] = [];
  const done = (fault?: string, isClosing = false) => ({ crypto, isClosing, fault });
  while (cursor.at < bytes.length) {
    const type = bytes[cursor.at++]!;
    switch (type) {
      case FRAME.padding:
      case FRAME.ping:
        break;
      case FRAME.ack:
      case FRAME.ackEcn:
        skipAck(bytes, cursor, type === FRAME.ackEcn);
        break;
      case FRAME.crypto: {
        const offset = takeVarint(bytes, cursor);
        const length = takeVarint(bytes, cursor);
        if (length > bytes.length - cursor.at) return done("cut crypto frame");
        crypto.push({ offset, bytes: bytes.subarray(cursor.at, cursor.at + length) });
        cursor.at += length;
        break;
      }
      case FRAME.close:
        return done(undefined, true);
      default:
        return done(`frame type ${type}`);
    }
    if (cursor.isShort) return done("cut frame");
  }
  return done();
}
