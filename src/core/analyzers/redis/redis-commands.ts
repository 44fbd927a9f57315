import type { Limit } from "../../base/index.ts";
import { bytesToText } from "../shared/index.ts";
import { BROKEN, lineNumber, NO_BULK, type RespSink } from "./resp-tokens.ts";

/** A command with its arguments, each at most as long as values are kept. */
export interface RedisCommand {
  readonly name: string;
  /** In lower case, where it is one of those that Zeek knows. */
  readonly known: string | undefined;
  readonly key: string | undefined;
  readonly value: string | undefined;
  /** How many words it has, and the first few of them. */
  readonly wordCount: number;
  readonly words: readonly string[];
}

/** Where key and value are among a command's words; commands without either have none. */
const PLACES: ReadonlyMap<string, { readonly key?: number; readonly value?: number }> = new Map([
  ...places("keys bitcount bitfield bitfield_ro bitpos blpop brpop copy decr del dump exists", 1),
  ...places("expiretime get getdel getex getrange hset incr mget persist strlen ttl type", 1),
  ...places(
    "set append decrby expire expireat getbit getset hdel hget incrby move mset rename",
    1,
    2,
  ),
  ...places("bitop", 2),
  ...places("blmpop", 3),
  ...places("auth client hello psubscribe punsubscribe quit reset subscribe ssubscribe"),
  ...places("sunsubscribe unsubscribe"),
]);

function places(
  names: string,
  key?: number,
  value?: number,
): [string, { key?: number; value?: number }][] {
  const place = {
    ...(key === undefined ? {} : { key }),
    ...(value === undefined ? {} : { value }),
  };
  return names.split(" ").map((name) => [name, place]);
}

/** Words that a row or the pairing of replies may need. */
const WORDS_KEPT = 4;
/** Bytes of a command that comes as a line of its own, as Redis allows. */
const INLINE_BYTES_MAX = 1024;
/** NUL, tab, line ends and space part the words of such a line. */
const BLANKS: ReadonlySet<number> = new Set([0, 9, 10, 13, 32]);
const BACKSLASH = 0x5c;

/** Makes commands of what a client sends. */
export class CommandReader implements RespSink {
  readonly #onCommand: (command: RedisCommand) => void;
  readonly #elements: Limit;
  readonly #valueBytesMax: number;
  #words: string[] = [];
  #wordCount = 0;
  #left = 0;

  constructor(
    limits: { readonly elements: Limit; readonly valueBytes: Limit },
    onCommand: (command: RedisCommand) => void,
  ) {
    this.#elements = limits.elements;
    this.#valueBytesMax = limits.valueBytes.maximum;
    this.#onCommand = onCommand;
  }

  line(line: Uint8Array): number {
    if (this.#left > 0) {
      const length = line[0] === 0x24 ? lineNumber(line) : undefined;
      if (length === undefined) return BROKEN;
      if (length >= 0) return length;
      this.#word("");
      return NO_BULK;
    }
    if (line[0] === 0x2a) {
      const count = lineNumber(line);
      if (count === undefined || count < 1) return BROKEN;
      if (count > this.#elements.maximum) {
        this.#elements.reached++;
        return BROKEN;
      }
      this.#left = count;
      return NO_BULK;
    }
    return line.length <= INLINE_BYTES_MAX && this.#inline(line) ? NO_BULK : BROKEN;
  }

  bulk(head: Uint8Array): void {
    this.#word(bytesToText(head));
  }

  #word(word: string): void {
    this.#wordCount++;
    if (this.#words.length < WORDS_KEPT) this.#words.push(word);
    this.#left--;
    if (this.#left === 0) this.#finish();
  }

  #finish(): void {
    this.#onCommand(commandOf(this.#words, this.#wordCount));
    this.#words = [];
    this.#wordCount = 0;
  }

  #inline(line: Uint8Array): boolean {
    for (let at = 0; ; ) {
      while (at < line.length && BLANKS.has(line[at]!)) at++;
      if (at >= line.length) break;
      const end = wordEnd(line, at);
      this.#wordCount++;
      if (this.#words.length < WORDS_KEPT) {
        this.#words.push(bytesToText(line.subarray(at, Math.min(end, at + this.#valueBytesMax))));
      }
      at = end;
    }
    if (this.#wordCount === 0) return false;
    this.#finish();
    return true;
  }
}

/** Where a word of a line ends: at a blank outside quotes. */
function wordEnd(line: Uint8Array, start: number): number {
  let quote = 0;
  let at = start;
  for (; at < line.length; at++) {
    const byte = line[at]!;
    if (quote !== 0) {
      if (byte === BACKSLASH && line[at + 1] === quote) at++;
      else if (byte === quote) quote = 0;
    } else if (byte === 0x22 || byte === 0x27) quote = byte;
    else if (BLANKS.has(byte)) break;
  }
  return Math.min(at, line.length);
}

function commandOf(words: readonly string[], wordCount: number): RedisCommand {
  const name = words[0]!;
  const lower = name.toLowerCase();
  const place = PLACES.get(lower);
  const word = (at: number | undefined): string | undefined =>
    at === undefined ? undefined : words[at];
  return {
    name,
    known: place === undefined ? undefined : lower,
    key: word(place?.key),
    value: word(place?.value),
    wordCount,
    words,
  };
}
