import { ByteWriter } from "../byte-writer.ts";
import type { Random } from "../random.ts";

/** MS-SMB2 §2.2.1 command codes. */
const COMMAND = {
  negotiate: 0,
  sessionSetup: 1,
  treeConnect: 3,
  create: 5,
  close: 6,
  read: 8,
} as const;
const MORE_PROCESSING = 0xc0000016;
const FILE_ID = new Uint8Array(16).fill(0x11);

export interface SmbVisit {
  readonly user: string;
  readonly domain: string;
  readonly workstation: string;
  /** `\\server\share` */
  readonly share: string;
  readonly file: string;
  readonly content: Uint8Array;
}

/** One exchange: what the client sends and what the server answers. */
export type SmbStep = readonly [client: Uint8Array, server: Uint8Array];

/** Reading one file from a share: negotiate, NTLM logon, tree, create, read, close (MS-SMB2, MS-NLMP). */
export function readFileFromShare(random: Random, visit: SmbVisit): SmbStep[] {
  let message = 0;
  const step = (command: number, request: Uint8Array, answer: Uint8Array, status = 0): SmbStep => {
    const id = message++;
    return [
      framed({ command, id, status: 0, isAnswer: false }, request),
      framed({ command, id, status, isAnswer: true }, answer),
    ];
  };
  const steps = [
    step(COMMAND.negotiate, negotiateRequest(random), negotiateResponse(random)),
    step(
      COMMAND.sessionSetup,
      setupRequest(ntlmNegotiate()),
      setupResponse(ntlmChallenge(random, visit)),
      MORE_PROCESSING,
    ),
    step(
      COMMAND.sessionSetup,
      setupRequest(ntlmAuthenticate(random, visit)),
      setupResponse(new Uint8Array(0)),
    ),
    step(
      COMMAND.treeConnect,
      treeRequest(visit.share),
      new ByteWriter().u16le(16).u8(1, 0).u32le(0).u32le(0).u32le(0x001f01ff).take(),
    ),
    step(COMMAND.create, createRequest(visit.file), createResponse(visit.content.length)),
  ];
  for (let at = 0; at < visit.content.length; at += 65_536) {
    const piece = visit.content.subarray(at, at + 65_536);
    steps.push(step(COMMAND.read, readRequest(at, piece.length), readResponse(piece)));
  }
  steps.push(
    step(
      COMMAND.close,
      new ByteWriter().u16le(24).u16le(0).u32le(0).raw(FILE_ID).take(),
      new ByteWriter().u16le(60).zeros(58).take(),
    ),
  );
  return steps;
}

function framed(
  header: { command: number; id: number; status: number; isAnswer: boolean },
  body: Uint8Array,
): Uint8Array {
  const isSignedOn = header.command > COMMAND.sessionSetup;
  const message = new ByteWriter()
    .u8(0xfe)
    .text("SMB")
    .u16le(64)
    .u16le(1)
    .u32le(header.status)
    .u16le(header.command)
    .u16le(1)
    .u32le(header.isAnswer ? 1 : 0)
    .u32le(0)
    .u64le(header.id)
    .u32le(0xfeff)
    .u32le(header.command > COMMAND.treeConnect ? 5 : 0)
    .u64le(isSignedOn || header.isAnswer ? 0x400000000041 : 0)
    .zeros(16)
    .raw(body)
    .take();
  return new ByteWriter().u8(0).sized(3, message).take();
}

function negotiateRequest(random: Random): Uint8Array {
  return new ByteWriter()
    .u16le(36)
    .u16le(2)
    .u16le(1)
    .u16le(0)
    .u32le(0x7f)
    .raw(random.bytes(16))
    .zeros(8)
    .u16le(0x0202)
    .u16le(0x0210)
    .take();
}

function negotiateResponse(random: Random): Uint8Array {
  return new ByteWriter()
    .u16le(65)
    .u16le(1)
    .u16le(0x0210)
    .u16le(0)
    .raw(random.bytes(16))
    .u32le(7)
    .u32le(1_048_576)
    .u32le(1_048_576)
    .u32le(1_048_576)
    .zeros(16)
    .u16le(128)
    .u16le(0)
    .u32le(0)
    .take();
}

function setupRequest(token: Uint8Array): Uint8Array {
  return new ByteWriter()
    .u16le(25)
    .u8(0, 1)
    .u32le(1)
    .u32le(0)
    .u16le(88)
    .u16le(token.length)
    .zeros(8)
    .raw(token)
    .take();
}

function setupResponse(token: Uint8Array): Uint8Array {
  return new ByteWriter().u16le(9).u16le(0).u16le(72).u16le(token.length).raw(token).take();
}

function treeRequest(share: string): Uint8Array {
  return new ByteWriter()
    .u16le(9)
    .u16le(0)
    .u16le(72)
    .u16le(share.length * 2)
    .utf16(share)
    .take();
}

function createRequest(file: string): Uint8Array {
  return new ByteWriter()
    .u16le(57)
    .u8(0, 0)
    .u32le(2)
    .zeros(16)
    .u32le(0x00120089)
    .u32le(0)
    .u32le(7)
    .u32le(1)
    .u32le(0x40)
    .u16le(120)
    .u16le(file.length * 2)
    .u32le(0)
    .u32le(0)
    .utf16(file)
    .take();
}

function createResponse(fileBytes: number): Uint8Array {
  return new ByteWriter()
    .u16le(89)
    .u8(0, 0)
    .u32le(1)
    .zeros(32)
    .u64le(fileBytes)
    .u64le(fileBytes)
    .u32le(0x20)
    .u32le(0)
    .raw(FILE_ID)
    .u32le(0)
    .u32le(0)
    .take();
}

function readRequest(offset: number, length: number): Uint8Array {
  return new ByteWriter()
    .u16le(49)
    .u8(0x50, 0)
    .u32le(length)
    .u64le(offset)
    .raw(FILE_ID)
    .u32le(0)
    .u32le(0)
    .u32le(0)
    .u16le(0)
    .u16le(0)
    .u8(0)
    .take();
}

function readResponse(piece: Uint8Array): Uint8Array {
  return new ByteWriter()
    .u16le(17)
    .u8(80, 0)
    .u32le(piece.length)
    .u32le(0)
    .u32le(0)
    .raw(piece)
    .take();
}

const NTLM_FLAGS = 0xe2888215;

function ntlmNegotiate(): Uint8Array {
  return new ByteWriter().text("NTLMSSP\0").u32le(1).u32le(NTLM_FLAGS).zeros(16).take();
}

function ntlmChallenge(random: Random, { domain }: SmbVisit): Uint8Array {
  const target = new ByteWriter().utf16(domain).take();
  return new ByteWriter()
    .text("NTLMSSP\0")
    .u32le(2)
    .u16le(target.length)
    .u16le(target.length)
    .u32le(48)
    .u32le(NTLM_FLAGS)
    .raw(random.bytes(8))
    .zeros(8)
    .u16le(0)
    .u16le(0)
    .u32le(48 + target.length)
    .raw(target)
    .take();
}

function ntlmAuthenticate(random: Random, { domain, user, workstation }: SmbVisit): Uint8Array {
  const parts = [
    random.bytes(24),
    random.bytes(24),
    ...[domain, user, workstation].map((t) => new ByteWriter().utf16(t).take()),
    new Uint8Array(0),
  ];
  const writer = new ByteWriter().text("NTLMSSP\0").u32le(3);
  let at = 64;
  for (const part of parts) {
    writer.u16le(part.length).u16le(part.length).u32le(at);
    at += part.length;
  }
  writer.u32le(NTLM_FLAGS);
  for (const part of parts) writer.raw(part);
  return writer.take();
}
