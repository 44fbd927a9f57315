import { HoldfastError } from "../../core/base/index.ts";
import {
  openRandomAccess,
  type RandomAccessFile,
  RunningSha256,
  randomBytes,
  SequentialFile,
  toStorageError,
} from "../../platform/index.ts";
import { parseHeader } from "./age/header.ts";
import { createX25519Identity, openHeader } from "./age/recipients.ts";
import { NONCE_BYTES, payloadKey, StreamSealer } from "./age/stream.ts";
import { createHead } from "./body-sealer.ts";
import { SealedPayload } from "./sealed-payload.ts";
import {
  compressFrame,
  decodeFrame,
  encodeSeekTable,
  FRAME_BYTES,
  type FrameLengths,
  parseSeekTable,
  rawFrameBytes,
  SEEK_FOOTER_BYTES,
  seekTableBytes,
  writeRawFrame,
} from "./zstd-frames.ts";

/** Digest and size of a sealed file as it lies on the disk. */
export interface SealedFileFacts {
  readonly sha256: string;
  readonly bytes: number;
}

export interface SealedFileOptions {
  readonly path: string;
  readonly recipients: readonly string[];
  readonly compressionLevel?: number;
}

/**
 * Writes a plain one-piece age file with zstd frames inside, on the calling thread. `age -d` and
 * `zstd -d` read it. All bytes are on the disk once `finish` resolves.
 */
export class SealedFileWriter {
  readonly #file: SequentialFile;
  readonly #hash = new RunningSha256();
  readonly #sealer: StreamSealer;
  readonly #level: number;
  readonly #frame = Buffer.allocUnsafe(FRAME_BYTES);
  readonly #frames: FrameLengths[] = [];
  #frameBytes = 0;
  #bytes = 0;

  private constructor(file: SequentialFile, options: SealedFileOptions) {
    const fileKey = randomBytes(16);
    const nonce = randomBytes(NONCE_BYTES);
    this.#level = options.compressionLevel ?? 1;
    this.#file = file;
    this.#sealer = new StreamSealer(payloadKey(fileKey, nonce), (chunk) => this.#append(chunk));
    this.#append(createHead(fileKey, options.recipients));
    this.#append(nonce);
  }

  /** Begins a new file; refuses to replace one. */
  static async create(options: SealedFileOptions): Promise<SealedFileWriter> {
    return new SealedFileWriter(await SequentialFile.create(options.path), options);
  }

  /** Takes bytes of any length; they are copied. */
  write(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      const length = Math.min(bytes.length - at, FRAME_BYTES - this.#frameBytes);
      this.#frame.set(bytes.subarray(at, at + length), this.#frameBytes);
      this.#frameBytes += length;
      at += length;
      if (this.#frameBytes === FRAME_BYTES) this.#endFrame();
    }
  }

  async finish(): Promise<SealedFileFacts> {
    if (this.#frameBytes > 0) this.#endFrame();
    this.#sealer.write(encodeSeekTable(this.#frames));
    this.#sealer.finish();
    await this.#file.close();
    return { sha256: this.#hash.digestHex(), bytes: this.#bytes };
  }

  /** Closes the file; the caller removes it. */
  async abandon(): Promise<void> {
    await this.#file.close();
  }

  #endFrame(): void {
    const plain = this.#frame.subarray(0, this.#frameBytes);
    const framed = compressFrame(plain, this.#level);
    const framedBytes = framed?.length ?? rawFrameBytes(plain.length);
    this.#frames.push({ framedBytes, plainBytes: plain.length });
    if (framed) this.#sealer.write(framed);
    else writeRawFrame(plain, (bytes) => this.#sealer.write(bytes));
    this.#frameBytes = 0;
  }

  #append(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    this.#file.write(bytes);
  }
}

/** Writes a whole sealed file in one call. */
export async function writeSealedFile(
  options: SealedFileOptions & { bytes: Uint8Array },
): Promise<SealedFileFacts> {
  try {
    const writer = await SealedFileWriter.create(options);
    writer.write(options.bytes);
    return await writer.finish();
  } catch (error) {
    throw toStorageError("vault", `cannot write ${options.path}`, error);
  }
}

/**
 * Plaintext of a sealed file, frame by frame: one frame and its chunks are in memory. Throws
 * `vault/header-damaged`, `vault/no-match`, `vault/chunk-damaged` or `vault/frame-damaged`.
 */
export async function* readSealedFile(options: {
  path: string;
  identity: string;
}): AsyncGenerator<Uint8Array, void, undefined> {
  const { path } = options;
  const file = await openRandomAccess(path).catch((error: unknown) => {
    throw toStorageError("vault", `cannot read ${path}`, error);
  });
  try {
    const payload = openPayload(file, options);
    let at = 0;
    for (const { framedBytes, plainBytes } of readFrames(payload, path)) {
      const plain = decodeFrame(payload.read(at, at + framedBytes), plainBytes);
      if (plain === undefined) throw frameDamaged(path, `has a damaged frame at ${at}`);
      yield plain;
      at += framedBytes;
    }
  } finally {
    await file.close();
  }
}

/** Frames are {@link FRAME_BYTES} long here; another writer's may be longer, within reason. */
const READ_FRAME_BYTES_MAX = 16 << 20;
/** Far longer than a header with a recipient for each person of a case. */
const HEADER_BYTES_MAX = 1 << 20;

function openPayload(
  file: RandomAccessFile,
  { path, identity }: { path: string; identity: string },
): SealedPayload {
  const unreadable = (cause: unknown) => toStorageError("vault", `cannot read ${path}`, cause);
  const cutShort = () =>
    new HoldfastError("vault/header-damaged", `${path}: its age header cannot be read`);
  const chunkDamaged = (index: number) =>
    new HoldfastError("vault/chunk-damaged", `${path}: chunk ${index} is damaged`);
  const head = file.readSync(0, HEADER_BYTES_MAX);
  const header = parseHeader(head);
  if (header.status !== "ok") throw cutShort();
  const fileKey = openHeader(header.value, [createX25519Identity(identity)]);
  const offset = header.consumed;
  const key = payloadKey(fileKey, file.readSync(offset, NONCE_BYTES));
  return new SealedPayload({ file, key, offset, cutShort, chunkDamaged, unreadable });
}

/** The seek table at the payload's end; its frames fill what lies before it. */
function readFrames(payload: SealedPayload, path: string): readonly FrameLengths[] {
  const end = payload.plainBytes;
  const tail = payload.read(Math.max(0, end - SEEK_FOOTER_BYTES), end);
  const tableBytes = seekTableBytes(tail);
  if (tableBytes === undefined || tableBytes > end) throw frameDamaged(path, "has no seek table");
  const frames = parseSeekTable(payload.read(end - tableBytes, end));
  if (frames.status !== "ok") throw frameDamaged(path, "has no seek table");
  let sum = 0;
  for (const { framedBytes, plainBytes } of frames.value) {
    if (Math.max(framedBytes, plainBytes) > READ_FRAME_BYTES_MAX) {
      throw frameDamaged(path, "has a seek table that it cannot have");
    }
    sum += framedBytes;
  }
  if (sum !== end - tableBytes) throw frameDamaged(path, "has frames that its seek table lacks");
  return frames.value;
}

function frameDamaged(path: string, what: string): HoldfastError {
  return new HoldfastError("vault/frame-damaged", `${path} ${what}`);
}
