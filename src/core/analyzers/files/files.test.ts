import { createHash } from "node:crypto";
import {
  brotliCompressSync,
  brotliDecompressSync,
  deflateRawSync,
  gzipSync,
  zstdCompressSync,
  zstdDecompressSync,
} from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { growthOf } from "../../../../test/support/counted-steps.ts";
import { LogRows } from "../../../../test/support/log-rows.ts";
import { createLimit, type Unpack } from "../../base/index.ts";
import { type Conversation, type FileStart, LogWriter } from "../shared/index.ts";
import { FileTracker } from "./file-tracker.ts";
import { mimeTypeOf } from "./magic.ts";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const unpack: Unpack = (coding, packed, maxOutputLength) => {
  const open = coding === "br" ? brotliDecompressSync : zstdDecompressSync;
  try {
    return new Uint8Array(open(packed, { maxOutputLength }));
  } catch {
    return undefined;
  }
};
const START: FileStart = { source: "HTTP", side: 1 };

function track(now = { at: 0 }, limits: Readonly<Record<string, number>> = {}) {
  const rows = new LogRows();
  const writers = new Map<string, LogWriter>();
  const seen: string[] = [];
  const tracker = new FileTracker({
    createDigest: (name) => createHash(name),
    unpack,
    limit: (name, maximum) => createLimit(name, limits[name] ?? maximum),
    isLocal: () => false,
    log: (schema) => {
      const writer =
        writers.get(schema.name) ?? new LogWriter(schema, rows, { baseSeconds: () => 0 });
      writers.set(schema.name, writer);
      return writer;
    },
    onFile: {
      begin: () => {},
      bytes: (_, part) => seen.push(Buffer.from(part).toString("latin1")),
      end: () => {},
    },
  });
  let files = 0;
  const conversation = (uidLow: number) =>
    ({
      uidHigh: 1,
      nextFile: () => ++files,
      uidLow,
      originator: Int32Array.of(0, 0, 0xffff, 1),
      responder: Int32Array.of(0, 0, 0xffff, 2),
      originatorPort: 1,
      responderPort: 80,
      get now() {
        return now.at;
      },
    }) as Conversation;
  const finish = (log: string) => {
    tracker.end();
    for (const writer of writers.values()) writer.end();
    return rows.of(log);
  };
  return { tracker, conversation, finish, seen };
}

test("another reading has a row of its own and none among the files", () => {
  const { tracker, conversation, finish } = track();
  const feed = tracker.open(conversation(1), { ...START, reading: "packed", origin: "http://a/" });
  feed.data(bytes("%PDF-1.7 ab"));
  feed.end();
  expect(finish("files")).toEqual([]);
  expect(finish("file_readings")).toMatchObject([
    {
      fuid: feed.fuid,
      reading: "packed",
      mime_type: "application/pdf",
      origin: "http://a/",
      seen_bytes: 11,
      sha256: createHash("sha256").update("%PDF-1.7 ab").digest("hex"),
      is_complete: true,
    },
  ]);
});

test("what travels in brotli or zstd is read unpacked too, unless it is broken or too long", () => {
  const content = Buffer.from("%PDF-1.7 ".repeat(100));
  const send = (packed: Uint8Array, coding: "br" | "zstd", limits = {}) => {
    const { tracker, conversation, finish } = track({ at: 0 }, limits);
    const feed = tracker.open(conversation(1), { ...START, coding });
    feed.data(packed.subarray(0, 9));
    feed.data(packed.subarray(9));
    feed.end();
    return finish("file_readings");
  };
  const unpacked = { reading: "unpacked", mime_type: "application/pdf", seen_bytes: 900 };
  expect(send(brotliCompressSync(content), "br")).toMatchObject([unpacked]);
  expect(send(zstdCompressSync(content), "zstd")).toMatchObject([unpacked]);
  expect(send(brotliCompressSync(content).subarray(0, 12), "br")).toEqual([]);
  expect(send(brotliCompressSync(content), "br", { "files.wholeBytes": 899 })).toEqual([]);
  expect(send(brotliCompressSync(content), "br", { "files.packedBytes": 10 })).toEqual([]);
});

test("a file's row has its size, type and digests", () => {
  const { tracker, conversation, finish } = track();
  const feed = tracker.open(conversation(1), { ...START, totalBytes: 11 });
  feed.data(bytes("%PDF-"));
  feed.data(bytes("1.7 ab"));
  const content = bytes("%PDF-1.7 ab");
  expect(finish("files")).toMatchObject([
    {
      mime_type: "application/pdf",
      seen_bytes: 11,
      total_bytes: 11,
      timedout: false,
      is_complete: true,
      md5: createHash("md5").update(content).digest("hex"),
      sha256: createHash("sha256").update(content).digest("hex"),
    },
  ]);
});

test("a file with a hole has no digests and says how much is missing", () => {
  const { tracker, conversation, finish } = track();
  const feed = tracker.open(conversation(1), START);
  feed.data(bytes("hello world"));
  feed.gap(7);
  feed.data(bytes("rest"));
  feed.end();
  const [row] = finish("files");
  expect(row).toMatchObject({ seen_bytes: 15, missing_bytes: 7, mime_type: "text/plain" });
  expect(row).not.toHaveProperty("md5");
});

test("pieces in any order make the same file", () => {
  const content = Array.from({ length: 3000 }, (_, n) => String.fromCharCode(n % 251)).join("");
  fc.assert(
    fc.property(fc.array(fc.nat(2999), { maxLength: 30 }), fc.nat(), (cuts, seed) => {
      const { tracker, conversation, finish, seen } = track();
      const feed = tracker.open(conversation(1), START);
      const places = [0, ...new Set(cuts), 3000].sort((a, b) => a - b);
      const parts = places.slice(1).map((end, n): [number, number] => [places[n]!, end]);
      for (let n = parts.length; n > 0; n--) {
        const [from, end] = parts.splice((seed * 7 + n) % n, 1)[0]!;
        feed.data(bytes(content.slice(from, end)), from);
      }
      feed.end();
      expect(seen.join("")).toBe(content);
      expect(finish("files")[0]).toMatchObject({ seen_bytes: 3000, missing_bytes: 0 });
    }),
    { numRuns: 200, seed: 3 },
  );
});

test("parts of one file over several flows are one file with a row for each flow", () => {
  const { tracker, conversation, finish } = track();
  const range = { ...START, handle: "range" };
  const first = tracker.open(conversation(1), { ...range, totalBytes: 6 });
  first.data(bytes("abc"), 0);
  const second = tracker.open(conversation(2), range);
  expect(second.fuid).toBe(first.fuid);
  second.data(bytes("def"), 3);
  const rows = finish("files");
  expect(rows.map(({ seen_bytes }) => seen_bytes)).toEqual([6, 6]);
  expect(new Set(rows.map(({ uid }) => uid)).size).toBe(2);
});

test("a file that stood still for two minutes is given up", () => {
  const now = { at: 0 };
  const { tracker, conversation, finish } = track(now);
  const feed = tracker.open(conversation(1), START);
  feed.data(bytes("one"));
  now.at = 1e18;
  feed.data(bytes("two"));
  feed.end();
  expect(finish("files")).toMatchObject([
    { timedout: true, seen_bytes: 3 },
    { timedout: false, seen_bytes: 3 },
  ]);
});

const TYPES: readonly (readonly [string, string | undefined])[] = [
  ["just some words", "text/plain"],
  ["\x00\x01\x02", undefined],
  ["<!DOCTYPE html><p>", "text/html"],
  ["<!-- a --> <HTML>", "text/html"],
  ['<?xml version="1.0"?><a>', "application/xml"],
  ['<?xml version="1.0"?> x <svg>', "image/svg+xml"],
  ['{"a": 1}', "text/json"],
  ["[1, 2]", "text/json"],
  ["{}", "text/json"],
  ["\x1f\x8b\x08", "application/x-gzip"],
  ["PK\x03\x04\x14\0\0\0", "application/zip"],
  ["\x89PNG\r\n", "image/png"],
  ["GIF89a", "image/gif"],
  ["\xff\xd8\xff\xe0", "image/jpeg"],
  ["MZ\x90\0", "application/x-dosexec"],
  ["#!/bin/sh\n", "text/x-shellscript"],
  ["#!/usr/bin/env python3\n", "text/x-python"],
  ["RIFF1234WEBP", "image/webp"],
  ["--- a\n+++ b\n@@ -1 +1 @@\n", "text/x-diff"],
  ["[section]\nkey=value\n", "text/ini"],
  ["@echo off\r\n", "text/x-msdos-batch"],
];

test("a file's first bytes tell its type", () => {
  for (const [head, type] of TYPES) expect([head, mimeTypeOf(bytes(head))]).toEqual([head, type]);
});

test("an image of a CD is known where enough of it is looked at", () => {
  const image = new Uint8Array(40_000);
  image.set(bytes("CD001\x01"), 32_769);
  expect(mimeTypeOf(image)).toBeUndefined();
  expect(mimeTypeOf(image, 40_000)).toBe("application/x-iso9660-image");
});

test("whatever a file begins with, telling its type neither throws nor drags on", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), (head) => {
      mimeTypeOf(head);
    }),
    { numRuns: 300, seed: 5 },
  );
  for (const text of ["<!-- --> ", "{ ", '{"', "[ ", "<?xml ", "name ", "((", "[a]\t"]) {
    const headOf = (size: number) => {
      const head = bytes(text.repeat(size / text.length));
      return () => void mimeTypeOf(head);
    };
    expect(growthOf(headOf, 512)).toBeLessThanOrEqual(2.3);
  }
});

/** A zip with one packed member, as its writer could seek or not. */
function zip(name: string, content: string, { canSeek }: { canSeek: boolean }): Uint8Array {
  const packed = deflateRawSync(content);
  const local = Buffer.alloc(30);
  local.write("PK\x03\x04", 0, "latin1");
  local.writeUInt16LE(canSeek ? 0 : 8, 6);
  local.writeUInt16LE(8, 8);
  if (canSeek) {
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(content.length, 22);
  }
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.write("PK\x01\x02", 0, "latin1");
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt32LE(content.length, 24);
  entry.writeUInt16LE(name.length, 28);
  const descriptor = canSeek ? Buffer.alloc(0) : Buffer.alloc(16, "PK\x07\x08", "latin1");
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  return new Uint8Array(
    Buffer.concat([local, Buffer.from(name), packed, descriptor, entry, Buffer.from(name), end]),
  );
}

test("archives list their members however they are cut", () => {
  const archives: [Uint8Array, object][] = [
    [zip("dir/a.txt", "text ".repeat(99), { canSeek: true }), { format: "zip", size: 495 }],
    [zip("dir/a.txt", "text ".repeat(99), { canSeek: false }), { format: "zip", size: 495 }],
    [new Uint8Array(gzipSync("x".repeat(77))), { format: "gzip", size: 77, method: "deflate" }],
  ];
  for (const [archive, expected] of archives) {
    for (const step of [archive.length, 1, 13]) {
      const { tracker, conversation, finish } = track();
      const feed = tracker.open(conversation(1), START);
      for (let at = 0; at < archive.length; at += step) feed.data(archive.subarray(at, at + step));
      feed.end();
      expect(finish("archive_members")).toMatchObject([expected]);
    }
  }
});

test("archives cut off or damaged never throw", () => {
  const archive = zip("a", "content", { canSeek: false });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(120), fc.nat(255))), (changes) => {
      const copy = archive.slice();
      for (const [at, value] of changes) if (at > 3 && at < copy.length) copy[at] = value;
      const { tracker, conversation, finish } = track();
      const feed = tracker.open(conversation(1), START);
      for (let at = 0; at < copy.length; at += 7) feed.data(copy.subarray(at, at + 7));
      feed.end();
      finish("archive_members");
    }),
    { numRuns: 300, seed: 9 },
  );
});

test("members of a zip are files of their own, those of a zip inside it too, down to a depth", () => {
  const plain = (name: string, content: Uint8Array): Uint8Array => {
    const local = Buffer.alloc(30);
    local.write("PK\x03\x04", 0, "latin1");
    local.writeUInt32LE(content.length, 18);
    local.writeUInt32LE(content.length, 22);
    local.writeUInt16LE(name.length, 26);
    return new Uint8Array(Buffer.concat([local, Buffer.from(name), content]));
  };
  let archive = plain("0.pdf", bytes("%PDF-1.7"));
  for (let n = 1; n < 8; n++) archive = plain(`${n}.zip`, archive);
  const { tracker, conversation, finish } = track();
  const weirds: string[] = [];
  const about = Object.assign(conversation(1), {
    weird: (name: string, addl?: string) => weirds.push(`${name} ${addl}`),
  });
  const feed = tracker.open(about, START);
  feed.data(archive);
  feed.end();
  const rows = finish("files");
  expect(rows.map(({ filename, source, depth }) => [filename, source, depth])).toEqual([
    ["3.zip", "ZIP", 5],
    ["4.zip", "ZIP", 4],
    ["5.zip", "ZIP", 3],
    ["6.zip", "ZIP", 2],
    ["7.zip", "ZIP", 1],
    [undefined, "HTTP", 0],
  ]);
  expect(rows[0]).toMatchObject({ parent_fuid: rows[1]!.fuid, is_complete: true });
  expect(weirds).toEqual(["archive_unpack_limit files.unpackedDepth"]);
});
