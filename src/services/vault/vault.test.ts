import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { expect, onTestFinished, test } from "vitest";
import { isLeftOut } from "../../../test/support/holdfast.ts";
import type { SegmentId } from "../../core/base/index.ts";
import { createSegmentId, systemClock } from "../../platform/index.ts";
import {
  createSegmentWriter,
  createX25519Identity,
  decryptAgeFile,
  FRAME_BYTES,
  FrameCache,
  listVault,
  openSegment,
  readSealedFile,
  type SealedSegment,
  SealingWorkers,
  segmentPaths,
  stagingDir,
  verifySegment,
  writeSealedFile,
} from "./index.ts";

const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-vault-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Text that shrinks in its first half, noise that does not in its second. */
function sample(bytes: number): Uint8Array {
  const out = Buffer.alloc(bytes);
  let state = 12345;
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    out[at] = at < bytes / 2 ? 97 + ((at >> 5) % 13) + ((state >>> 30) & 1) : state >>> 24;
  }
  return out;
}

async function seal(
  dir: string,
  pieces: Iterable<Uint8Array>,
  options: { workers?: SealingWorkers; events?: Uint8Array } = {},
): Promise<SealedSegment> {
  const id = createSegmentId(systemClock);
  const { workers } = options;
  const writer = await createSegmentWriter({
    dir,
    id,
    recipients: [recipient],
    ...(workers ? { workers } : {}),
  });
  for (const piece of pieces) await writer.write(Uint8Array.from(piece));
  if (options.events) writer.writeEvents(options.events);
  const sealed = await writer.seal();
  await sealed.publish();
  return sealed;
}

function* cut(bytes: Uint8Array, lengthOf: (at: number) => number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const length = Math.max(1, lengthOf(at));
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Stock tools are part of the promise: without them the promise is not tested, so fail. */
function stock(tool: "age" | "zstd", args: string[], input: Uint8Array): Uint8Array {
  try {
    return execFileSync(tool, args, { input, maxBuffer: 1 << 28 });
  } catch (cause) {
    if ((cause as { code?: string }).code !== "ENOENT") throw cause;
    throw new Error(`this test needs the program ${tool}: install it`, { cause });
  }
}

test.skipIf(isLeftOut("age", "zstd"))(
  "stock age and zstd give the sealed bytes back, whatever their length",
  async () => {
    const dir = temporaryDir();
    const keyFile = join(dir, "key");
    writeFileSync(keyFile, `${identity}\n`);
    for (const bytes of [0, 1, 65_519, 65_520, 65_536, FRAME_BYTES, FRAME_BYTES + 1, 2_000_003]) {
      const plain = sample(bytes);
      const sealed = await seal(
        dir,
        cut(plain, () => 1 << 20),
      );
      const paths = segmentPaths(dir, sealed.id);
      const file = Buffer.concat([readFileSync(paths.head), readFileSync(paths.body)]);
      const opened = stock("zstd", ["-d", "-c"], stock("age", ["-d", "-i", keyFile], file));
      expect({ bytes, digest: sha256(opened) }).toEqual({ bytes, digest: sealed.plaintext_sha256 });
      expect(sealed).toMatchObject({ plaintext_bytes: bytes, plaintext_sha256: sha256(plain) });
      expect(sealed.body_sha256).toBe(sha256(readFileSync(paths.body)));
    }
  },
);

test.skipIf(isLeftOut("age", "zstd"))("our reader opens what stock age and zstd made", () => {
  const plain = sample(300_000);
  const file = stock("age", ["-r", recipient], plain);
  const opened = Buffer.concat([...decryptAgeFile(file, [createX25519Identity(identity)])]);
  expect(opened.equals(plain)).toBe(true);
});

test("byte by byte and random splits seal the same frames", async () => {
  const dir = temporaryDir();
  const workers = new SealingWorkers();
  onTestFinished(() => workers.stop());
  const plain = sample(700_001);
  const splits: ((at: number) => number)[] = [
    () => plain.length,
    (at) => 1 + ((at * 7919) % 100_003),
    (at) => (at < 2_000 ? 1 : 300_000),
    () => FRAME_BYTES,
  ];
  const sizes = new Set<string>();
  for (const split of splits) {
    const sealed = await seal(dir, cut(plain, split), { workers });
    expect(sealed.plaintext_sha256).toBe(sha256(plain));
    sizes.add(`${sealed.body_bytes}`);
    const reader = await openSegment({ dir, id: sealed.id, facts: sealed, identity });
    expect(sha256(await reader.read(0, plain.length))).toBe(sealed.plaintext_sha256);
    await reader.close();
  }
  expect(sizes.size).toBe(1);
  const small = sample(3_000);
  const sealed = await seal(
    dir,
    cut(small, () => 1),
    { workers },
  );
  expect(sealed.plaintext_sha256).toBe(sha256(small));
});

test("any range is read back, and a small one decrypts only the chunks under it", async () => {
  const dir = temporaryDir();
  const plain = sample(3 << 20);
  const sealed = await seal(dir, [plain]);
  const cache = new FrameCache({ bytesMax: 2 * FRAME_BYTES });
  const reader = await openSegment({ dir, id: sealed.id, facts: sealed, identity, cache });
  const before = reader.chunks.decrypted;
  await reader.read(5 * FRAME_BYTES + 17, 100);
  expect(reader.chunks.decrypted - before).toBeLessThanOrEqual(5);
  const ranges = Array.from({ length: 200 }, (_, at) => ({
    offset: (at * 104_729) % plain.length,
    length: at % 50 === 0 ? 600_000 : 90,
  }));
  const read = await reader.readMany(ranges);
  ranges.forEach(({ offset, length }, at) => {
    expect(Buffer.compare(read[at]!, plain.subarray(offset, offset + length))).toBe(0);
  });
  expect(cache.bytes).toBeLessThanOrEqual(2 * FRAME_BYTES);
  expect((await reader.read(plain.length, 10)).length).toBe(0);
  await reader.close();
});

test("every flipped byte of a small segment is found without the key", async () => {
  const dir = temporaryDir();
  const sealed = await seal(dir, [sample(500)], { events: new TextEncoder().encode("events") });
  const paths = segmentPaths(dir, sealed.id);
  expect(await verifySegment({ dir, id: sealed.id, facts: sealed, identity })).toEqual({
    ok: true,
    faults: [],
    checked: ["head", "body", "events", "plaintext"],
  });
  for (const part of ["head", "body", "events"] as const) {
    const good = readFileSync(paths[part]);
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at]! ^= 1 << (at % 8);
      writeFileSync(paths[part], bad);
      const verdict = await verifySegment({ dir, id: sealed.id, facts: sealed });
      expect({ part, at, fault: verdict.faults[0]?.part }).toEqual({ part, at, fault: part });
    }
    writeFileSync(paths[part], good);
  }
});

test("a damaged chunk is named, and everything not under it stays readable", async () => {
  const dir = temporaryDir();
  const plain = sample(4 << 20);
  const sealed = await seal(dir, [plain]);
  const { body } = segmentPaths(dir, sealed.id);
  const bytes = readFileSync(body);
  const chunks = Math.ceil((bytes.length - 16) / 65_552);
  const chunk = chunks - 5;
  bytes[16 + chunk * 65_552 + 1000]! ^= 4;
  writeFileSync(body, bytes);
  const verdict = await verifySegment({ dir, id: sealed.id, facts: sealed });
  expect(verdict.faults).toMatchObject([{ part: "body", chunk }]);
  const reader = await openSegment({ dir, id: sealed.id, facts: sealed, identity });
  let lost = 0;
  for (let offset = 0; offset < plain.length; offset += FRAME_BYTES) {
    try {
      const read = await reader.read(offset, FRAME_BYTES);
      expect(Buffer.compare(read, plain.subarray(offset, offset + FRAME_BYTES))).toBe(0);
    } catch (error) {
      expect(error).toMatchObject({ code: "vault/chunk-damaged" });
      expect((error as Error).message).toBe(`segment ${sealed.id}: chunk ${chunk} is damaged`);
      lost++;
    }
  }
  expect(lost).toBeGreaterThan(0);
  expect(lost).toBeLessThanOrEqual(2);
  await reader.close();
});

test("without its seek table's chunk a segment is still read up to that chunk", async () => {
  const dir = temporaryDir();
  const plain = sample(4 << 20);
  const sealed = await seal(dir, [plain]);
  const { body } = segmentPaths(dir, sealed.id);
  const bytes = readFileSync(body);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(body, bytes);
  const reader = await openSegment({ dir, id: sealed.id, facts: sealed, identity });
  const readable = plain.length - 2 * FRAME_BYTES;
  expect(sha256(await reader.read(0, readable))).toBe(sha256(plain.subarray(0, readable)));
  const damaged = { code: "vault/chunk-damaged" };
  await expect(reader.read(plain.length - 10, 10)).rejects.toMatchObject(damaged);
  await reader.close();
});

test.skipIf(isLeftOut("age", "zstd"))(
  "a sealed file goes through stock tools and back",
  async () => {
    const dir = temporaryDir();
    const path = join(dir, "x.events");
    const keyFile = join(dir, "key");
    writeFileSync(keyFile, `${identity}\n`);
    const bytes = sample(600_000);
    const facts = await writeSealedFile({ path, recipients: [recipient], bytes });
    expect(facts.sha256).toBe(sha256(readFileSync(path)));
    const pieces: Uint8Array[] = [];
    for await (const piece of readSealedFile({ path, identity })) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    const opened = stock(
      "zstd",
      ["-d", "-c"],
      stock("age", ["-d", "-i", keyFile], readFileSync(path)),
    );
    expect(sha256(opened)).toBe(sha256(bytes));
  },
);

test("another person's key opens nothing", async () => {
  const dir = temporaryDir();
  const sealed = await seal(dir, [sample(10)]);
  const stranger = await generateX25519Identity();
  const opening = openSegment({ dir, id: sealed.id, facts: sealed, identity: stranger });
  await expect(opening).rejects.toMatchObject({ code: "vault/no-match" });
});

test("an abandoned segment leaves nothing, and an unpublished one is listed as staged", async () => {
  const dir = temporaryDir();
  const abandoned = await createSegmentWriter({ dir, id: idOf("b"), recipients: [recipient] });
  await abandoned.write(new Uint8Array(100_000));
  await abandoned.abandon();
  const staged = await createSegmentWriter({ dir, id: idOf("c"), recipients: [recipient] });
  await staged.seal();
  writeFileSync(join(dir, "note.txt"), "");
  expect(readdirSync(stagingDir(dir)).length).toBe(3);
  const published = await seal(dir, [sample(10)]);
  const listing = await listVault(dir);
  expect(listing).toMatchObject({ staged: [idOf("c")], strangers: ["note.txt"] });
  expect(listing.segments.map((segment) => segment.id)).toEqual([published.id]);
});

test("a write that fails names the segment, and later calls fail the same way", async () => {
  const dir = temporaryDir();
  const id = idOf("d");
  writeFileSync(join(dir, "blocked"), "");
  const first = await createSegmentWriter({ dir, id, recipients: [recipient] });
  await first.seal();
  const second = await createSegmentWriter({ dir, id, recipients: [recipient] });
  const failure = { code: "vault/io", message: expect.stringContaining(`segment ${id}`) };
  await expect(second.seal()).rejects.toMatchObject(failure);
  await expect(second.write(new Uint8Array(1))).rejects.toMatchObject(failure);
  await second.abandon();
});

test("the writer works under the permission model with write access to the vault alone", async () => {
  const dir = temporaryDir();
  const here = new URL(".", import.meta.url).pathname;
  const root = new URL("../../../", import.meta.url).pathname;
  const script = `
    import { createSegmentWriter } from "${here}index.ts";
    const writer = await createSegmentWriter({ dir: ${JSON.stringify(dir)}, id: "${idOf("e")}", recipients: ["${recipient}"] });
    await writer.write(new Uint8Array(3_000_000));
    const sealed = await writer.seal();
    await sealed.publish();
    console.log(sealed.plaintext_sha256);`;
  const file = join(dir, "write.mjs");
  writeFileSync(file, script);
  const reads = [`--allow-fs-read=${root}`, `--allow-fs-read=${dir}`];
  const output = execFileSync(
    process.execPath,
    ["--permission", ...reads, `--allow-fs-write=${dir}`, "--allow-worker", file],
    { encoding: "utf8", cwd: root, stdio: ["ignore", "pipe", "pipe"] },
  );
  expect(output.trim()).toBe(sha256(new Uint8Array(3_000_000)));
});

function idOf(letter: string): SegmentId {
  return letter.repeat(26) as SegmentId;
}
