import { memberName } from "./archive-reader.ts";

/** Bytes of a record up to its texts (APPNOTE 4.3); 4 to tell which it is. */
export const SIGNATURE_BYTES = 4;
export const LOCAL_BYTES = 30;
export const DIRECTORY_BYTES = 46;
export const END_BYTES = 22;

const STORED = 0;
const DEFLATED = 8;
const ZIP64_SIZE = 0xffffffff;

/** What a member's local header says (APPNOTE 4.3.7). */
export interface LocalHeader {
  readonly name: string;
  readonly size: number;
  readonly packedBytes: number;
  readonly isDeflated: boolean;
  /** Its content can be read: not encrypted, and by a known method. */
  readonly isReadable: boolean;
  /** The sizes come behind the content. */
  readonly hasDescriptor: boolean;
}

/** Bytes of the record that begins here, texts included; undefined for what is none that is known. */
export function recordBytes(held: Uint8Array): number | undefined {
  const view = new DataView(held.buffer, held.byteOffset, held.length);
  switch (view.getUint32(0, true)) {
    case 0x04034b50:
      return held.length < LOCAL_BYTES
        ? LOCAL_BYTES
        : LOCAL_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
    case 0x02014b50:
      return held.length < DIRECTORY_BYTES
        ? DIRECTORY_BYTES
        : DIRECTORY_BYTES +
            view.getUint16(28, true) +
            view.getUint16(30, true) +
            view.getUint16(32, true);
    case 0x06054b50:
      return held.length < END_BYTES ? END_BYTES : END_BYTES + view.getUint16(20, true);
    default:
      return undefined;
  }
}

/** Reads a whole record; undefined when it is no member's, or one of more than 4 GiB. */
export function parseLocalHeader(record: Uint8Array): LocalHeader | "zip64" | undefined {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  if (view.getUint32(0, true) !== 0x04034b50) return undefined;
  const flags = view.getUint16(6, true);
  const method = view.getUint16(8, true);
  const packedBytes = view.getUint32(18, true);
  if (packedBytes === ZIP64_SIZE) return "zip64";
  return {
    name: memberName(record.subarray(LOCAL_BYTES, LOCAL_BYTES + view.getUint16(26, true))),
    size: view.getUint32(22, true),
    packedBytes,
    isDeflated: method === DEFLATED,
    isReadable: (flags & 1) === 0 && (method === STORED || method === DEFLATED),
    hasDescriptor: (flags & 8) !== 0,
  };
}
