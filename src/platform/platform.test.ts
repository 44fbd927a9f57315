import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identityToRecipient } from "age-encryption";
import { expect, onTestFinished, test } from "vitest";
import { isLeftOut } from "../../test/support/holdfast.ts";
import { HoldfastError, isSegmentId } from "../core/base/index.ts";
import { formatVkey, parseVkey } from "../core/custody/index.ts";
import {
  createDirectory,
  createEd25519Seed,
  createKeys,
  createNoteSigner,
  createSegmentId,
  ed25519PublicKey,
  HomeLock,
  loadKeys,
  nodeDigests,
  openRandomAccess,
  SequentialFile,
  spawnChild,
  toStorageError,
  verifyEd25519,
  writeFileDurably,
} from "./index.ts";

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-platform-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

test("a durable write replaces the whole file, is private, and leaves nothing beside it", async () => {
  const dir = join(temporaryDir(), "a", "b");
  await createDirectory(dir);
  expect(statSync(dir).mode & 0o777).toBe(0o700);
  await writeFileDurably(join(dir, "x"), "first, longer");
  await writeFileDurably(join(dir, "x"), "second");
  expect(readFileSync(join(dir, "x"), "utf8")).toBe("second");
  expect(statSync(join(dir, "x")).mode & 0o777).toBe(0o600);
  await expect(writeFileDurably(join(dir, "x"), "third", { exclusive: true })).rejects.toThrow(
    "exists",
  );
  expect(readdirSync(dir)).toEqual(["x"]);
});

test("a full disk, a read-only one and a refusal are one sentence each, with a remedy", () => {
  const map = (code: string) =>
    toStorageError("vault", "cannot seal segment 41", Object.assign(new Error("x"), { code }));
  expect(map("ENOSPC")).toMatchObject({
    code: "vault/disk-full",
    message: "cannot seal segment 41: no space is left on the disk",
  });
  expect(map("EROFS")).toMatchObject({
    code: "vault/not-writable",
    message: "cannot seal segment 41: the file system is mounted read-only",
  });
  expect(map("EACCES")).toMatchObject({ code: "vault/not-writable" });
  for (const code of ["ENOSPC", "EROFS", "EACCES"]) expect(map(code).remedy).toMatch(/^\S.+/);
  const ours = new HoldfastError("keys/exist", "keys exist");
  expect(toStorageError("vault", "x", ours)).toBe(ours);
});

test("the system's own refusal of a full device is mapped", async () => {
  // /dev/full answers every write as a full disk does.
  const failure = await import("node:fs/promises")
    .then((fs) => fs.writeFile("/dev/full", "x"))
    .catch((error: unknown) => toStorageError("ledger", "cannot append", error));
  expect(failure).toMatchObject({ code: "ledger/disk-full" });
});

test("a home has one owner; the second is told which process has it", async () => {
  const dir = temporaryDir();
  const lock = await HomeLock.acquire(dir);
  await expect(HomeLock.acquire(dir)).rejects.toMatchObject({
    code: "home/in-use",
    message: `home ${dir} is in use by process ${process.pid}`,
  });
  await lock.release();
  await (await HomeLock.acquire(dir)).release();
  expect(readdirSync(dir)).toEqual([]);
});

test("a dead owner's lock is taken over by exactly one of many", async () => {
  const dir = temporaryDir();
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  for (const stale of [
    JSON.stringify({ pid: child.pid, started: "1" }),
    JSON.stringify({ pid: process.pid, started: "1" }), // a number that came round again
    "",
    "{}",
  ]) {
    writeFileSync(join(dir, "lock"), stale);
    const attempts = await Promise.allSettled(
      Array.from({ length: 8 }, () => HomeLock.acquire(dir)),
    );
    const winners = attempts.filter((attempt) => attempt.status === "fulfilled");
    expect(winners.length).toBe(1);
    await winners[0]!.value.release();
    expect(existsSync(join(dir, "lock"))).toBe(false);
  }
});

test("segment ids have the right shape, differ, and sort by time", () => {
  const ids = [1, 1_000, 1_700_000_000_000, 1_700_000_000_001, 2 ** 47].map((ms) =>
    createSegmentId({ nowMs: () => ms }),
  );
  expect(ids.every(isSegmentId)).toBe(true);
  expect([...ids].sort()).toEqual(ids);
  const same = Array.from({ length: 100 }, () => createSegmentId({ nowMs: () => 5 }));
  expect(new Set(same).size).toBe(100);
});

test("Ed25519 agrees with RFC 8032's first vector and refuses what is not a signature", () => {
  const seed = Buffer.from(
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "hex",
  );
  const publicKey = ed25519PublicKey(seed);
  expect(Buffer.from(publicKey).toString("hex")).toBe(
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
  );
  const signature = createNoteSigner("x", seed).sign(new Uint8Array(0));
  expect(
    Buffer.from(signature).toString("hex").startsWith("e5564300c360ac729086e2cc806e828a"),
  ).toBe(true);
  expect(verifyEd25519(publicKey, new Uint8Array(0), signature)).toBe(true);
  expect(verifyEd25519(publicKey, new Uint8Array(1), signature)).toBe(false);
  expect(verifyEd25519(publicKey, new Uint8Array(0), signature.subarray(1))).toBe(false);
  expect(createEd25519Seed()).not.toEqual(createEd25519Seed());
});

test.skipIf(isLeftOut("age"))(
  "keys load as they were made, are private, and are never replaced",
  async () => {
    const dir = temporaryDir();
    const made = await createKeys(dir, { origin: "test.example/home" });
    const loaded = await loadKeys(dir);
    expect(loaded.vaultIdentity).toBe(made.vaultIdentity);
    expect(await identityToRecipient(loaded.vaultIdentity!)).toBe(loaded.vaultRecipient);
    expect(formatVkey(loaded.signer.key)).toBe(formatVkey(made.signer.key));
    expect(parseVkey(readFileSync(join(dir, "keys/home.vkey"), "utf8"), nodeDigests)).toEqual(
      made.signer.key,
    );
    for (const name of ["home.key", "vault.identity"]) {
      expect(statSync(join(dir, "keys", name)).mode & 0o777).toBe(0o600);
    }
    await expect(createKeys(dir, { origin: "x" })).rejects.toMatchObject({ code: "keys/exist" });
    const file = join(dir, "x.age");
    execFileSync("age", ["-r", loaded.vaultRecipient, "-o", file], { input: "evidence" });
    const opened = execFileSync("age", ["-d", "-i", join(dir, "keys/vault.identity"), file]);
    expect(opened.toString()).toBe("evidence");
  },
);

test("a passphrase locks the vault's key alone, and a wrong one is one sentence", async () => {
  const dir = temporaryDir();
  const made = await createKeys(dir, { origin: "test.example/home", passphrase: "correct horse" });
  expect(
    readFileSync(join(dir, "keys/vault.identity"), "latin1").startsWith(
      "age-encryption.org/v1\n-> scrypt ",
    ),
  ).toBe(true);
  expect(await loadKeys(dir)).toMatchObject({ vaultIdentity: undefined, hasPassphrase: true });
  expect((await loadKeys(dir, { passphrase: "correct horse" })).vaultIdentity).toBe(
    made.vaultIdentity,
  );
  await expect(loadKeys(dir, { passphrase: "wrong" })).rejects.toMatchObject({
    code: "keys/wrong-passphrase",
    message: "the passphrase does not open the vault's key",
  });
});

test("a child ends when its signal aborts, and a missing program is named", async () => {
  const abort = new AbortController();
  const child = await spawnChild("sleep", { arguments: ["60"], signal: abort.signal });
  abort.abort();
  expect(await child.exited).toEqual({ code: null, signal: "SIGTERM" });
  await expect(spawnChild("no-such-program-here")).rejects.toMatchObject({
    code: "spawn/missing",
    message: "program no-such-program-here is not installed",
  });
});

test("a child gets the descriptors it is handed", async () => {
  const child = await spawnChild("sh", {
    arguments: ["-c", "echo out; exit 3"],
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  child.child.stdout!.on("data", (piece) => {
    text += piece;
  });
  expect(await child.exited).toEqual({ code: 3, signal: null });
  expect(text).toBe("out\n");
});

test("a sequential file refuses to replace one, and reads stop at the end of the file", async () => {
  const path = join(temporaryDir(), "x");
  const file = await SequentialFile.create(path, { syncEveryBytes: 4 });
  for (let at = 0; at < 10; at++) file.write(Uint8Array.of(at, at));
  await file.close();
  await expect(SequentialFile.create(path)).rejects.toMatchObject({ code: "EEXIST" });
  const reader = await openRandomAccess(path);
  expect([...(await reader.read(18, 100))]).toEqual([9, 9]);
  expect([...reader.readSync(2, 2)]).toEqual([1, 1]);
  expect((await reader.read(50, 4)).length).toBe(0);
  await reader.close();
});
