import type { Limit } from "../base/index.ts";

/**
 * The histories of all flows as one tree of letters: a flow holds a node's number, adding a letter is
 * one step down, and equal histories share their text.
 */
export class HistoryTree {
  readonly #limit: Limit;
  /** Pairs of key (node and letter) and node, open addressing. */
  #children = new Int32Array(1 << 11);
  readonly #texts: string[] = [""];

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /** The node after `letter` (a character code); at the limit the history stops growing. */
  append(node: number, letter: number): number {
    const key = node * 128 + letter;
    let slot = this.#slot(key);
    if (this.#children[slot] === key) return this.#children[slot + 1]!;
    if (this.#texts.length >= this.#limit.maximum) {
      this.#limit.reached++;
      return node;
    }
    const made = this.#texts.length;
    if (made * 4 > this.#children.length) {
      this.#grow();
      slot = this.#slot(key);
    }
    this.#texts.push(this.#texts[node]! + String.fromCharCode(letter));
    this.#children[slot] = key;
    this.#children[slot + 1] = made;
    return made;
  }

  appendText(node: number, text: string): number {
    let at = node;
    for (let n = 0; n < text.length; n++) at = this.append(at, text.charCodeAt(n));
    return at;
  }

  text(node: number): string {
    return this.#texts[node]!;
  }

  /** Where the key is or belongs; keys are never 0, since letters are not. */
  #slot(key: number): number {
    const children = this.#children;
    const mask = children.length - 2;
    let slot = (Math.imul(key, 0x9e3779b1) >>> 7) & mask;
    while (children[slot] !== 0 && children[slot] !== key) slot = (slot + 2) & mask;
    return slot;
  }

  #grow(): void {
    const old = this.#children;
    this.#children = new Int32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 2) {
      if (old[at] === 0) continue;
      const slot = this.#slot(old[at]!);
      this.#children[slot] = old[at]!;
      this.#children[slot + 1] = old[at + 1]!;
    }
  }
}
