/**
 * The recorder: one process per import. It reads a capture from descriptor 0, and in one pass hashes,
 * compresses and encrypts it into the vault's staging folder and sends what it found to the owner on
 * descriptor 1. It runs without privilege, under Node's permission model, and holds public recipients
 * only: a hostile packet that broke it could write ciphertext that nothing points to, and no more.
 */
import { createGunzip, createZstdDecompress } from "node:zlib";
import { HoldfastError } from "../../core/base/index.ts";
import { encodeJsonFrame } from "../../core/events/index.ts";
import { detectContainer } from "../../core/pcap/index.ts";
import { openDescriptor } from "../../platform/index.ts";
import { createSegmentWriter, type SealedSegment, type SegmentWriter } from "../vault/index.ts";
import { CapturePass } from "./capture-pass.ts";
import type { RecordedCapture, RecordedSegment, RecorderJob, RecorderProgress } from "./job.ts";

const PIECE_BYTES = 4 << 20;
const PROGRESS_MS = 200;
/** A compressed file that grows beyond this is a bomb, not a capture: 4 TiB. */
const PLAIN_BYTES_MAX = 2 ** 42;

const job = JSON.parse(process.argv[2]!) as RecorderJob;
const input = openDescriptor(0);
const KEYS_DESCRIPTOR = 3;

/** The TLS secrets that the owner gives. */
async function readKeys(): Promise<string | undefined> {
  if (!job.hasKeys) return undefined;
  const descriptor = openDescriptor(KEYS_DESCRIPTOR);
  const pieces: Uint8Array[] = [];
  for (;;) {
    const piece = await descriptor.readInto(new Uint8Array(1 << 16));
    if (piece.length === 0) return Buffer.concat(pieces).toString("latin1");
    pieces.push(piece);
  }
}

/** Resolves when the owner has taken what was sent: its index decides our pace. */
function send(frame: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(frame, (error) => (error ? reject(error) : resolve()));
  });
}

async function record(): Promise<RecordedCapture> {
  let lent: Uint8Array | undefined = new Uint8Array(PIECE_BYTES);
  let piece = await input.readInto(lent);
  if (piece.length === 0) throw new HoldfastError("import/empty", "the file is empty");
  const container = detectContainer(piece);
  if (container === "unknown") {
    throw new HoldfastError(
      "import/not-a-capture",
      "the file is not a capture: neither pcap nor pcapng, plain, gzip or zstd",
    );
  }
  const isCompressed = container === "gzip" || container === "zstd";
  const { vault: dir, recipients } = job;
  const original = await createSegmentWriter({ dir, id: job.original, recipients });
  const working = isCompressed
    ? await createSegmentWriter({ dir, id: job.working, recipients })
    : undefined;
  const withEvents = working ?? original;
  const sent: Promise<void>[] = [];
  const keyLog = await readKeys();
  const pass = new CapturePass({ ...job, compressed: isCompressed, keyLog }, (frame) => {
    withEvents.writeEvents(frame);
    sent.push(send(frame));
  });
  const inflate = working && decompress(container as "gzip" | "zstd", working, pass);
  let bytes = 0;
  let reported = 0;
  while (piece.length > 0) {
    bytes += piece.length;
    if (inflate) await inflate.push(piece);
    else pass.push(piece);
    await Promise.all(sent.splice(0));
    lent = await original.write(piece);
    if (Date.now() - reported >= PROGRESS_MS) {
      reported = Date.now();
      const progress: RecorderProgress = { bytes, packets: pass.packets, flows: pass.flows };
      await send(encodeJsonFrame("progress", progress));
    }
    piece = await input.readInto(lent ?? new Uint8Array(PIECE_BYTES));
  }
  const inflateFault = await inflate?.end();
  const facts = pass.end();
  await Promise.all(sent.splice(0));
  const segments: RecordedSegment[] = [
    { segment: job.original, kind: "original", facts: factsOf(await original.seal()) },
  ];
  if (working)
    segments.push({ segment: job.working, kind: "working", facts: factsOf(await working.seal()) });
  if (facts.format === "unknown") {
    throw new HoldfastError("import/not-a-capture", `the ${container} file holds no capture`);
  }
  return {
    ...facts,
    complete: facts.complete && inflateFault === undefined,
    fault: inflateFault ?? facts.fault,
    segments,
  };
}

function factsOf({ id: _, publish: __, ...facts }: SealedSegment): RecordedSegment["facts"] {
  return facts;
}

/** Feeds compressed bytes through zlib; what comes out is parsed and sealed as the working segment. */
function decompress(container: "gzip" | "zstd", working: SegmentWriter, pass: CapturePass) {
  const stream =
    container === "gzip"
      ? createGunzip({ chunkSize: 1 << 20 })
      : createZstdDecompress({ chunkSize: 1 << 20 });
  let fault: string | undefined;
  let plainBytes = 0;
  const done = (async () => {
    try {
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        plainBytes += chunk.length;
        if (plainBytes > PLAIN_BYTES_MAX) throw new Error("it decompresses to more than 4 TiB");
        const copy = new Uint8Array(chunk);
        pass.push(copy);
        await working.write(copy);
      }
    } catch (error) {
      fault = `${container} data is damaged or cut short: ${(error as Error).message}`;
    }
  })();
  return {
    async push(piece: Uint8Array): Promise<void> {
      // A copy: the piece's own buffer goes to the segment writer next.
      if (fault !== undefined || stream.destroyed || stream.write(piece.slice())) return;
      await new Promise<void>((resolve) => {
        stream.once("drain", resolve);
        stream.once("close", resolve);
      });
    },
    async end(): Promise<string | undefined> {
      stream.end();
      await done;
      return fault;
    },
  };
}

try {
  await send(encodeJsonFrame("sealed", await record()));
} catch (error) {
  const { message } = error as Error;
  const known = error instanceof HoldfastError ? error : undefined;
  const code = known?.code ?? "recorder/failed";
  await send(encodeJsonFrame("failed", { code, message, remedy: known?.remedy ?? null })).catch(
    () => {},
  ); // the owner is gone
  // The sealing threads may still be at work on a segment that nobody wants now.
  process.exit(1);
}
