import type { FlowKey } from "./flow-key.ts";
import { ADDRESS_0, ADDRESS_1, HASH, PORTS, PROTOCOL, VLANS } from "./flow-layout.ts";
import { type FlowStore, wordsOf } from "./flow-store.ts";

/**
 * Finds live flows by key in either direction: open addressing, linear probing, a hash that is the
 * same both ways. The hash lies beside the flow's number so that a probe of a stranger's slot does
 * not touch the stranger's record.
 */
export class FlowIndex {
  /** 1 when the last flow found was keyed the other way round, else 0. */
  direction: 0 | 1 = 0;
  /** Slots of strangers passed so far: what keys made to collide would drive up. */
  extraProbes = 0;
  readonly #store: FlowStore;
  readonly #seed: number;
  #slots = new Int32Array(1 << 11);
  #mask = (1 << 10) - 1;
  #count = 0;

  constructor(store: FlowStore, seed = 0) {
    this.#store = store;
    this.#seed = seed | 0;
  }

  hash(key: FlowKey): number {
    const ports = key.ports;
    const seed = this.#seed;
    const a = mix(seed, key.a0, key.a1, key.a2, key.a3, ports >>> 16);
    const b = mix(seed, key.b0, key.b1, key.b2, key.b3, ports & 0xffff);
    let h = Math.imul(a + b, 0x9e3779b1) ^ key.protocol ^ Math.imul(key.vlans + 1, 0x2c1b3c6d);
    h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
    return (h ^ (h >>> 13)) | 0;
  }

  /** The flow with this key, or 0; sets `direction`. */
  find(key: FlowKey, hash: number): number {
    const slots = this.#slots;
    let slot = hash & this.#mask;
    for (;;) {
      const flow = slots[slot * 2]!;
      if (flow === 0) return 0;
      if (slots[slot * 2 + 1] === hash && this.#matches(flow, key)) return flow;
      this.extraProbes++;
      slot = (slot + 1) & this.#mask;
    }
  }

  /** Adds a flow whose record holds the key already. */
  add(flow: number, hash: number): void {
    if (this.#count * 2 > this.#mask) this.#grow();
    this.#count++;
    this.#store.words[wordsOf(flow) + HASH] = hash;
    this.#place(flow, hash);
  }

  remove(flow: number): void {
    const slots = this.#slots;
    let slot = this.#store.words[wordsOf(flow) + HASH]! & this.#mask;
    while (slots[slot * 2] !== flow) {
      this.extraProbes++;
      slot = (slot + 1) & this.#mask;
    }
    this.#count--;
    // Shift later members of the run back, so that no probe ends at the hole.
    let hole = slot;
    let next = (hole + 1) & this.#mask;
    while (slots[next * 2] !== 0) {
      this.extraProbes++;
      const home = slots[next * 2 + 1]! & this.#mask;
      if (((next - home) & this.#mask) >= ((next - hole) & this.#mask)) {
        slots[hole * 2] = slots[next * 2]!;
        slots[hole * 2 + 1] = slots[next * 2 + 1]!;
        hole = next;
      }
      next = (next + 1) & this.#mask;
    }
    slots[hole * 2] = 0;
  }

  #matches(flow: number, key: FlowKey): boolean {
    const words = this.#store.words;
    const at = wordsOf(flow);
    if (words[at + PROTOCOL] !== key.protocol) return false;
    if (key.vlans >= 0 && words[at + VLANS] !== key.vlans) return false;
    const ports = words[at + PORTS]!;
    if (
      ports === key.ports &&
      words[at + ADDRESS_0 + 3] === key.a3 &&
      words[at + ADDRESS_1 + 3] === key.b3 &&
      words[at + ADDRESS_0] === key.a0 &&
      words[at + ADDRESS_0 + 1] === key.a1 &&
      words[at + ADDRESS_0 + 2] === key.a2 &&
      words[at + ADDRESS_1] === key.b0 &&
      words[at + ADDRESS_1 + 1] === key.b1 &&
      words[at + ADDRESS_1 + 2] === key.b2
    ) {
      this.direction = 0;
      return true;
    }
    if (
      key.isOneWay ||
      ports !== ((key.ports >>> 16) | (key.ports << 16)) ||
      words[at + ADDRESS_1 + 3] !== key.a3 ||
      words[at + ADDRESS_0 + 3] !== key.b3 ||
      words[at + ADDRESS_1] !== key.a0 ||
      words[at + ADDRESS_1 + 1] !== key.a1 ||
      words[at + ADDRESS_1 + 2] !== key.a2 ||
      words[at + ADDRESS_0] !== key.b0 ||
      words[at + ADDRESS_0 + 1] !== key.b1 ||
      words[at + ADDRESS_0 + 2] !== key.b2
    ) {
      return false;
    }
    this.direction = 1;
    return true;
  }

  #place(flow: number, hash: number): void {
    const slots = this.#slots;
    let slot = hash & this.#mask;
    while (slots[slot * 2] !== 0) {
      this.extraProbes++;
      slot = (slot + 1) & this.#mask;
    }
    slots[slot * 2] = flow;
    slots[slot * 2 + 1] = hash;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    this.#mask = this.#mask * 2 + 1;
    for (let at = 0; at < old.length; at += 2) {
      if (old[at] !== 0) this.#place(old[at]!, old[at + 1]!);
    }
  }
}

/**
 * A capture's seed, from its id: nobody who writes packets can know it, so nobody can make keys that
 * fall on one place, and the same capture still gives the same events.
 */
export function seedOf(captureId: string): number {
  let seed = 0x811c9dc5;
  for (let n = 0; n < captureId.length; n++) {
    seed = Math.imul(seed ^ captureId.charCodeAt(n), 0x01000193);
  }
  return seed | 0;
}

/** The third word of every IPv4 address, which lies mapped into IPv6 (RFC 4291 2.5.5.2). */
const MAPPED = 0xffff;

/** One endpoint's half. IPv6's other words count whenever one of them is not as IPv4's. */
function mix(seed: number, a: number, b: number, c: number, d: number, port: number): number {
  const low = absorb(absorb(seed, d), port);
  if ((a | b | (c ^ MAPPED)) === 0) return low;
  return absorb(absorb(absorb(low, a), b), c);
}

/**
 * Takes in a word. Two products a word: with one, bits changed at the top of a word are undone by bits
 * changed at the top of the next, whatever the seed, and keys by the million fall on one place.
 */
function absorb(hash: number, word: number): number {
  const h = Math.imul(hash ^ word, 0xcc9e2d51);
  const g = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return g ^ (g >>> 13);
}
