import { createHash } from "node:crypto";
import { leafHash, TreeFrontier, toHex } from "../../core/custody/index.ts";
import {
  nodeDigests,
  RunningSha256,
  randomBytes,
  SequentialFile,
  sha256Hex,
} from "../../platform/index.ts";
import { encodeHeader } from "./age/header.ts";
import { wrapForRecipient } from "./age/recipients.ts";
import { CHUNK_BYTES, NONCE_BYTES, payloadKey, StreamSealer } from "./age/stream.ts";
import { encodeSeekTable, type FrameLengths, rawFrameBytes, writeRawFrame } from "./zstd-frames.ts";

/** Chunks gathered before one write and one digest call over all of them. */
const CHUNKS_PER_WRITE = 16;
const LEAF_PREFIX = new Uint8Array([0]);

export interface SealedBody {
  readonly head_sha256: string;
  readonly body_sha256: string;
  readonly body_bytes: number;
  readonly chunk_root: string;
}

/** Where a body's parts go: head and body detached, or both one after another in one file. */
export interface BodyPaths {
  readonly head: string;
  readonly body: string;
  /** Leaf hashes, so that damage can be placed without a key. */
  readonly tree: string;
}

/**
 * Encrypts frames into an age body and writes it, with its digests, on the calling thread. The file
 * key lives here and in the head, wrapped to public recipients, and nowhere else.
 */
export class BodySealer {
  readonly #file: SequentialFile;
  readonly #treeFile: SequentialFile;
  readonly #headSha256: string;
  readonly #sealer: StreamSealer;
  readonly #bodyHash = new RunningSha256();
  readonly #tree = new TreeFrontier(nodeDigests);
  readonly #frames: FrameLengths[] = [];
  readonly #out = Buffer.allocUnsafe(CHUNKS_PER_WRITE * CHUNK_BYTES);
  readonly #leaves = Buffer.allocUnsafe(CHUNKS_PER_WRITE * 32);
  #outBytes = 0;
  #leafBytes = 0;
  #bodyBytes = 0;

  private constructor(
    files: { body: SequentialFile; tree: SequentialFile },
    fileKey: Uint8Array,
    head: Uint8Array,
  ) {
    this.#headSha256 = sha256Hex(head);
    this.#file = files.body;
    this.#treeFile = files.tree;
    const nonce = randomBytes(NONCE_BYTES);
    this.#sealer = new StreamSealer(payloadKey(fileKey, nonce), (chunk) => this.#addChunk(chunk));
    this.#addBytes(nonce);
    this.#addLeaf(leafHash(nodeDigests, nonce));
    this.#flush();
  }

  /** Makes a file key and writes the head; the key is forgotten with this object. */
  static async begin(paths: BodyPaths, recipients: readonly string[]): Promise<BodySealer> {
    const fileKey = randomBytes(16);
    const head = createHead(fileKey, recipients);
    const file = await SequentialFile.create(paths.head);
    file.write(head);
    await file.close();
    const body = await SequentialFile.create(paths.body);
    const tree = await SequentialFile.create(paths.tree);
    return new BodySealer({ body, tree }, fileKey, head);
  }

  addFrame(framed: Uint8Array, plainBytes: number): void {
    this.#frames.push({ framedBytes: framed.length, plainBytes });
    this.#sealer.write(framed);
  }

  addRawFrame(plain: Uint8Array): void {
    this.#frames.push({ framedBytes: rawFrameBytes(plain.length), plainBytes: plain.length });
    writeRawFrame(plain, (bytes) => this.#sealer.write(bytes));
  }

  /** Writes seek table and last chunk; all bytes are on the disk when it resolves. */
  async finish(): Promise<SealedBody> {
    this.#sealer.write(encodeSeekTable(this.#frames));
    this.#sealer.finish();
    this.#flush();
    await this.#file.close();
    await this.#treeFile.close();
    return {
      head_sha256: this.#headSha256,
      body_sha256: this.#bodyHash.digestHex(),
      body_bytes: this.#bodyBytes,
      chunk_root: toHex(this.#tree.root()),
    };
  }

  /** Closes the files; the caller removes them. */
  async abandon(): Promise<void> {
    await this.#file.close();
    await this.#treeFile.close();
  }

  #addChunk(chunk: Uint8Array): void {
    this.#addLeaf(createHash("sha256").update(LEAF_PREFIX).update(chunk).digest());
    this.#addBytes(chunk);
    if (this.#outBytes + CHUNK_BYTES > this.#out.length) this.#flush();
  }

  #addBytes(bytes: Uint8Array): void {
    this.#out.set(bytes, this.#outBytes);
    this.#outBytes += bytes.length;
    this.#bodyBytes += bytes.length;
  }

  #addLeaf(hash: Uint8Array): void {
    this.#tree.append(hash);
    this.#leaves.set(hash, this.#leafBytes);
    this.#leafBytes += hash.length;
  }

  #flush(): void {
    const bytes = this.#out.subarray(0, this.#outBytes);
    this.#bodyHash.update(bytes);
    this.#file.write(bytes);
    this.#treeFile.write(this.#leaves.subarray(0, this.#leafBytes));
    this.#outBytes = 0;
    this.#leafBytes = 0;
  }
}

/** Header text of a new age file for these recipients. */
export function createHead(fileKey: Uint8Array, recipients: readonly string[]): Uint8Array {
  const stanzas = recipients.map((recipient) => wrapForRecipient(fileKey, recipient));
  return encodeHeader(stanzas, fileKey);
}
