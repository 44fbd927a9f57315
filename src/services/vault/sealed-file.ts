import { HoldfastError } from "../../core/base/index.ts";
import {
  RunningSha256,
  randomBytes,
  readFileBytes,
  SequentialFile,
  toStorageError,
} from "../../platform/index.ts";
import { decryptAgeFile } from "./age/age-file.ts";
import { createX25519Identity } from "./age/recipients.ts";
import { NONCE_BYTES, payloadKey, StreamSealer } from "./age/stream.ts";
import { createHead } from "./body-sealer.ts";
import {
  compressFrame,
  decodeFrame,
  encodeSeekTable,
  FRAME_BYTES,
  type FrameLengths,
  parseSeekTable,
  rawFrameBytes,
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

/** Plaintext of a sealed file, frame by frame. */
export async function* readSealedFile(options: {
  path: string;
  identity: string;
}): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await readFileBytes(options.path).catch((error: unknown) => {
    throw toStorageError("vault", `cannot read ${options.path}`, error);
  });
  const pieces = [...decryptAgeFile(file, [createX25519Identity(options.identity)])];
  const framed = Buffer.concat(pieces);
  const table = framed.subarray(framed.length - (seekTableBytes(framed) ?? framed.length));
  const frames = parseSeekTable(table);
  if (frames.status !== "ok") {
    throw new HoldfastError("vault/frame-damaged", `${options.path} has no seek table`);
  }
  let at = 0;
  for (const { framedBytes, plainBytes } of frames.value) {
    const plain = decodeFrame(framed.subarray(at, at + framedBytes), plainBytes);
    if (plain === undefined) {
      throw new HoldfastError(
        "vault/frame-damaged",
        `${options.path} has a damaged frame at ${at}`,
      );
    }
    yield plain;
    at += framedBytes;
  }
}
