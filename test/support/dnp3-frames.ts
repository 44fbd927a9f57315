/** The checksum of DNP3 (IEEE 1815 9.2.4.1), low byte first. */
function crc(bytes: readonly number[]): number[] {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xa6bc : sum >>> 1;
  }
  sum = ~sum & 0xffff;
  return [sum & 0xff, sum >>> 8];
}

/** A frame as the side sends it, with all CRCs; it may state another length than it has. */
export function dnp3Frame(
  side: 0 | 1,
  content: readonly number[],
  length = 5 + content.length,
): Uint8Array {
  const header = [5, 0x64, length, side === 0 ? 0xc4 : 0x44, 4, 0, 3, 0];
  const bytes = [...header, ...crc(header)];
  for (let at = 0; at < content.length; at += 16) {
    const block = content.slice(at, at + 16);
    bytes.push(...block, ...crc(block));
  }
  return Uint8Array.from(bytes);
}
