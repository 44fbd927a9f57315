import {
  type AnalyzerServices,
  CertificateLog,
  type Conversation,
  type FieldTrace,
  type FileFeed,
  type FileStart,
  KeyTexts,
  LogWriter,
  type Protocol,
  type Session,
  type Side,
  SoftwareLog,
  type Transport,
} from "../../src/core/analyzers/index.ts";
import { createLimit } from "../../src/core/base/index.ts";
import { createDigest, nodeCiphers, unpack } from "../../src/platform/index.ts";
import { LogRows, type Row } from "./log-rows.ts";

/** One piece of a conversation as a test gives it. */
export type Piece = readonly [side: Side, bytes: Uint8Array] | readonly [side: Side, gap: number];

/** A file that a protocol opened, with all its bytes. */
export interface SeenFile extends FileStart {
  readonly fuid: string;
  readonly bytes: Uint8Array;
  readonly isEnded: boolean;
}

/** What a protocol made of a conversation. */
export interface Outcome {
  rows(log: string): Row[];
  readonly services: readonly string[];
  readonly weirds: readonly string[];
  readonly notices: readonly string[];
  readonly rejected: string | undefined;
  readonly isDone: boolean;
  readonly files: readonly SeenFile[];
  /** Names of protocols opened inside, and the bytes they were given by side. */
  readonly inner: readonly { readonly name: string; readonly bytes: [Uint8Array, Uint8Array] }[];
  /** Ports that flows are to come to. */
  readonly expected: readonly number[];
  /** `log.field` of every mark, with its bytes' place. */
  readonly marks: readonly { field: string; side: Side; position: number; length: number }[];
}

export interface TalkOptions {
  readonly transport?: Transport;
  readonly responderPort?: number;
  readonly isMidStream?: boolean;
  readonly missingBytes?: number;
  readonly services?: Partial<AnalyzerServices>;
  /** Protocols that are really opened inside; of others the bytes are kept. */
  readonly inside?: readonly Protocol[];
  /** Told of each notice's sentence. */
  readonly onNotice?: (message: string) => void;
  /** As in `Conversation.carrier`. */
  readonly carrier?: string;
}

/** Runs a protocol over a conversation made of pieces, without an engine, and tells what came of it. */
export function talk(
  protocol: Protocol,
  pieces: readonly Piece[],
  options: TalkOptions = {},
): Outcome {
  const rows = new LogRows();
  const writers = new Map<string, LogWriter>();
  const files: (SeenFile & { chunks: Uint8Array[] })[] = [];
  const out = {
    services: [] as string[],
    weirds: [] as string[],
    notices: [] as string[],
    rejected: undefined as string | undefined,
    isDone: false,
    inner: [] as { name: string; bytes: [Uint8Array, Uint8Array] }[],
    marks: [] as { field: string; side: Side; position: number; length: number }[],
    expected: [] as number[],
  };
  const services: Omit<AnalyzerServices, "certificates" | "software" | "ciphers" | "keys"> = {
    log: (schema) => {
      const writer =
        writers.get(schema.name) ?? new LogWriter(schema, rows, { baseSeconds: () => 1_000 });
      writers.set(schema.name, writer);
      return writer;
    },
    createDigest,
    limit: createLimit,
    isLocal: () => true,
    isAsset: () => true,
    unpack,
    files: { open: (_, start) => openFile(files, start) },
  };
  const certificates = new CertificateLog(services);
  const all: AnalyzerServices = {
    ...services,
    certificates,
    software: new SoftwareLog(services),
    ciphers: nodeCiphers,
    keys: new KeyTexts(undefined),
    ...options.services,
  };
  const run = protocol.start(all);
  const runs = new Map((options.inside ?? []).map((one) => [one.name, one.start(all)]));
  let now = 0;
  const inner = (name: string, carrier?: string, trace?: FieldTrace): Session => {
    const known = runs.get(name);
    if (known !== undefined) {
      const own = { carrier: { value: carrier }, trace: { value: trace ?? conversation.trace } };
      return known.open(Object.create(conversation, own));
    }
    const seen = { name, bytes: [new Uint8Array(), new Uint8Array()] as [Uint8Array, Uint8Array] };
    out.inner.push(seen);
    return {
      data: (side, bytes) => {
        seen.bytes[side] = new Uint8Array(Buffer.concat([seen.bytes[side], bytes]));
      },
    };
  };
  const conversation: Conversation = {
    transport: options.transport ?? "tcp",
    uidHigh: 1,
    uidLow: 2,
    originator: Int32Array.of(0, 0, 0xffff, 0x0a000001),
    responder: Int32Array.of(0, 0, 0xffff, 0x0a000002),
    originatorPort: 40_000,
    responderPort: options.responderPort ?? protocol.tcpPorts?.[0] ?? protocol.udpPorts?.[0] ?? 9,
    get now() {
      return now;
    },
    startTime: 0,
    missingBytes: options.missingBytes ?? 0,
    isMidStream: options.isMidStream ?? false,
    carrier: options.carrier,
    trace: {
      mark: (log, field, side, position, length) =>
        out.marks.push({ field: `${log}.${field}`, side, position, length }),
      later:
        (...mark) =>
        () =>
          conversation.trace?.mark(...mark),
    },
    nextFile: () => files.length + 1,
    confirm: (service) => {
      if (!out.services.includes(service)) out.services.push(service);
    },
    hasService: (service) => out.services.includes(service),
    reject: (reason) => {
      out.rejected = reason;
      out.services.length = 0;
    },
    done: () => {
      out.isDone = true;
    },
    pastLimit: () => {},
    flip: () => {},
    weird: (name, addl) => out.weirds.push(addl === undefined ? name : `${name} ${addl}`),
    notice: (note, message) => {
      out.notices.push(note);
      options.onNotice?.(message);
    },
    inner,
    innerByContent: () => inner("by content"),
    expectFlow: (_address, port) => void out.expected.push(port),
  };
  const session = run.open(conversation);
  const positions = [0, 0];
  for (const [side, what] of pieces) {
    now += 1_000_000;
    if (out.rejected !== undefined || out.isDone) break;
    const isUdp = conversation.transport === "udp";
    if (typeof what === "number") session.gap?.(side, what, positions[side]!);
    else session.data(side, what, isUdp ? 0 : positions[side]!);
    positions[side]! += typeof what === "number" ? what : what.length;
  }
  if (out.rejected === undefined) session.end?.();
  run.end?.();
  for (const writer of writers.values()) writer.end();
  return { ...out, rows: (log) => rows.of(log), files };
}

/** The same pieces cut into bytes, or at places that `cut` chooses (given what is left, says how much). */
export function splitPieces(
  pieces: readonly Piece[],
  cut: (left: number) => number = () => 1,
): Piece[] {
  return pieces.flatMap(([side, what]): Piece[] => {
    if (typeof what === "number") return [[side, what]];
    const parts: Piece[] = [];
    for (let at = 0; at < what.length; ) {
      const length = Math.max(1, cut(what.length - at));
      parts.push([side, what.subarray(at, at + length)]);
      at += length;
    }
    return parts;
  });
}

function openFile(files: (SeenFile & { chunks: Uint8Array[] })[], start: FileStart): FileFeed {
  const file = {
    ...start,
    fuid: `F${files.length + 1}`,
    chunks: [] as Uint8Array[],
    isEnded: false,
    get bytes(): Uint8Array {
      return new Uint8Array(Buffer.concat(this.chunks));
    },
  };
  files.push(file);
  let { filename } = start;
  return {
    fuid: file.fuid,
    mimeType: start.mimeType,
    get filename() {
      return filename;
    },
    data: (bytes) => void file.chunks.push(bytes.slice()),
    gap: () => {},
    rename: (name) => {
      filename = name;
    },
    expect: () => {},
    end: () => {
      file.isEnded = true;
    },
  };
}
