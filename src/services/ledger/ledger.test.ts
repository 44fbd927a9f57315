import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { CaseId } from "../../core/base/index.ts";
import {
  type EntryBody,
  encodeEntryBundle,
  leafHash,
  type NoteSigner,
  parseCheckpoint,
  parseEntryBundle,
  verifyConsistency,
  verifyInclusion,
} from "../../core/custody/index.ts";
import {
  createEd25519Seed,
  createNoteSigner,
  nodeDigests,
  systemClock,
} from "../../platform/index.ts";
import { type Ledger, openLedger, verifyLedger } from "./index.ts";

const signer = createNoteSigner("test.example/home", createEd25519Seed());

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-ledger-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function open(dir: string, by: NoteSigner = signer): Promise<Ledger> {
  return openLedger({ dir, signer: by, verifyKey: by.key, clock: systemClock });
}

function body(number: number, padding = 0): EntryBody {
  const actor = { name: "ada", via: "cli" };
  return {
    type: "case.open",
    actor,
    case: `case-${number}` as CaseId,
    purpose: "x".repeat(padding),
  };
}

function bodies(count: number, from = 0): EntryBody[] {
  return Array.from({ length: count }, (_, at) => body(from + at));
}

async function fill(dir: string, count: number): Promise<Ledger> {
  const ledger = await open(dir);
  for (let at = 0; at < count; at += 100)
    await ledger.append(bodies(Math.min(100, count - at), at));
  return ledger;
}

function editBundle(
  dir: string,
  path: string,
  edit: (entries: Uint8Array[]) => Uint8Array[],
): void {
  const file = join(dir, "tile/entries", path);
  const parsed = parseEntryBundle(readFileSync(file));
  if (parsed.status !== "ok") throw new Error("bundle");
  writeFileSync(file, encodeEntryBundle(edit(parsed.value)));
}

test("what was appended is read back after opening again, over full and partial tiles", async () => {
  const dir = temporaryDir();
  await (await fill(dir, 700)).close();
  const ledger = await open(dir);
  expect(ledger.size).toBe(700);
  const entries = await ledger.read(250, 260);
  expect(entries.map((entry) => entry.seq)).toEqual([
    250, 251, 252, 253, 254, 255, 256, 257, 258, 259,
  ]);
  await ledger.append(bodies(3, 700));
  expect(await ledger.verify()).toMatchObject({ ok: true, entries: 703 });
  expect(readdirSync(join(dir, "tile/entries")).sort()).toEqual(["000", "001", "002.p"]);
  expect(readdirSync(join(dir, "tile/entries/002.p"))).toEqual(["191"]);
});

test("concurrent appends are ordered, kept together and share commits", async () => {
  const ledger = await open(temporaryDir());
  const results = await Promise.all(
    Array.from({ length: 300 }, (_, at) => ledger.append([body(2 * at), body(2 * at + 1)])),
  );
  expect(results.map((result) => result.first)).toEqual(results.map((_, at) => 2 * at));
  const entries = await ledger.read(0, 600);
  expect(entries.map((entry) => (entry as { case?: string }).case)).toEqual(
    entries.map((_, at) => `case-${at}`),
  );
  expect(await ledger.verify()).toMatchObject({ ok: true });
});

test("proofs hold against the signed root, and older trees are prefixes", async () => {
  const dir = temporaryDir();
  const ledger = await fill(dir, 300);
  const older = parseCheckpoint(ledger.checkpoint);
  await ledger.append(bodies(233, 300));
  const newer = parseCheckpoint(ledger.checkpoint);
  if (older.status !== "ok" || newer.status !== "ok") throw new Error("checkpoint");
  for (const index of [0, 255, 256, 299, 511, 532]) {
    const [note] = await ledger.readNotes(index, index + 1);
    const claim = {
      index,
      size: 533,
      leafHash: leafHash(nodeDigests, note!),
      root: newer.value.root,
    };
    expect(verifyInclusion(nodeDigests, claim, ledger.proveInclusion(index))).toBe(true);
  }
  const claim = {
    first: 300,
    second: 533,
    firstRoot: older.value.root,
    secondRoot: newer.value.root,
  };
  expect(verifyConsistency(nodeDigests, claim, ledger.proveConsistency(300))).toBe(true);
});

test("verify names the first entry that was edited, deleted, reordered or cut", async () => {
  const source = temporaryDir();
  await (await fill(source, 300)).close();
  const forged = createNoteSigner("test.example/home", createEd25519Seed());
  const cases: [string, (dir: string) => void, number | undefined, RegExp][] = [
    [
      "edit",
      (dir) => editBundle(dir, "000", (all) => all.map((e, at) => (at === 7 ? flipped(e, 20) : e))),
      7,
      /entry 7/,
    ],
    [
      "delete",
      (dir) => editBundle(dir, "000", (all) => all.filter((_, at) => at !== 5)),
      5,
      /entry 5 carries sequence number 6/,
    ],
    [
      "reorder",
      (dir) => editBundle(dir, "001.p/44", (all) => [all[1]!, all[0]!, ...all.slice(2)]),
      256,
      /carries sequence number 257/,
    ],
    [
      "truncate",
      (dir) => editBundle(dir, "001.p/44", (all) => all.slice(0, -1)),
      299,
      /entry 299 is missing/,
    ],
    [
      "cut file",
      (dir) =>
        writeFileSync(
          join(dir, "tile/entries/000"),
          readFileSync(join(dir, "tile/entries/000")).subarray(0, -3),
        ),
      0,
      /cut or damaged/,
    ],
    [
      "hash tile",
      (dir) =>
        writeFileSync(
          join(dir, "tile/0/000"),
          flipped(readFileSync(join(dir, "tile/0/000")), 32 * 9),
        ),
      9,
      /entry 9 is not the one/,
    ],
    [
      "upper tile",
      (dir) =>
        writeFileSync(
          join(dir, "tile/1/000.p/1"),
          flipped(readFileSync(join(dir, "tile/1/000.p/1")), 1),
        ),
      undefined,
      /hash tile/,
    ],
    [
      "checkpoint",
      (dir) =>
        writeFileSync(join(dir, "checkpoint"), flipped(readFileSync(join(dir, "checkpoint")), 30)),
      undefined,
      /checkpoint/,
    ],
  ];
  for (const [name, damage, seq, reason] of cases) {
    const dir = join(temporaryDir(), "copy");
    cpSync(source, dir, { recursive: true });
    damage(dir);
    const verdict = await verifyLedger({ dir, key: signer.key });
    expect({ name, ...verdict }).toMatchObject({ name, ok: false, seq });
    expect((verdict as { reason: string }).reason).toMatch(reason);
  }
  expect(await verifyLedger({ dir: source, key: forged.key })).toMatchObject({ ok: false });
});

test("a checkpoint kept elsewhere finds a tail that was cut and a history that was rewritten", async () => {
  const dir = temporaryDir();
  const ledger = await fill(dir, 10);
  const copy = join(temporaryDir(), "copy");
  cpSync(dir, copy, { recursive: true });
  await ledger.append(bodies(1, 10));
  const against = new TextEncoder().encode(ledger.checkpoint);
  expect(await verifyLedger({ dir: copy, key: signer.key, against })).toMatchObject({
    ok: false,
    seq: 10,
  });
  const rewritten = temporaryDir();
  await (await fill(rewritten, 12)).close();
  expect(await verifyLedger({ dir: rewritten, key: signer.key })).toMatchObject({ ok: true });
  expect(await verifyLedger({ dir: rewritten, key: signer.key, against })).toMatchObject({
    ok: false,
  });
});

test("whatever step a kill stopped at, the ledger opens with all or nothing of the last append", async () => {
  const before = temporaryDir();
  await (await fill(before, 250)).close();
  const after = join(temporaryDir(), "after");
  cpSync(before, after, { recursive: true });
  await (await fillMore(after, 10)).close();
  const fresh = listFiles(after).filter(
    (path) => path !== "checkpoint" && !existsSync(join(before, path)),
  );
  expect(fresh.length).toBeGreaterThan(3);
  for (let written = 0; written <= fresh.length; written++) {
    const dir = join(temporaryDir(), "torn");
    cpSync(before, dir, { recursive: true });
    for (const path of fresh.slice(0, written)) cpSync(join(after, path), join(dir, path));
    writeFileSync(join(dir, ".tmp-checkpoint-1"), "torn");
    const ledger = await open(dir);
    expect(ledger.size).toBe(250);
    await ledger.append(bodies(10, 250));
    expect(await ledger.verify()).toMatchObject({ ok: true, entries: 260 });
  }
  // Killed after the new checkpoint, before the old partial files went.
  cpSync(before, after, { recursive: true, force: false, errorOnExist: false });
  expect((await open(after)).size).toBe(260);
  expect(listFiles(after).some((path) => path.includes(".p/250"))).toBe(false);
});

test("an older checkpoint put back is refused rather than followed", async () => {
  const dir = temporaryDir();
  await (await fill(dir, 5)).close();
  const old = readFileSync(join(dir, "checkpoint"));
  await (await fillMore(dir, 600)).close();
  writeFileSync(join(dir, "checkpoint"), old);
  await expect(open(dir)).rejects.toMatchObject({ code: "ledger/rolled-back" });
});

test("an entry larger than 48 KiB is refused, and one just below is kept", async () => {
  const ledger = await open(temporaryDir());
  await expect(ledger.append([body(1, 49 * 1024)])).rejects.toMatchObject({
    code: "ledger/entry-too-large",
  });
  await ledger.append([body(1, 48 * 1024 - 400)]);
  expect(ledger.size).toBe(1);
});

test("a failed write leaves no entry and the next append succeeds", async () => {
  const dir = temporaryDir();
  const ledger = await fill(dir, 3);
  // Something stands where the next partial bundle must be renamed to.
  mkdirSync(join(dir, "tile/entries/000.p/4/full"), { recursive: true });
  await expect(ledger.append(bodies(1, 3))).rejects.toMatchObject({ code: "ledger/io" });
  expect(ledger.size).toBe(3);
  rmSync(join(dir, "tile/entries/000.p/4"), { recursive: true });
  expect(await ledger.append(bodies(1, 3))).toEqual({ first: 3 });
  expect(await ledger.verify()).toMatchObject({ ok: true, entries: 4 });
});

async function fillMore(dir: string, count: number): Promise<Ledger> {
  const ledger = await open(dir);
  for (let at = 0; at < count; at += 200)
    await ledger.append(bodies(Math.min(200, count - at), at));
  return ledger;
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at]! ^= 1;
  return copy;
}

function listFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(dir, path)).isFile())
    .sort();
}
