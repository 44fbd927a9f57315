import type { SeededRandom } from "./random.ts";

const EXTREMES = [
  0, 1, 4, 12, 27, 28, 31, 32, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0xfffffffc, 0xffffffff,
];
const MUTANT_BYTES_MAX = 262_144;

type Mutation = (bytes: Uint8Array, random: SeededRandom, other: Uint8Array) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  cutEnd,
  editLength,
  repeatPart,
  splice,
  removePart,
];

/** One to four mutations of a capture, one after the other; `other` lends bytes for splices. */
export function mutateCapture(
  capture: Uint8Array,
  other: Uint8Array,
  random: SeededRandom,
): Uint8Array {
  let mutant = capture.slice(0, MUTANT_BYTES_MAX);
  for (let left = 1 + random.below(4); left > 0; left--) {
    mutant = random.pick(MUTATIONS)(mutant, random, other).slice(0, MUTANT_BYTES_MAX);
  }
  return mutant;
}

function flipBits(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  for (let left = 1 + random.below(16); left > 0 && bytes.length > 0; left--) {
    bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
  }
  return bytes;
}

function cutEnd(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  return bytes.subarray(0, random.below(bytes.length + 1));
}

/** Overwrites 1, 2 or 4 bytes, at any offset, with a number that lengths are often wrong by. */
function editLength(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  if (bytes.length < 4) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = random.below(bytes.length - 3);
  const littleEndian = random.below(2) === 0;
  const width = random.pick([1, 2, 4]);
  if (width === 1) view.setUint8(at, random.below(256));
  else if (width === 2) view.setUint16(at, random.pick(EXTREMES) & 0xffff, littleEndian);
  else view.setUint32(at, random.pick(EXTREMES), littleEndian);
  return bytes;
}

function repeatPart(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const [start, end] = part(bytes, random);
  return joined([bytes.subarray(0, end), bytes.subarray(start)]);
}

function removePart(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const [start, end] = part(bytes, random);
  return joined([bytes.subarray(0, start), bytes.subarray(end)]);
}

function splice(bytes: Uint8Array, random: SeededRandom, other: Uint8Array): Uint8Array {
  const [start, end] = part(other, random);
  const at = random.below(bytes.length + 1);
  return joined([bytes.subarray(0, at), other.subarray(start, end), bytes.subarray(at)]);
}

/** A part of up to 2 KiB that begins, like blocks, at a multiple of four. */
function part(bytes: Uint8Array, random: SeededRandom): [start: number, end: number] {
  const start = random.below((bytes.length >> 2) + 1) * 4;
  return [Math.min(start, bytes.length), Math.min(bytes.length, start + random.below(2048))];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
