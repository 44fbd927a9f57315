import { assert, type Digests } from "../base/index.ts";

/** Hash of a leaf (RFC 6962 §2.1): the prefix keeps a leaf from passing for an inner node. */
export function leafHash(digests: Digests, leaf: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + leaf.length);
  input.set(leaf, 1);
  return digests.sha256(input);
}

/** Hash of an inner node (RFC 6962 §2.1). */
export function nodeHash(digests: Digests, left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = new Uint8Array(65);
  input[0] = 1;
  input.set(left, 1);
  input.set(right, 33);
  return digests.sha256(input);
}

/** Told of every complete subtree as it closes: its height, its index among its peers, its hash. */
export type NodeSink = (level: number, index: number, hash: Uint8Array) => void;

/** The right edge of a growing tree: all that appending and the root need, one hash a level. */
export class TreeFrontier {
  readonly #digests: Digests;
  readonly #edge: (Uint8Array | undefined)[] = [];
  #size = 0;

  constructor(digests: Digests) {
    this.#digests = digests;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Adds a complete subtree of 2^level leaves. `level` 0 is a leaf; higher ones rebuild a frontier
   * from tiles, tallest first, so the frontier below `level` is always empty then.
   */
  append(hash: Uint8Array, options: { level?: number; onNode?: NodeSink } = {}): void {
    let level = options.level ?? 0;
    assert(this.#size % 2 ** level === 0, "taller subtrees come first");
    let index = this.#size / 2 ** level;
    this.#size += 2 ** level;
    let carry = hash;
    options.onNode?.(level, index, carry);
    while (index % 2 === 1) {
      const left = this.#edge[level];
      assert(left !== undefined, "odd index has a left neighbour");
      carry = nodeHash(this.#digests, left, carry);
      this.#edge[level] = undefined;
      level++;
      index = (index - 1) / 2;
      options.onNode?.(level, index, carry);
    }
    this.#edge[level] = carry;
  }

  /** Root over everything appended so far. */
  root(): Uint8Array {
    let root: Uint8Array | undefined;
    for (const hash of this.#edge) {
      if (hash === undefined) continue;
      root = root === undefined ? hash : nodeHash(this.#digests, hash, root);
    }
    return root ?? this.#digests.sha256(new Uint8Array(0));
  }
}

/** Hash of the complete subtree number `index` of height `level`. */
export type HashAt = (level: number, index: number) => Uint8Array;

/** Proof that leaf `index` is in the tree of `size` leaves (RFC 6962 §2.1.1), lowest node first. */
export function proveInclusion(
  digests: Digests,
  hashAt: HashAt,
  range: { index: number; size: number },
): Uint8Array[] {
  const proof: Uint8Array[] = [];
  let low = 0;
  let high = range.size;
  while (high - low > 1) {
    const middle = low + splitOf(high - low);
    if (range.index < middle) {
      proof.push(rangeHash(digests, hashAt, middle, high));
      high = middle;
    } else {
      proof.push(rangeHash(digests, hashAt, low, middle));
      low = middle;
    }
  }
  return proof.reverse();
}

/** Proof that the tree of `first` leaves is a prefix of that of `second` (RFC 6962 §2.1.2). */
export function proveConsistency(
  digests: Digests,
  hashAt: HashAt,
  sizes: { first: number; second: number },
): Uint8Array[] {
  const proof: Uint8Array[] = [];
  if (sizes.first === 0 || sizes.first === sizes.second) return proof;
  let low = 0;
  let high = sizes.second;
  let whole = true;
  while (sizes.first !== high) {
    const middle = low + splitOf(high - low);
    if (sizes.first <= middle) {
      proof.push(rangeHash(digests, hashAt, middle, high));
      high = middle;
    } else {
      proof.push(rangeHash(digests, hashAt, low, middle));
      low = middle;
      whole = false;
    }
  }
  if (!whole) proof.push(rangeHash(digests, hashAt, low, high));
  return proof.reverse();
}

/** Checks an inclusion proof (RFC 9162 §2.1.3.2). */
export function verifyInclusion(
  digests: Digests,
  claim: { index: number; size: number; leafHash: Uint8Array; root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  if (claim.index >= claim.size) return false;
  let fn = claim.index;
  let sn = claim.size - 1;
  let hash = claim.leafHash;
  for (const node of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(digests, node, hash);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else {
      hash = nodeHash(digests, hash, node);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && equalBytes(hash, claim.root);
}

/** Checks a consistency proof (RFC 9162 §2.1.4.2). */
export function verifyConsistency(
  digests: Digests,
  claim: { first: number; second: number; firstRoot: Uint8Array; secondRoot: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  if (claim.first > claim.second) return false;
  if (claim.first === claim.second) {
    return proof.length === 0 && equalBytes(claim.firstRoot, claim.secondRoot);
  }
  if (claim.first === 0) return proof.length === 0;
  const nodes = isPowerOfTwo(claim.first) ? [claim.firstRoot, ...proof] : [...proof];
  let fn = claim.first - 1;
  let sn = claim.second - 1;
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  let firstHash = nodes[0];
  let secondHash = nodes[0];
  if (firstHash === undefined || secondHash === undefined) return false;
  for (const node of nodes.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      firstHash = nodeHash(digests, node, firstHash);
      secondHash = nodeHash(digests, node, secondHash);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else {
      secondHash = nodeHash(digests, secondHash, node);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return (
    sn === 0 && equalBytes(firstHash, claim.firstRoot) && equalBytes(secondHash, claim.secondRoot)
  );
}

/** True when both hold the same bytes; for public values, so it may stop early. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** Hash over leaves [low, high), put together from complete subtrees. */
function rangeHash(digests: Digests, hashAt: HashAt, low: number, high: number): Uint8Array {
  const count = high - low;
  if (isPowerOfTwo(count)) return hashAt(Math.log2(count), low / count);
  const middle = low + splitOf(count);
  return nodeHash(
    digests,
    rangeHash(digests, hashAt, low, middle),
    rangeHash(digests, hashAt, middle, high),
  );
}

/** Largest power of two below `count`. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

function isPowerOfTwo(count: number): boolean {
  return Number.isInteger(Math.log2(count));
}
