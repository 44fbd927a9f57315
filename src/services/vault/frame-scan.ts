import { HoldfastError } from "../../core/base/index.ts";
import type { SealedFacts } from "../../core/custody/index.ts";
import type { SegmentBody } from "./segment-body.ts";
import type { FrameLengths } from "./zstd-frames.ts";

const FRAME_MAGIC = 0xfd2fb528;
const FRAME_HEADER_BYTES_MAX = 18;
const BLOCK_HEADER_BYTES = 3;

/**
 * Finds frames by walking from one to the next, for a body whose seek table is damaged. It stops
 * where the bytes are damaged too: what lies before stays readable.
 */
export async function scanFrames(body: SegmentBody, facts: SealedFacts): Promise<FrameLengths[]> {
  const frames: FrameLengths[] = [];
  let start = 0;
  for (let plain = 0; plain < facts.plaintext_bytes; plain += facts.frame_bytes) {
    const end = await findFrameEnd(body, start).catch((error: unknown) => {
      if (error instanceof HoldfastError && error.code === "vault/chunk-damaged") return undefined;
      throw error;
    });
    if (end === undefined) break;
    const plainBytes = Math.min(facts.frame_bytes, facts.plaintext_bytes - plain);
    frames.push({ framedBytes: end - start, plainBytes });
    start = end;
  }
  return frames;
}

/** Where the frame at `start` ends (RFC 8878 §3.1.1); undefined when there is none. */
async function findFrameEnd(body: SegmentBody, start: number): Promise<number | undefined> {
  const head = await readBytes(body, start, FRAME_HEADER_BYTES_MAX);
  if (head.length < 6 || head.readUInt32LE(0) !== FRAME_MAGIC) return undefined;
  const descriptor = head[4]!;
  const isSingle = (descriptor & 0x20) !== 0;
  const contentSizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  let at = start + 5 + (isSingle ? 0 : 1) + dictionaryBytes + contentSizeBytes;
  for (let isLast = false; !isLast; ) {
    const block = await readBytes(body, at, BLOCK_HEADER_BYTES);
    if (block.length < BLOCK_HEADER_BYTES) return undefined;
    const word = block.readUIntLE(0, 3);
    isLast = (word & 1) === 1;
    // A run-length block stores one byte, whatever it says of its size.
    at += BLOCK_HEADER_BYTES + (((word >> 1) & 3) === 1 ? 1 : word >> 3);
  }
  return at + ((descriptor & 4) !== 0 ? 4 : 0);
}

async function readBytes(body: SegmentBody, start: number, length: number): Promise<Buffer> {
  const end = Math.min(start + length, body.plainBytes);
  return start >= end ? Buffer.alloc(0) : Buffer.from(await body.read(start, end));
}
