#!/usr/bin/env node
// Checks a Holdfast home with its public key alone: node verify.mjs HOME [--vkey FILE]
// No dependency, Node 18 or later. Formats: C2SP signed-note, tlog-checkpoint, tlog-tiles; RFC 6962.
import { createHash, createPublicKey, verify } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [home, flag, flagValue] = process.argv.slice(2);
if (!home || (flag && (flag !== "--vkey" || !flagValue))) {
  console.error("usage: node verify.mjs HOME [--vkey FILE]");
  process.exit(2);
}
const ledger = join(home, "ledger");
const vault = join(home, "vault");
const findings = [];
const bad = (text) => findings.push(text) && console.log(`FAIL ${text}`);
const sha256 = (...parts) =>
  parts.reduce((h, part) => h.update(part), createHash("sha256")).digest();
const leafHash = (bytes) => sha256(Buffer.from([0]), bytes);
const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right);
const read = (path) => (existsSync(path) ? readFileSync(path) : undefined);

// A verifier key is name+hash+base64(1, Ed25519 public key); the hash covers the rest.
const vkey = readFileSync(flagValue ?? join(home, "keys", "home.vkey"), "utf8").trim();
const [, origin, hashHex, keyBase64] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey) ?? [];
const typedKey = Buffer.from(keyBase64 ?? "", "base64");
if (typedKey.length !== 33 || typedKey[0] !== 1 || keyHash().toString("hex") !== hashHex) {
  console.log("FAIL the verifier key is damaged\nFAIL");
  process.exit(1);
}
const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), typedKey.subarray(1)]);
const publicKey = createPublicKey({ key: der, format: "der", type: "spki" });

function keyHash() {
  return sha256(`${origin}\n`, typedKey).subarray(0, 4);
}

/** Text of a note that our key signed; undefined otherwise. */
function openNote(bytes) {
  const note = bytes.toString("utf8");
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !Buffer.from(note).equals(bytes) || !note.endsWith("\n")) return undefined;
  const text = note.slice(0, split + 1);
  const isSigned = note
    .slice(split + 2, -1)
    .split("\n")
    .some((line) => {
      const [dash, name, blobText, ...more] = line.split(" ");
      const blob = Buffer.from(blobText ?? "", "base64");
      const isOurs = dash === "—" && name === origin && more.length === 0 && blob.length === 68;
      if (!isOurs || blob.toString("base64") !== blobText) return false;
      if (!blob.subarray(0, 4).equals(keyHash())) return false;
      return verify(null, Buffer.from(text), publicKey, blob.subarray(4));
    });
  return isSigned ? text : undefined;
}

function tilePath(level, index, width) {
  const groups = [];
  for (let rest = index; rest > 0 || groups.length === 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`${groups.length ? "x" : ""}${String(rest % 1000).padStart(3, "0")}`);
  }
  return join(
    ledger,
    "tile",
    String(level),
    `${groups.join("/")}${width < 256 ? `.p/${width}` : ""}`,
  );
}

/** Root over the hashes, and each level of complete nodes on the way up. */
function rootOf(hashes) {
  if (hashes.length === 0) return sha256("");
  const loose = [];
  for (let level = hashes; level.length > 0; ) {
    if (level.length % 2 === 1) loose.push(level.at(-1));
    const next = [];
    for (let at = 0; at + 1 < level.length; at += 2) next.push(nodeHash(level[at], level[at + 1]));
    level = next;
  }
  return loose.reduce((right, left) => nodeHash(left, right));
}

function readEntries(size) {
  const entries = [];
  const hashes = [];
  for (let first = 0; first < size; first += 256) {
    const width = Math.min(256, size - first);
    const bundle = read(tilePath("entries", first / 256, width));
    if (bundle === undefined) return bad(`entry ${first}: its bundle is missing`);
    let at = 0;
    for (let seq = first; seq < first + width; seq++) {
      const end = at + 2 <= bundle.length ? at + 2 + bundle.readUInt16BE(at) : Infinity;
      if (end > bundle.length) return bad(`entry ${seq} is missing or cut short`);
      const bytes = bundle.subarray(at + 2, end);
      const text = openNote(bytes);
      if (text === undefined) return bad(`entry ${seq}: its signature is not good`);
      const entry = JSON.parse(text);
      if (entry.seq !== seq) return bad(`entry ${seq} carries sequence number ${entry.seq}`);
      entries.push(entry);
      hashes.push(leafHash(bytes));
      at = end;
    }
    if (at !== bundle.length) return bad(`entry ${first + width}: bytes lie beyond the checkpoint`);
  }
  return { entries, hashes };
}

function verifyTiles(hashes) {
  for (let level = 0, nodes = hashes; nodes.length > 0; level++) {
    const above = [];
    for (let at = 0; at < nodes.length; at += 256) {
      const tile = nodes.slice(at, at + 256);
      const stored = read(tilePath(level, at / 256, tile.length));
      const wrong = tile.findIndex(
        (hash, i) => !stored?.subarray(i * 32, i * 32 + 32).equals(hash),
      );
      const what = level === 0 ? `entry ${at + wrong}` : `node ${at + wrong} of level ${level}`;
      if (wrong >= 0 || stored.length !== tile.length * 32) bad(`hash tile: ${what} differs`);
      if (tile.length === 256) above.push(rootOf(tile));
    }
    nodes = above;
  }
}

async function verifySegment(seal, isDestroyed) {
  const name = `segment ${seal.segment} (entry ${seal.seq})`;
  const path = (part) => join(vault, `${seal.segment}.${part}`);
  const head = read(path("head"));
  if (isDestroyed ? head : !head)
    bad(`${name}: head ${head ? "exists after destruction" : "is missing"}`);
  if (head && sha256(head).toString("hex") !== seal.head_sha256) bad(`${name}: head differs`);
  if (seal.events_sha256 && !isDestroyed) {
    const events = read(path("events"));
    if (!events) bad(`${name}: events are missing`);
    else if (sha256(events).toString("hex") !== seal.events_sha256) bad(`${name}: events differ`);
  }
  if (!existsSync(path("body"))) return isDestroyed || bad(`${name}: body is missing`);
  const whole = createHash("sha256");
  const leaves = [];
  let rest = Buffer.alloc(0);
  for await (const piece of createReadStream(path("body"), { highWaterMark: 4 << 20 })) {
    whole.update(piece);
    rest = Buffer.concat([rest, piece]);
    let at = 0;
    for (let want = leaves.length ? 65552 : 16; rest.length - at >= want; want = 65552) {
      leaves.push(leafHash(rest.subarray(at, at + want)));
      at += want;
    }
    rest = rest.subarray(at);
  }
  if (rest.length > 0) leaves.push(leafHash(rest));
  const isWhole = whole.digest("hex") === seal.body_sha256;
  if (isWhole && rootOf(leaves).toString("hex") === seal.chunk_root) return undefined;
  const tree = read(path("tree")) ?? Buffer.alloc(0);
  const sealed = Array.from({ length: tree.length / 32 }, (_, i) =>
    tree.subarray(i * 32, i * 32 + 32),
  );
  const isTreeGood = rootOf(sealed).toString("hex") === seal.chunk_root;
  const wrong = sealed.findIndex((hash, i) => !leaves[i]?.equals(hash));
  return bad(
    `${name}: body differs${isTreeGood && wrong >= 0 ? `, first in chunk ${wrong - 1}` : ""}`,
  );
}

function verifyAttachment(seal) {
  const file = read(join(vault, "attachments", `${seal.attachment}.age`));
  const name = `attachment ${seal.attachment} (entry ${seal.seq})`;
  if (!file) bad(`${name}: its file is missing`);
  else if (sha256(file).toString("hex") !== seal.sealed_sha256) bad(`${name}: its file differs`);
}

async function verifyHome() {
  const checkpoint = openNote(read(join(ledger, "checkpoint")) ?? Buffer.alloc(0))?.split("\n");
  if (checkpoint?.[0] !== origin)
    return bad("checkpoint: missing, of another log, or badly signed");
  const size = Number(checkpoint[1]);
  const log = readEntries(size);
  if (!log) return undefined;
  if (rootOf(log.hashes).toString("base64") !== checkpoint[2]) bad("checkpoint: root differs");
  verifyTiles(log.hashes);
  const sealed = new Map(
    log.entries.filter((e) => e.type === "segment.seal").map((e) => [e.segment, e]),
  );
  const destroyed = new Set(
    log.entries.filter((e) => e.type === "segment.destroy").map((e) => e.segment),
  );
  for (const seal of sealed.values()) await verifySegment(seal, destroyed.has(seal.segment));
  const attached = log.entries.filter((e) => e.type === "attachment.seal");
  for (const seal of attached) verifyAttachment(seal);
  const explained = new Set(attached.map((e) => `${e.attachment}.age`));
  const lying = (path) => (existsSync(path) ? readdirSync(path) : []);
  for (const file of lying(vault)) {
    const isFolder = file === "staging" || file === "attachments";
    if (!isFolder && !sealed.has(file.split(".")[0])) bad(`file vault/${file}: no entry seals it`);
  }
  for (const file of lying(join(vault, "attachments"))) {
    if (!explained.has(file)) bad(`file vault/attachments/${file}: no entry seals it`);
  }
  const beside = attached.length > 0 ? ` ${attached.length} attachments,` : "";
  return console.log(`${size} entries, ${sealed.size} segments,${beside} root ${checkpoint[2]}`);
}

await verifyHome();
console.log(findings.length === 0 ? "OK" : "FAIL");
process.exitCode = findings.length === 0 ? 0 : 1;
