import { ByteWriter } from "./byte-writer.ts";

export interface ZipMember {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** DOS date and time of 9 March 2026, 17:00: every member was packed then. */
const PACKED_AT = { time: 17 << 11, date: ((2026 - 1980) << 9) | (3 << 5) | 9 };

/** A zip archive with its members stored as they are (APPNOTE 6.3.10, method 0). */
export function zipArchive(members: readonly ZipMember[]): Uint8Array {
  const archive = new ByteWriter();
  const directory = new ByteWriter();
  for (const { name, bytes } of members) {
    const offset = archive.length;
    const text = new TextEncoder().encode(name);
    const shared = new ByteWriter()
      .u16le(20)
      .u16le(0x0800) // names are UTF-8
      .u16le(0)
      .u16le(PACKED_AT.time)
      .u16le(PACKED_AT.date)
      .u32le(crc32(bytes))
      .u32le(bytes.length)
      .u32le(bytes.length)
      .u16le(text.length)
      .u16le(0)
      .take();
    archive.u32le(0x04034b50).raw(shared).raw(text).raw(bytes);
    directory.u32le(0x02014b50).u16le(20).raw(shared).zeros(10).u32le(offset).raw(text);
  }
  const start = archive.length;
  archive.raw(directory.take());
  archive.u32le(0x06054b50).u32le(0).u16le(members.length).u16le(members.length);
  return archive.u32le(directory.length).u32le(start).u16le(0).take();
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
