import { utf16Text } from "../shared/index.ts";
import { FieldReader } from "./field-reader.ts";

export const SMB2_HEADER_BYTES = 64;
export const SMB2 = {
  negotiate: 0,
  sessionSetup: 1,
  treeConnect: 3,
  treeDisconnect: 4,
  create: 5,
  close: 6,
  read: 8,
  write: 9,
  ioctl: 11,
  queryInfo: 16,
  changeNotify: 15,
  setInfo: 17,
} as const;

/** Status values that matter (MS-ERREF 2.3.1). */
export const STATUS = {
  success: 0,
  pending: 0x103,
  notifyEnumDir: 0x10c,
  bufferOverflow: 0x8000_0005,
  invalidParameter: 0xc000_000d,
  moreProcessing: 0xc000_0016,
} as const;

/** The header of a command (MS-SMB2 2.2.1). */
export interface Smb2Header {
  readonly status: number;
  readonly command: number;
  readonly nextCommand: number;
  readonly messageId: number;
  readonly treeId: number;
  readonly sessionId: number;
}

/** Reads the fields of a command of SMB 2 or 3. */
export class Smb2Reader extends FieldReader {
  text(at: number, length: number): string | undefined {
    const bytes = this.slice(at, length);
    return bytes === undefined ? undefined : utf16Text(bytes);
  }

  /** A file's id: both of its halves added, as Zeek tells files apart. */
  fileId(at: number): string {
    const low = this.u32(at) + this.u32(at + 8);
    const carry = low > 0xffff_ffff ? 1 : 0;
    const high = (this.u32(at + 4) + this.u32(at + 12) + carry) >>> 0;
    return `${high.toString(36)}.${(low >>> 0).toString(36)}`;
  }

  header(): Smb2Header {
    return {
      status: this.u32(8),
      command: this.u16(12),
      nextCommand: this.u32(20),
      messageId: this.u64(24),
      treeId: this.u32(36),
      sessionId: this.u64(40),
    };
  }
}

/** True for an answer that has an error in place of its fields (MS-SMB2 3.3.4.4). */
export function isErrorAnswer({ status, command }: Smb2Header): boolean {
  switch (status) {
    case STATUS.success:
      return false;
    case STATUS.bufferOverflow:
      return command !== SMB2.ioctl && command !== SMB2.queryInfo && command !== SMB2.read;
    case STATUS.invalidParameter:
      return command !== SMB2.ioctl;
    case STATUS.moreProcessing:
      return command !== SMB2.sessionSetup;
    case STATUS.notifyEnumDir:
      return command !== SMB2.changeNotify;
    default:
      return true;
  }
}
