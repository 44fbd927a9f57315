import type { Piece } from "./conversation.ts";

/** Messages of SMB 1 and 2 (MS-CIFS, MS-SMB2) for tests. */
export interface Smb2Command {
  readonly command: number;
  readonly messageId: number;
  readonly treeId?: number;
  readonly status?: number;
  readonly body: Uint8Array;
}

/** Bytes with numbers put at places. */
export function layout(
  length: number,
  numbers: readonly (readonly [at: number, bytes: 1 | 2 | 4 | 8, value: number | bigint])[],
  tail: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const bytes = Buffer.alloc(length);
  for (const [at, width, value] of numbers) {
    if (width === 8) bytes.writeBigUInt64LE(BigInt(value), at);
    else bytes.writeUIntLE(Number(value), at, width);
  }
  return new Uint8Array(Buffer.concat([bytes, tail]));
}

/** A frame of the NetBIOS session service. */
export function frame(message: Uint8Array): Uint8Array {
  const { length } = message;
  const head = [0, (length >> 16) & 255, (length >> 8) & 255, length & 255];
  return new Uint8Array(Buffer.concat([Buffer.from(head), message]));
}

/** A message of SMB 2 with its commands chained. */
export function smb2(...commands: readonly Smb2Command[]): Uint8Array {
  const parts = commands.map(({ command, messageId, treeId = 0, status = 0, body }, n) => {
    const isLast = n === commands.length - 1;
    const length = isLast ? 64 + body.length : Math.ceil((64 + body.length) / 8) * 8;
    const head = layout(64, [
      [4, 2, 64],
      [8, 4, status],
      [12, 2, command],
      [20, 4, isLast ? 0 : length],
      [24, 8, messageId],
      [36, 4, treeId],
    ]);
    Buffer.from("\xfeSMB", "latin1").copy(head);
    const whole = Buffer.alloc(length);
    whole.set(head);
    whole.set(body, 64);
    return whole;
  });
  return frame(Buffer.concat(parts));
}

const utf16 = (text: string): Buffer => Buffer.from(text, "utf16le");
/** 2020 in 100 ns since 1601. */
const FILE_TIME = 132_223_104_000_000_000n;

export function treeConnect(messageId: number, treeId: number, path: string, type = 1): Piece[] {
  const name = utf16(path);
  const asked = layout(
    8,
    [
      [0, 2, 9],
      [4, 2, 72],
      [6, 2, name.length],
    ],
    name,
  );
  const answer = layout(16, [
    [0, 2, 16],
    [2, 1, type],
  ]);
  return [
    [0, smb2({ command: 3, messageId, body: asked })],
    [1, smb2({ command: 3, messageId, treeId, body: answer })],
  ];
}

export function createRequest(name: string, options = 0): Uint8Array {
  const bytes = utf16(name);
  return layout(
    56,
    [
      [0, 2, 57],
      [40, 4, options],
      [44, 2, 120],
      [46, 2, bytes.length],
    ],
    bytes,
  );
}

export function createResponse(fileId: number, size = 0): Uint8Array {
  return layout(88, [
    [0, 2, 89],
    [8, 8, FILE_TIME],
    [16, 8, FILE_TIME],
    [24, 8, FILE_TIME],
    [32, 8, FILE_TIME],
    [48, 8, size],
    [64, 8, fileId],
  ]);
}

export function writeRequest(fileId: number, bytes: Uint8Array, offset = 0): Uint8Array {
  return layout(
    48,
    [
      [0, 2, 49],
      [2, 2, 112],
      [4, 4, bytes.length],
      [8, 8, offset],
      [16, 8, fileId],
    ],
    bytes,
  );
}

export function readRequest(fileId: number, offset = 0): Uint8Array {
  return layout(48, [
    [0, 2, 49],
    [8, 8, offset],
    [16, 8, fileId],
  ]);
}

export function readResponse(bytes: Uint8Array): Uint8Array {
  return layout(
    16,
    [
      [0, 2, 17],
      [2, 1, 80],
      [4, 4, bytes.length],
    ],
    bytes,
  );
}

export function closeRequest(fileId: number): Uint8Array {
  return layout(24, [
    [0, 2, 24],
    [8, 8, fileId],
  ]);
}

/** File information that is set: its class and its bytes. */
export function setInfo(fileId: number, level: number, bytes: Uint8Array): Uint8Array {
  return layout(
    32,
    [
      [0, 2, 33],
      [2, 1, 1],
      [3, 1, level],
      [4, 4, bytes.length],
      [8, 2, 96],
      [16, 8, fileId],
    ],
    bytes,
  );
}

export function renameTo(name: string): Uint8Array {
  const bytes = utf16(name);
  return layout(20, [[16, 4, bytes.length]], bytes);
}

/** A message of SMB 1: header, words and bytes of its command. */
export function smb1(
  command: number,
  words: Uint8Array,
  bytes: Uint8Array,
  header: { messageId?: number; treeId?: number; status?: number; isUnicode?: boolean } = {},
): Uint8Array {
  const head = layout(32, [
    [4, 1, command],
    [5, 4, header.status ?? 0],
    [10, 2, header.isUnicode === false ? 0x4000 : 0xc000],
    [24, 2, header.treeId ?? 0],
    [30, 2, header.messageId ?? 1],
  ]);
  Buffer.from("\xffSMB", "latin1").copy(head);
  const counts = layout(2, [[0, 2, bytes.length]]);
  const count = Uint8Array.of(words.length >> 1);
  return frame(Buffer.concat([head, count, words, counts, bytes]));
}
