import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { growthOf } from "../../../../test/support/counted-steps.ts";
import { createLimit } from "../../base/index.ts";
import { DescriptorSearch } from "./descriptor-search.ts";
import { ZipBudget } from "./zip-budget.ts";
import { ZipContents } from "./zip-contents.ts";

interface Member {
  name: string;
  bytes: Uint8Array;
  isStored?: boolean;
  flags?: number;
  /** Sizes behind the content; without the signature where `bare`. */
  descriptor?: "signed" | "bare";
}

const text = (what: string): Uint8Array => new Uint8Array(Buffer.from(what, "latin1"));

/** Local headers and contents, then a directory's record and the end. */
function archive(members: readonly Member[]): Uint8Array {
  const parts: Buffer[] = [];
  for (const { name, bytes, isStored, flags = 0, descriptor } of members) {
    const content = isStored ? bytes : deflateRawSync(bytes);
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(flags | (descriptor === undefined ? 0 : 8), 6);
    header.writeUInt16LE(isStored ? 0 : 8, 8);
    if (descriptor === undefined) header.writeUInt32LE(content.length, 18);
    if (descriptor === undefined) header.writeUInt32LE(bytes.length, 22);
    header.writeUInt16LE(name.length, 26);
    header.writeUInt16LE(2, 28);
    const sizes = Buffer.alloc(16);
    sizes.writeUInt32LE(0x08074b50, 0);
    sizes.writeUInt32LE(content.length, 8);
    sizes.writeUInt32LE(bytes.length, 12);
    parts.push(header, Buffer.from(`${name}xx`), Buffer.from(content));
    if (descriptor !== undefined) parts.push(sizes.subarray(descriptor === "bare" ? 4 : 0));
  }
  const directory = Buffer.alloc(46 + 5);
  directory.writeUInt32LE(0x02014b50, 0);
  directory.writeUInt16LE(5, 32);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  return new Uint8Array(Buffer.concat([...parts, directory, end]));
}

interface Seen {
  name: string | undefined;
  size: number | undefined;
  bytes: string;
  isEnded: boolean;
}

function unpack(pieces: readonly Uint8Array[], bounds: Partial<Record<string, number>> = {}) {
  const seen: Seen[] = [];
  const told: string[] = [];
  const limit = (name: string, maximum: number) => createLimit(name, bounds[name] ?? maximum);
  const budget = new ZipBudget(
    {
      members: limit("members", 100),
      bytes: limit("bytes", 10_000_000),
      depth: limit("depth", 5),
      ratio: limit("ratio", 250),
    },
    (name) => told.push(name),
  );
  const zip = new ZipContents(
    (name, size) => {
      const member: Seen = { name, size, bytes: "", isEnded: false };
      seen.push(member);
      return {
        data: (bytes) => {
          member.bytes += Buffer.from(bytes).toString("latin1");
        },
        gap: (length) => {
          member.bytes += `<${length}>`;
        },
        end: () => {
          member.isEnded = true;
        },
      };
    },
    { budget, isOutermost: true },
  );
  for (const piece of pieces) zip.data(piece);
  zip.end();
  return { seen, told };
}

const tricky = text("one PK\x07\x08 not the end PKPK\x07\x08PK\x07 two");
const members: Member[] = [
  { name: "a/", bytes: text(""), isStored: true },
  { name: "a/stored.txt", bytes: text("stored PK\x03\x04 content"), isStored: true },
  { name: "deflated.txt", bytes: text("deflated ".repeat(500)) },
  { name: "later.txt", bytes: text("later ".repeat(500)), descriptor: "signed" },
  { name: "bare.txt", bytes: text("bare ".repeat(500)), descriptor: "bare" },
  { name: "tricky.txt", bytes: tricky, isStored: true, descriptor: "signed" },
  { name: "locked.txt", bytes: text("locked"), flags: 1 },
  { name: "last.txt", bytes: text("last") },
];
const whole = archive(members);
const expected = members
  .filter(({ flags }) => flags === undefined)
  .map(({ name, bytes, descriptor }) => ({
    name: bytes.length === 0 ? undefined : name,
    size: descriptor === undefined ? bytes.length : undefined,
    bytes: Buffer.from(bytes).toString("latin1"),
    isEnded: true,
  }));

test("each member that can be read is a file, whether stored or deflated, sized before or behind", () => {
  expect(unpack([whole]).seen).toEqual(expected);
});

test("whole, byte by byte and however cut, the same members", () => {
  expect(unpack(Array.from(whole, (byte) => Uint8Array.of(byte))).seen).toEqual(expected);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (lengths) => {
      const pieces: Uint8Array[] = [];
      for (let at = 0, n = 0; at < whole.length; n++) {
        const length = lengths[n % lengths.length]!;
        pieces.push(whole.subarray(at, at + length));
        at += length;
      }
      expect(unpack(pieces).seen).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

test("a bomb ends where its bytes, its members or its ratio say so, and that is told once", () => {
  const bomb = archive([{ name: "zeros", bytes: new Uint8Array(4_000_000) }, ...members]);
  const byRatio = unpack([bomb]);
  expect(byRatio.told).toEqual(["ratio"]);
  expect(byRatio.seen.length).toBe(1);
  expect(byRatio.seen[0]!.bytes.length).toBeLessThan(1_200_000);
  expect(unpack([whole], { bytes: 100 }).told).toEqual(["bytes"]);
  const byMembers = unpack([whole], { members: 2 });
  expect(byMembers.told).toEqual(["members"]);
  expect(byMembers.seen.length).toBe(2);
});

test("an archive cut off ends its member, and one damaged or of other bytes never throws", () => {
  expect(unpack([whole.subarray(0, 120)]).seen.at(-1)!.isEnded).toBe(true);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255))), (changes) => {
      const damaged = whole.slice();
      for (const [at, byte] of changes) damaged[at] = byte;
      for (const { isEnded } of unpack([damaged]).seen) expect(isEnded).toBe(true);
    }),
    { numRuns: 300 },
  );
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void unpack([bytes])));
});

test("content full of what looks like descriptors costs no more than its length", () => {
  const search = (length: number) => () => {
    const content = text("PK\x07\x08PKPPK\x07".repeat(length / 10));
    expect(new DescriptorSearch(() => {}).push(content, 0)).toBe(-1);
  };
  expect(growthOf(search, 2_000)).toBeLessThanOrEqual(2.3);
});
