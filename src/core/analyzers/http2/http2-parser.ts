import type { Recognition, Side } from "../shared/index.ts";
import { latinBytes } from "../shared/index.ts";

/** What a client sends before its first frame (RFC 9113 3.4). */
export const PREFACE: Uint8Array = latinBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
export const FRAME_HEADER_BYTES = 9;

/** Types of frames (RFC 9113 6). */
export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** Flags; 1 is ACK of SETTINGS and PING, and END_STREAM of the rest. */
export const FLAG = { ack: 1, endStream: 1, endHeaders: 4, padded: 8, priority: 0x20 } as const;

/** The nine bytes before a frame's payload (RFC 9113 4.1). */
export interface Http2FrameHeader {
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
}

/** Reads a frame's header; the bytes have to be there. */
export function parseFrameHeader(bytes: Uint8Array): Http2FrameHeader {
  return {
    length: (bytes[0]! << 16) | (bytes[1]! << 8) | bytes[2]!,
    type: bytes[3]!,
    flags: bytes[4]!,
    streamId: readStreamId(bytes, 5),
  };
}

/** The highest bit is reserved. */
export function readStreamId(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at) & 0x7fffffff;
}

function readU32(bytes: Uint8Array, at: number): number {
  const high = (bytes[at]! << 24) | (bytes[at + 1]! << 16);
  return (high | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Error codes of RST_STREAM and GOAWAY by number (RFC 9113 7). */
const ERRORS: readonly string[] = (
  "NO_ERROR PROTOCOL_ERROR INTERNAL_ERROR FLOW_CONTROL_ERROR SETTINGS_TIMEOUT STREAM_CLOSED " +
  "FRAME_SIZE_ERROR REFUSED_STREAM CANCEL COMPRESSION_ERROR CONNECT_ERROR ENHANCE_YOUR_CALM " +
  "INADEQUATE_SECURITY HTTP_1_1_REQUIRED"
).split(" ");

/** The name of the error code that stands at a place; undefined where the payload is too short. */
export function errorName(payload: Uint8Array, at: number): string | undefined {
  if (payload.length < at + 4) return undefined;
  const code = readU32(payload, at);
  return ERRORS[code] ?? `0x${code.toString(16)}`;
}

/** The part of a payload that is no padding, promise or priority; undefined where that is too long. */
export function fragmentOf(
  header: Http2FrameHeader,
  payload: Uint8Array,
): { start: number; end: number } | undefined {
  let start = 0;
  let end = payload.length;
  if (header.type !== FRAME.continuation && (header.flags & FLAG.padded) !== 0) {
    start = 1;
    end -= payload[0] ?? 0;
  }
  if (header.type === FRAME.pushPromise) start += 4;
  else if (header.type === FRAME.headers && (header.flags & FLAG.priority) !== 0) start += 5;
  return start <= end ? { start, end } : undefined;
}

/** Looks for the preface of a client, or the SETTINGS that every server begins with. */
export function recognisesHttp2(head: Uint8Array, side: Side): Recognition {
  return side === 0 ? recognisesPreface(head) : recognisesSettings(head);
}

function recognisesPreface(head: Uint8Array): Recognition {
  const length = Math.min(head.length, PREFACE.length);
  for (let n = 0; n < length; n++) if (head[n] !== PREFACE[n]) return "no";
  return length === PREFACE.length ? "yes" : "more";
}

const SETTING_BYTES = 6;
/** Settings of one frame; programs send up to nine. */
const SETTINGS_MAX = 16;
/** Settings that are registered, beside which a greasing one (RFC 8701) may stand. */
const SETTING_ID_MAX = 16;

/** A frame of settings, one known one at least among them, and the type of a frame behind it. */
function recognisesSettings(head: Uint8Array): Recognition {
  if (head.length >= 2 && (head[0] !== 0 || head[1] !== 0)) return "no";
  if (head.length >= 4 && head[3] !== FRAME.settings) return "no";
  if (head.length < FRAME_HEADER_BYTES) return "more";
  const { length, flags, streamId } = parseFrameHeader(head);
  if (flags !== 0 || streamId !== 0 || head[5] !== 0) return "no";
  if (length === 0 || length % SETTING_BYTES !== 0 || length > SETTINGS_MAX * SETTING_BYTES) {
    return "no";
  }
  const end = FRAME_HEADER_BYTES + length;
  if (head.length < end) return "more";
  for (let at = FRAME_HEADER_BYTES; at < end; at += SETTING_BYTES) {
    const id = head[at]! * 256 + head[at + 1]!;
    if (id >= 1 && id <= SETTING_ID_MAX) return "yes";
  }
  return "no";
}
