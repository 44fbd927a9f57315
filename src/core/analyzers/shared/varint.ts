/** A place in bytes that is moved on by what is read. */
export interface Cursor {
  at: number;
  /** More was asked for than is there. */
  isShort: boolean;
}

/** RFC 9000 16; the value is an approximation above 2^53, which no datagram holds. */
export function takeVarint(bytes: Uint8Array, cursor: Cursor): number {
  const first = bytes[cursor.at] ?? 0;
  const length = 1 << (first >> 6);
  if (cursor.at + length > bytes.length) {
    cursor.isShort = true;
    return 0;
  }
  let value = first & 0x3f;
  for (let n = 1; n < length; n++) value = value * 256 + bytes[cursor.at + n]!;
  cursor.at += length;
  return value;
}

/** So many bytes; cut off where they are not there. */
export function takeBytes(bytes: Uint8Array, cursor: Cursor, length: number): Uint8Array {
  const end = cursor.at + length;
  if (end > bytes.length) cursor.isShort = true;
  const taken = bytes.subarray(cursor.at, Math.min(end, bytes.length));
  cursor.at = Math.min(end, bytes.length);
  return taken;
}
