/** Codings of HTTP bodies (RFC 7932, RFC 8878) that are unpacked as a whole. */
export type WholeCoding = "br" | "zstd";

/** Unpacks a whole body; undefined where it is broken or would be longer than `bytesMax`. */
export type Unpack = (
  coding: WholeCoding,
  bytes: Uint8Array,
  bytesMax: number,
) => Uint8Array | undefined;
