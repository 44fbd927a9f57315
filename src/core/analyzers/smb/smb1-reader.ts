import { asciiText, utf16Text } from "../shared/index.ts";
import { FieldReader } from "./field-reader.ts";

export const SMB1_HEADER_BYTES = 32;
export const SMB1 = {
  open: 0x02,
  close: 0x04,
  delete: 0x06,
  lockingAndx: 0x24,
  transaction: 0x25,
  transactionSecondary: 0x26,
  openAndx: 0x2d,
  readAndx: 0x2e,
  writeAndx: 0x2f,
  transaction2: 0x32,
  transaction2Secondary: 0x33,
  treeDisconnect: 0x71,
  negotiate: 0x72,
  sessionSetupAndx: 0x73,
  logoffAndx: 0x74,
  treeConnectAndx: 0x75,
  ntTransact: 0xa0,
  ntTransactSecondary: 0xa1,
  ntCreateAndx: 0xa2,
} as const;
const FLAG2_UNICODE = 0x8000;
const FLAG2_NT_STATUS = 0x4000;
/** Bytes of a name that are read; MS-CIFS has paths of at most 260 characters, Windows of 32,767. */
const TEXT_BYTES_MAX = 65_536;

/** The header of a message (MS-CIFS 2.2.3.1). */
export interface Smb1Header {
  readonly command: number;
  readonly status: number;
  readonly isNtStatus: boolean;
  readonly isUnicode: boolean;
  readonly treeId: number;
  readonly processId: number;
  readonly messageId: number;
  readonly userId: number;
}

/** Reads the fields of a message of SMB 1, its texts in both of their forms. */
export class Smb1Reader extends FieldReader {
  /** A text up to its end mark: two-byte letters begin at an even place (MS-CIFS 2.2.1.1). */
  text(
    at: number,
    isUnicode: boolean,
  ): { readonly text: string; readonly at: number; next: number } {
    const { bytes } = this;
    if (!isUnicode) {
      const found = bytes.indexOf(0, at);
      const end = Math.min(found < 0 ? bytes.length : found, at + TEXT_BYTES_MAX);
      return { text: asciiText(bytes.subarray(at, end)), at, next: end + 1 };
    }
    const start = at + (at & 1);
    let end = start;
    const last = Math.min(bytes.length - 1, start + TEXT_BYTES_MAX);
    while (end < last && (bytes[end] !== 0 || bytes[end + 1] !== 0)) end += 2;
    return {
      text: utf16Text(bytes.subarray(start, Math.min(end, bytes.length))),
      at: start,
      next: end + 2,
    };
  }

  header(): Smb1Header {
    const flags2 = this.u16(10);
    return {
      command: this.u8(4),
      status: this.u32(5),
      isNtStatus: (flags2 & FLAG2_NT_STATUS) !== 0,
      isUnicode: (flags2 & FLAG2_UNICODE) !== 0,
      treeId: this.u16(24),
      processId: this.u16(12) * 65_536 + this.u16(26),
      messageId: this.u16(30),
      userId: this.u16(28),
    };
  }
}

/** Places of a transaction's parts (MS-CIFS 2.2.4.33); of a request or an answer. */
export interface Transaction {
  readonly isWhole: boolean;
  readonly dataAt: number;
  readonly dataLength: number;
  readonly setup: readonly number[];
  /** Where the bytes behind the words begin. */
  readonly bytesAt: number;
}

export function readTransactionRequest(reader: Smb1Reader, at: number): Transaction {
  const setupCount = reader.u8(at + 27);
  const setup = [reader.u16(at + 29), reader.u16(at + 31)].slice(0, setupCount);
  const [parameters, dataLength] = [reader.u16(at + 19), reader.u16(at + 23)];
  return {
    isWhole: parameters >= reader.u16(at + 1) && dataLength >= reader.u16(at + 3),
    dataAt: reader.u16(at + 25),
    dataLength,
    setup,
    bytesAt: at + 1 + 2 * reader.u8(at) + 2,
  };
}

export function readTransactionResponse(reader: Smb1Reader, at: number): Transaction {
  return {
    isWhole: reader.u16(at + 13) + reader.u16(at + 17) >= reader.u16(at + 3),
    dataAt: reader.u16(at + 15),
    dataLength: reader.u16(at + 13),
    setup: [],
    bytesAt: at + 1 + 2 * reader.u8(at) + 2,
  };
}
