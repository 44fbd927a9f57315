import { cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { attachmentPath, stagedAttachmentPath, stagingDir } from "../vault/index.ts";
import { type AttachmentRequest, readAttachment, sealAttachment } from "./attachments.ts";
import { createHome, type Home, WholeHome } from "./home.ts";
import { attachKeyLog, readKeyLogs } from "./key-logs.ts";
import { verifyHome } from "./verify-home.ts";

const actor = { name: "ada", via: "cli" };

async function openHome(directory?: string): Promise<WholeHome> {
  const folder = directory ?? join(mkdtempSync(join(tmpdir(), "holdfast-attach-")), "home");
  const options = { directory: folder, version: "0", indexMemoryMib: 64 };
  if (directory === undefined) await createHome({ ...options, actor });
  const home = await WholeHome.open(options);
  onTestFinished(async () => {
    await home.close().catch(() => undefined); // closed by the test itself
    rmSync(folder, { recursive: true, force: true });
  });
  return home;
}

async function requestFor(home: Home, caseName = "IR-1"): Promise<AttachmentRequest> {
  const name = await home.ensureCase(caseName, actor);
  return { case: name, kind: "object", name: "sample", purpose: "test" };
}

async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function contentOf(home: Home, attachment: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const state = home.projection.attachments.get(attachment)!;
  for await (const piece of readAttachment(home, state, home.identity())) pieces.push(piece);
  return Buffer.concat(pieces);
}

const vaultOf = (home: Home): string => join(home.directory, "vault");

test("what is sealed comes back, whatever its length and pieces", async () => {
  const home = await openHome();
  const request = await requestFor(home);
  for (const length of [0, 1, 65_535, 65_536, 65_537, 300_000]) {
    const bytes = Buffer.alloc(length, `${length} `);
    const { attachment } = await sealAttachment(home, inPieces(bytes, 7001), request, actor);
    expect((await contentOf(home, attachment)).equals(bytes), String(length)).toBe(true);
  }
});

test("the same bytes are sealed once in a case, and again in another", async () => {
  const home = await openHome();
  const bytes = Buffer.from("the same bytes");
  const first = await sealAttachment(home, inPieces(bytes, 5), await requestFor(home), actor);
  const again = await sealAttachment(home, inPieces(bytes, 9), await requestFor(home), actor);
  expect(again).toEqual({ ...first, sealed_before: true });
  const elsewhere = await requestFor(home, "IR-2");
  const other = await sealAttachment(home, inPieces(bytes, 5), elsewhere, actor);
  expect(other.attachment).not.toBe(first.attachment);
  expect(readdirSync(stagingDir(vaultOf(home)))).toEqual([]);
});

test("bytes that are sealed by several at the same moment are sealed once", async () => {
  const home = await openHome();
  const request = await requestFor(home);
  const bytes = Buffer.from("all at once");
  const all = await Promise.all(
    [1, 2, 3, 4].map((length) => sealAttachment(home, inPieces(bytes, length), request, actor)),
  );
  expect(new Set(all.map(({ attachment }) => attachment)).size).toBe(1);
  expect(all.filter(({ sealed_before: before }) => !before)).toHaveLength(1);
});

test("bytes whose file was lost can be sealed again", async () => {
  const home = await openHome();
  const request = await requestFor(home);
  const bytes = Buffer.from("lost and found");
  const lost = await sealAttachment(home, inPieces(bytes, 5), request, actor);
  rmSync(attachmentPath(vaultOf(home), lost.attachment));
  const again = await sealAttachment(home, inPieces(bytes, 5), request, actor);
  expect(again.sealed_before).toBe(false);
});

test("a stream that breaks leaves no entry and no file", async () => {
  const home = await openHome();
  const request = await requestFor(home);
  const { size } = home.ledger;
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(200_000);
    throw new Error("the packets end here");
  }
  await expect(sealAttachment(home, broken(), request, actor)).rejects.toThrow("end here");
  expect(home.ledger.size).toBe(size);
  expect(readdirSync(stagingDir(vaultOf(home)))).toEqual([]);
});

test("killed before its entry an attachment is nothing, killed behind it all is there", async () => {
  const home = await openHome();
  const request = await requestFor(home);
  const bytes = Buffer.from("between file and entry");
  const { attachment } = await sealAttachment(home, inPieces(bytes, 5), request, actor);
  await home.close();
  const vault = vaultOf(home);
  const stranger = attachment.replace(/.$/, (last) => (last === "a" ? "b" : "a"));
  cpSync(attachmentPath(vault, attachment), stagedAttachmentPath(vault, stranger));
  renameSync(attachmentPath(vault, attachment), stagedAttachmentPath(vault, attachment));
  const opened = await openHome(home.directory);
  expect([...opened.projection.attachments.keys()]).toEqual([attachment]);
  expect((await contentOf(opened, attachment)).equals(bytes)).toBe(true);
  expect(readdirSync(stagingDir(vault))).toEqual([]);
  expect(existsSync(attachmentPath(vault, stranger))).toBe(false);
});

test("a replay is given key logs, never objects", async () => {
  const home = await openHome();
  const request = await requestFor(home);
  await sealAttachment(home, inPieces(Buffer.from("an object"), 99), request, actor);
  expect(await readKeyLogs(home, "IR-1")).toBeUndefined();
  const line = Buffer.from(`CLIENT_RANDOM ${"ab".repeat(32)} ${"cd".repeat(48)}\n`);
  const input = { name: "keys.log", case: "IR-1", purpose: "" };
  const { attachment } = await attachKeyLog(home, input, inPieces(line, 10), actor);
  const keys = await readKeyLogs(home, "IR-1");
  expect(keys).toMatchObject({ keyLog: line.toString(), attachments: [attachment] });
});

test("a check that is broken off finds nothing and leaves no record", async () => {
  const home = await openHome();
  const request = await requestFor(home);
  await sealAttachment(home, inPieces(Buffer.from("an object"), 99), request, actor);
  const check = async (signal: AbortSignal): Promise<unknown> => {
    let last: unknown;
    for await (const event of verifyHome(home, false, signal)) last = event;
    return last;
  };
  await expect(check(AbortSignal.abort())).rejects.toMatchObject({ code: "vault/cancelled" });
  expect(existsSync(join(home.directory, "verified.json"))).toBe(false);
  expect(await check(new AbortController().signal)).toMatchObject({ ok: true, attachments: 1 });
});
