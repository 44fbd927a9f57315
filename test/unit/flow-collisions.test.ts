import { expect, test } from "vitest";
import { FlowIndex, seedOf } from "../../src/core/flow/flow-index.ts";
import { createFlowKey, type FlowKey } from "../../src/core/flow/flow-key.ts";
import {
  ADDRESS_0,
  ADDRESS_1,
  HASH,
  PORTS,
  PROTOCOL,
  RECORD_WORDS,
} from "../../src/core/flow/flow-layout.ts";
import { FlowStore, wordsOf } from "../../src/core/flow/flow-store.ts";

const SEEDS = ["01J0000000000000000000000A", "01J0000000000000000000000B", "x"].map(seedOf);
const GROWTH_MAX = 2.3;
const SIZES = [2 ** 14, 2 ** 15, 2 ** 16];
const MAPPED = 0xffff;

/** Fills in the n-th key of a family. */
type Family = (key: FlowKey, n: number) => void;

/**
 * Strangers passed while `count` flows are found missing, added, found again and removed; NaN when
 * one was not found right.
 */
function probesOf(family: Family, count: number, seed: number): number {
  const store = new FlowStore(count);
  store.reserve(count);
  const index = new FlowIndex(store, seed);
  const key = Object.assign(createFlowKey(), { a2: MAPPED, b2: MAPPED, protocol: 17 });
  let wrong = 0;
  for (let flow = 1; flow <= count; flow++) {
    family(key, flow - 1);
    const hash = index.hash(key);
    if (index.find(key, hash) !== 0) wrong++;
    writeKey(store, flow, key);
    index.add(flow, hash);
  }
  for (let flow = 1; flow <= count; flow += 5) {
    family(key, flow - 1);
    if (index.find(key, index.hash(key)) !== flow) wrong++;
  }
  for (let flow = 1; flow <= count; flow += 3) index.remove(flow);
  return wrong === 0 ? index.extraProbes : Number.NaN;
}

function writeKey({ words }: FlowStore, flow: number, key: FlowKey): void {
  const at = wordsOf(flow);
  words.fill(0, at, at + RECORD_WORDS);
  words.set([key.a0, key.a1, key.a2, key.a3], at + ADDRESS_0);
  words.set([key.b0, key.b1, key.b2, key.b3], at + ADDRESS_1);
  words[at + PORTS] = key.ports;
  words[at + PROTOCOL] = key.protocol;
  words[at + HASH] = 0;
}

/** The number that an odd one has to be multiplied by to give 1, by Newton's steps. */
function inverse(odd: number): number {
  let x = odd;
  for (let n = 0; n < 5; n++) x = Math.imul(x, 2 - Math.imul(odd, x));
  return x;
}

function undoShift(value: number, bits: number): number {
  let x = value;
  for (let n = bits; n < 32; n += bits) x = value ^ (x >>> bits);
  return x;
}

/** The word that, taken in with seed 0 before `port`, gives the hash wanted: half of a crafted key. */
function addressFor(wanted: number, port: number): number {
  const undo = (hash: number): number => {
    const g = Math.imul(undoShift(hash, 13), inverse(0x85ebca6b));
    return Math.imul(undoShift(g, 15), inverse(0xcc9e2d51));
  };
  return undo(undo(wanted) ^ port);
}

const FAMILIES: Readonly<Record<string, Family>> = {
  "crafted against seed 0": (key, n) => {
    const [from, to] = [n & 0xff, n >>> 8];
    key.a3 = addressFor(0x12345678, from);
    key.b3 = addressFor(0x3abcdef0, to);
    key.ports = (from << 16) | to;
  },
  "a host that scans": (key, n) => {
    key.a3 = 0x0a000001;
    key.b3 = 0x0a000000 + (n >>> 10);
    key.ports = (40_000 << 16) | (n & 1023);
  },
  "IPv6 addresses with nothing in front": (key, n) => {
    key.a1 = n;
    key.a2 = Math.imul(n, 7);
    key.b0 = 0x20010db8;
  },
  "bits at the top of one word, undone at the top of the next": (key, n) => {
    key.a0 = (n & 63) << 26;
    key.a1 = ((n >>> 6) & 63) << 26;
    key.a2 = ((n >>> 12) & 63) << 26 || 1;
    key.a2 ^= ((n >>> 12) & 63) << 11;
    key.b0 = 0x20010db8;
  },
  "both ends' top bits": (key, n) => {
    key.a0 = 1 | ((n & 0x1ff) << 23);
    key.b0 = 3 | ((n >>> 9) << 23);
  },
};

test("the crafted keys do fall on one place where the seed is the one they were made for", () => {
  const index = new FlowIndex(new FlowStore(1), 0);
  const key = Object.assign(createFlowKey(), { a2: MAPPED, b2: MAPPED, protocol: 17 });
  const hashes = new Set<number>();
  for (let n = 0; n < 2 ** 16; n++) {
    FAMILIES["crafted against seed 0"]!(key, n);
    hashes.add(index.hash(key));
  }
  expect(hashes.size).toBe(1);
});

test.each(Object.entries(FAMILIES))("keys made to collide do not: %s", (_, family) => {
  for (const seed of SEEDS) {
    const probes = SIZES.map((count) => probesOf(family, count, seed));
    expect(probes[1]! / probes[0]!).toBeLessThan(GROWTH_MAX);
    expect(probes[2]! / probes[1]!).toBeLessThan(GROWTH_MAX);
    // Half full, linear probing passes half a stranger on a hit and one and a half on a miss.
    expect(probes[2]! / SIZES[2]!).toBeLessThan(5);
  }
});

test("a million flows cost as much each as a thousand", () => {
  const family = FAMILIES["crafted against seed 0"]!;
  for (const count of [2 ** 10, 2 ** 20]) {
    expect(probesOf(family, count, SEEDS[0]!) / count).toBeLessThan(5);
  }
});
