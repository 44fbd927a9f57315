/** How messages of a connection are wrapped after a bind. */
export type MessageMode =
  | "clear"
  /** A bind succeeded whose mechanism may wrap: the next bytes tell. */
  | "trial"
  /** Frames with Kerberos wrap tokens, sealed or not. */
  | "wrapped"
  | "sealed";

const SEQUENCE = 0x30;
/** Flags of a wrap token (RFC 4121 4.2.2). */
const SEALED = 2;
const WRAP_HEADER_BYTES = 16;
const FRAME_PREFIX_BYTES = 4;

/**
 * Tells by the first bytes behind a bind whether messages go on as they are: a frame that began like a
 * message would be longer than 768 MiB. Undefined when there are too few.
 */
export function trialMode(bytes: Uint8Array, mechanism: string): MessageMode | undefined {
  if (bytes.length === 0) return undefined;
  if (bytes[0] === SEQUENCE) return "clear";
  if (mechanism !== "" && !mechanism.startsWith("GSS")) return "sealed";
  if (bytes.length < FRAME_PREFIX_BYTES + 2) return undefined;
  return bytes[FRAME_PREFIX_BYTES] === 5 && bytes[FRAME_PREFIX_BYTES + 1] === 4
    ? "wrapped"
    : "sealed";
}

/** Where the messages lie in a wrap token (RFC 4121 4.2.6.2) that is not sealed. */
export function readWrapToken(frame: Uint8Array): { start: number; end: number } | undefined {
  if (frame.length < WRAP_HEADER_BYTES || frame[0] !== 5 || frame[1] !== 4) return undefined;
  if ((frame[2]! & SEALED) !== 0 || frame[3] !== 0xff) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, WRAP_HEADER_BYTES);
  const checksumBytes = view.getUint16(4);
  const rotatedBytes = view.getUint16(6);
  // The checksum stands behind the messages, or was turned round to stand before them.
  if (rotatedBytes === checksumBytes) {
    return { start: Math.min(frame.length, WRAP_HEADER_BYTES + checksumBytes), end: frame.length };
  }
  if (rotatedBytes !== 0) return undefined;
  return {
    start: WRAP_HEADER_BYTES,
    end: Math.max(WRAP_HEADER_BYTES, frame.length - checksumBytes),
  };
}
