import { generateKeyPairSync, hash, type KeyObject, sign, verify } from "node:crypto";
import { expect, test } from "vitest";
import type { CaseId, Digests, VerifyEd25519 } from "../base/index.ts";
import {
  createNoteKey,
  decodeBase64,
  type EntryBody,
  encodeBase64,
  encodeCheckpoint,
  encodeEntry,
  encodeEntryBundle,
  encodeHashTile,
  equalBytes,
  formatVkey,
  leafHash,
  type NoteSigner,
  nodeHash,
  parseCheckpoint,
  parseEntry,
  parseEntryBundle,
  parseHashTile,
  parseNote,
  parseVkey,
  proveConsistency,
  proveInclusion,
  signNote,
  TreeFrontier,
  tileLevels,
  tilePath,
  toHex,
  verifyConsistency,
  verifyInclusion,
  verifyNote,
} from "./index.ts";

const nodeDigests: Digests = {
  sha256: (input) => new Uint8Array(hash("sha256", input, "buffer")),
  sha1: (input) => new Uint8Array(hash("sha1", input, "buffer")),
};

/** Makes a signer with a fresh key. */
function freshSigner(name: string): NoteSigner {
  const pair = generateKeyPairSync("ed25519");
  return {
    key: createNoteKey(name, rawKey(pair.publicKey), nodeDigests),
    sign: (message) => new Uint8Array(sign(null, message, pair.privateKey)),
  };
}

const rawKey = (key: KeyObject): Uint8Array =>
  new Uint8Array(Buffer.from(key.export({ format: "jwk" }).x!, "base64url"));

const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) => {
  const x = Buffer.from(publicKey).toString("base64url");
  const key = { key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" } as const;
  return verify(null, message, key, signature);
};

const bytes = (text: string) => new TextEncoder().encode(text);
const hex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));

// The eight leaves and roots that implementations of RFC 6962 check themselves with.
const LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map(hex);
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

test("roots are those of the RFC 6962 test tree at every size", () => {
  const tree = new TreeFrontier(nodeDigests);
  ROOTS.forEach((root, size) => {
    expect(toHex(tree.root())).toBe(root);
    if (size < LEAVES.length) tree.append(leafHash(nodeDigests, LEAVES[size]!));
  });
});

test("every inclusion and consistency proof up to 33 leaves verifies, and no other claim does", () => {
  const hashes = Array.from({ length: 33 }, (_, at) => leafHash(nodeDigests, bytes(`leaf ${at}`)));
  const hashAt = (level: number, index: number): Uint8Array =>
    level === 0
      ? hashes[index]!
      : nodeHash(nodeDigests, hashAt(level - 1, 2 * index), hashAt(level - 1, 2 * index + 1));
  const tree = new TreeFrontier(nodeDigests);
  const roots = [tree.root()];
  for (const hash of hashes) {
    tree.append(hash);
    roots.push(tree.root());
  }
  for (let size = 1; size <= 33; size++) {
    for (let index = 0; index < size; index++) {
      const proof = proveInclusion(nodeDigests, hashAt, { index, size });
      const claim = { index, size, leafHash: hashes[index]!, root: roots[size]! };
      expect(verifyInclusion(nodeDigests, claim, proof)).toBe(true);
      expect(verifyInclusion(nodeDigests, { ...claim, root: roots[size - 1]! }, proof)).toBe(false);
      const other = hashes[(index + 1) % 33]!;
      expect(verifyInclusion(nodeDigests, { ...claim, leafHash: other }, proof)).toBe(false);
    }
    for (let first = 1; first <= size; first++) {
      const proof = proveConsistency(nodeDigests, hashAt, { first, second: size });
      const claim = { first, second: size, firstRoot: roots[first]!, secondRoot: roots[size]! };
      expect(verifyConsistency(nodeDigests, claim, proof)).toBe(true);
      const forged = { ...claim, firstRoot: roots[first - 1]! };
      expect(verifyConsistency(nodeDigests, forged, proof)).toBe(false);
    }
  }
});

test("a note signed by another implementation verifies, and not once it is changed", () => {
  const vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  const text =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const signature =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
  const key = parseVkey(vkey, nodeDigests)!;
  expect(formatVkey(key)).toBe(vkey);
  const note = parseNote(bytes(`${text}\n${signature}`));
  if (note.status !== "ok") throw new Error(note.status);
  expect(note.value.text).toBe(text);
  expect(verifyNote(note.value, key, verifyEd25519)).toBe(true);
  const changed = { ...note.value, text: text.replace("think", "thank") };
  expect(verifyNote(changed, key, verifyEd25519)).toBe(false);
  expect(parseVkey(vkey.replace("c74f", "c74e"), nodeDigests)).toBeUndefined();
});

test("no cut or flipped byte of a note goes unnoticed, and none throws", () => {
  const signer = freshSigner("test.example/log");
  const note = signNote(`one line with ü\n`, signer);
  const isGood = (candidate: Uint8Array) => {
    const parsed = parseNote(candidate);
    return parsed.status === "ok" && verifyNote(parsed.value, signer.key, verifyEd25519);
  };
  expect(isGood(note)).toBe(true);
  for (let at = 0; at < note.length; at++) {
    expect(isGood(note.subarray(0, at))).toBe(false);
    for (const bit of [1, 32, 128]) {
      const flipped = Uint8Array.from(note);
      flipped[at]! ^= bit;
      expect({ at, bit, good: isGood(flipped) }).toEqual({ at, bit, good: false });
    }
  }
});

test("base64 goes both ways and only the canonical spelling is read", () => {
  for (let length = 0; length < 70; length++) {
    const input = Uint8Array.from({ length }, (_, at) => (at * 37 + length) & 255);
    expect(encodeBase64(input)).toBe(Buffer.from(input).toString("base64"));
    expect(decodeBase64(encodeBase64(input))).toEqual(input);
    expect(decodeBase64(encodeBase64(input, { padding: false }), { padding: false })).toEqual(
      input,
    );
  }
  for (const text of [
    "A",
    "AA",
    "AA=",
    "AB==",
    "AAA",
    "AAB=",
    "A===",
    "====",
    "AA==A",
    "AA\n=",
    "ä===",
  ]) {
    expect([text, decodeBase64(text)]).toEqual([text, undefined]);
  }
});

test("an entry of a later version's type passes through; a broken envelope does not", () => {
  const line = (fields: object) =>
    `${JSON.stringify({ v: 1, seq: 3, type: "moon.land", at: "2026-11-21T10:00:00.000Z", actor: { name: "a", via: "b" }, ...fields })}\n`;
  expect(parseEntry(line({ extra: [1] }))).toMatchObject({
    status: "ok",
    value: { type: "moon.land", extra: [1] },
  });
  for (const fields of [
    { v: 2 },
    { seq: -1 },
    { seq: 1.5 },
    { type: "x" },
    { at: "now" },
    { actor: null },
    { actor: { name: 1 } },
  ]) {
    expect(parseEntry(line(fields)).status).toBe("malformed");
  }
  for (const text of ["", "\n", "{}", "null\n", "[1]\n", "{\n}\n", `${"x".repeat(50_000)}\n`]) {
    expect(parseEntry(text).status).toBe("malformed");
  }
});

test("an entry's line begins with its envelope and reads back as it was", () => {
  const body: EntryBody = {
    type: "case.open",
    case: "c" as CaseId,
    title: "a\nb",
    actor: { name: "ada", via: "cli" },
  };
  const text = encodeEntry(body, { seq: 7, at: "2026-11-21T10:00:00.000Z" });
  expect(
    text.startsWith('{"v":1,"seq":7,"type":"case.open","at":"2026-11-21T10:00:00.000Z","actor":{'),
  ).toBe(true);
  expect(parseEntry(text)).toMatchObject({ status: "ok", value: { seq: 7, ...body } });
});

test("tile paths, bundles and tiles are those of tlog-tiles", () => {
  expect(tilePath(0, 0)).toBe("tile/0/000");
  expect(tilePath("entries", 1_234_067, 17)).toBe("tile/entries/x001/x234/067.p/17");
  expect(tileLevels(256 * 256 + 1)).toEqual([65_537, 256, 1]);
  const entries = [bytes("a"), bytes(""), bytes("x".repeat(300))];
  const bundle = encodeEntryBundle(entries);
  expect(parseEntryBundle(bundle)).toMatchObject({ status: "ok", value: entries });
  for (let cut = 1; cut < bundle.length; cut++) {
    const parsed = parseEntryBundle(bundle.subarray(0, cut));
    if (parsed.status === "incomplete") expect(parsed.neededBytes).toBeGreaterThan(0);
    else expect([3, 5]).toContain(cut);
  }
  const hashes = LEAVES.map((leaf) => leafHash(nodeDigests, leaf));
  const tile = parseHashTile(encodeHashTile(hashes));
  expect(
    tile.status === "ok" && tile.value.every((hash, at) => equalBytes(hash, hashes[at]!)),
  ).toBe(true);
  expect(parseHashTile(new Uint8Array(33))).toEqual({ status: "incomplete", neededBytes: 31 });
});

test("a checkpoint reads back, extension lines are passed over, damage is malformed", () => {
  const checkpoint = { origin: "test.example/log", size: 5, root: nodeDigests.sha256(bytes("x")) };
  const text = encodeCheckpoint(checkpoint);
  expect(parseCheckpoint(text)).toMatchObject({ status: "ok", value: checkpoint });
  expect(parseCheckpoint(`${text}more\n`)).toMatchObject({ status: "ok", value: checkpoint });
  for (const broken of [
    "",
    "\n5\n",
    "log\n05\n",
    "log\n-1\n",
    text.replace("5", "x"),
    text.slice(0, -8),
  ]) {
    expect(parseCheckpoint(broken).status).toBe("malformed");
  }
});
