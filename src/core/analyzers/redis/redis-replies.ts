import type { Limit } from "../../base/index.ts";
import { bytesToText } from "../shared/index.ts";
import { BROKEN, lineNumber, NO_BULK, type RespSink } from "./resp-tokens.ts";

/** What a server sent. */
export interface RedisReply {
  readonly kind: "reply" | "error" | "push";
  readonly text: string;
  /** True when only RESP 3 has what is in it. */
  readonly isVersion3: boolean;
}

/** A list at hand: how many values are to come, and what stands between and behind them. */
interface Open {
  left: number;
  seen: number;
  readonly isMap: boolean;
  readonly close: string;
  /** Attributes come before a value, are no part of it, and are not shown. */
  readonly isAttribute: boolean;
}

const EMPTY = new Uint8Array(0);
const DEPTH_MAX = 20;
/** Types of RESP by their letter: lists with their brackets. */
const LISTS: Readonly<Record<string, readonly [open: string, close: string]>> = {
  "*": ["[", "]"],
  ">": ["[", "]"],
  "~": ["(", ")"],
  "%": ["{", "}"],
  "|": ["", ""],
};
const VERSION_3 = "_#,(!=%~>|";
const BULKS = "$!=";
const LINES = "+-:,(";

/** Makes replies of what a server sends: values as text, the first bytes of it. */
export class ReplyReader implements RespSink {
  readonly #onReply: (reply: RedisReply) => void;
  readonly #limit: Limit;
  readonly #stack: Open[] = [];
  readonly #valueBytesMax: number;
  /** Made with the first reply: most flows never have one. */
  #text: Uint8Array | undefined;
  #textBytes = 0;
  #elements = 0;
  #hidden = 0;
  #type = "";
  #isVersion3 = false;

  constructor(
    limits: { readonly elements: Limit; readonly valueBytes: Limit },
    onReply: (reply: RedisReply) => void,
  ) {
    this.#limit = limits.elements;
    this.#valueBytesMax = limits.valueBytes.maximum;
    this.#onReply = onReply;
  }

  line(line: Uint8Array): number {
    const type = String.fromCharCode(line[0] ?? 0);
    // The kind of a reply is that of its outermost value.
    if (this.#stack.length === 0 && type !== "|") this.#type = type;
    if (VERSION_3.includes(type)) this.#isVersion3 = true;
    if (LISTS[type] !== undefined) return this.#open(type, line);
    if (BULKS.includes(type)) {
      const length = lineNumber(line);
      if (length === undefined) return BROKEN;
      this.#separate();
      if (length >= 0) return length;
      this.#finish();
      return NO_BULK;
    }
    this.#separate();
    if (LINES.includes(type)) this.#add(line.subarray(1));
    else if (type === "_") this.#addText("null");
    else if (type === "#") this.#addText(line[1] === 0x74 ? "T" : "F");
    else return BROKEN;
    this.#finish();
    return NO_BULK;
  }

  bulk(head: Uint8Array): void {
    this.#add(head);
    this.#finish();
  }

  #open(type: string, line: Uint8Array): number {
    const count = lineNumber(line);
    if (count === undefined || count < -1 || this.#stack.length >= DEPTH_MAX) return BROKEN;
    const isMap = type === "%" || type === "|";
    const left = Math.max(0, count) * (isMap ? 2 : 1);
    this.#elements += left;
    if (this.#elements > this.#limit.maximum) {
      this.#limit.reached++;
      return BROKEN;
    }
    const [open, close] = LISTS[type]!;
    const isAttribute = type === "|";
    if (isAttribute) this.#hidden++;
    else {
      this.#separate();
      this.#addText(open);
    }
    this.#stack.push({ left, seen: 0, isMap, close, isAttribute });
    if (left === 0) this.#close();
    return NO_BULK;
  }

  #separate(): void {
    const list = this.#stack.at(-1);
    if (list === undefined || list.seen === 0) return;
    this.#addText(list.isMap && list.seen % 2 === 1 ? ": " : ", ");
  }

  /** A value is over: so may be the list that it was the last of. */
  #finish(): void {
    const list = this.#stack.at(-1);
    if (list === undefined) {
      this.#emit();
      return;
    }
    list.seen++;
    list.left--;
    if (list.left === 0) this.#close();
  }

  #close(): void {
    const list = this.#stack.pop()!;
    if (list.isAttribute) {
      this.#hidden--;
      return;
    }
    this.#addText(list.close);
    this.#finish();
  }

  #emit(): void {
    const type = this.#type;
    const kind = type === "-" || type === "!" ? "error" : type === ">" ? "push" : "reply";
    const text = bytesToText((this.#text ?? EMPTY).subarray(0, this.#textBytes));
    const isVersion3 = this.#isVersion3;
    this.#textBytes = 0;
    this.#elements = 0;
    this.#isVersion3 = false;
    this.#onReply({ kind, text, isVersion3 });
  }

  #addText(text: string): void {
    if (text !== "") this.#add(ascii.encode(text));
  }

  #add(bytes: Uint8Array): void {
    if (this.#hidden > 0) return;
    this.#text ??= new Uint8Array(this.#valueBytesMax);
    const kept = bytes.subarray(0, this.#valueBytesMax - this.#textBytes);
    this.#text.set(kept, this.#textBytes);
    this.#textBytes += kept.length;
  }
}

const ascii = new TextEncoder();
