import type { Limit } from "../base/index.ts";

/**
 * The histories of all flows as one tree of letters: a flow holds a node's number, adding a letter is
 * one step down, and equal histories share their text.
 */
export class HistoryTree {
  readonly #limit: Limit;
  readonly #children = new Map<number, number>();
  readonly #texts: string[] = [""];

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /** The node after `letter` (a character code); at the limit the history stops growing. */
  append(node: number, letter: number): number {
    const key = node * 128 + letter;
    const known = this.#children.get(key);
    if (known !== undefined) return known;
    if (this.#texts.length >= this.#limit.maximum) {
      this.#limit.reached++;
      return node;
    }
    const made = this.#texts.length;
    this.#texts.push(this.#texts[node]! + String.fromCharCode(letter));
    this.#children.set(key, made);
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
}
