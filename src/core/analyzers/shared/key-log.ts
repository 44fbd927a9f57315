import type { Limit } from "../../base/index.ts";
import type { KeyTexts } from "./key-texts.ts";

/** Secrets of a key log (NSS's format): by label and the client's random. */
export class KeyLog {
  readonly #secrets = new Map<string, Uint8Array>();

  readonly #texts: KeyTexts;
  readonly #limit: Limit;
  #read = 0;

  constructor(texts: KeyTexts, limit: Limit) {
    this.#texts = texts;
    this.#limit = limit;
  }

  /** Reads what has come since; false while there is no secret at all. */
  refresh(): boolean {
    if (this.#read < this.#texts.count) {
      for (const text of this.#texts.from(this.#read)) this.#add(text);
      this.#read = this.#texts.count;
    }
    return this.#secrets.size > 0;
  }

  /** The secret of that label of the handshake with that client random, in hexadecimal. */
  secret(label: string, clientRandom: string): Uint8Array | undefined {
    return this.#secrets.get(`${label} ${clientRandom}`);
  }

  #add(text: string): void {
    for (let at = 0; at < text.length; ) {
      const newline = text.indexOf("\n", at);
      const end = newline < 0 ? text.length : newline;
      // The longest line has a label, two times 64 and 128 digits.
      if (end - at < LINE_MAX) this.#line(text.slice(at, end));
      at = end + 1;
    }
  }

  #line(line: string): void {
    const [label, random, secret] = line.trim().split(" ");
    if (!label || !random || !secret || label.startsWith("#")) return;
    const bytes = fromHex(secret);
    if (random.length !== 64 || bytes === undefined) return;
    if (this.#secrets.size >= this.#limit.maximum) this.#limit.reached++;
    else this.#secrets.set(`${label} ${random.toLowerCase()}`, bytes);
  }
}

const LINE_MAX = 512;

function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let n = 0; n < bytes.length; n++) {
    const value = Number.parseInt(text.slice(n * 2, n * 2 + 2), 16);
    if (Number.isNaN(value)) return undefined;
    bytes[n] = value;
  }
  return bytes;
}
