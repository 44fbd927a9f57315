import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { incomplete, malformed, ok, type Parsed } from "../../../core/base/index.ts";
import { decodeBase64, encodeBase64 } from "../../../core/custody/index.ts";

const VERSION_LINE = "age-encryption.org/v1";
const COLUMNS = 64;
/** A header has a stanza per recipient; far above any real one, below what could hurt. */
const HEADER_BYTES_MAX = 1 << 20;
const UNPADDED = { padding: false } as const;

/** One wrapped copy of the file key. */
export interface Stanza {
  readonly type: string;
  readonly arguments: readonly string[];
  readonly body: Uint8Array;
}

/** An age v1 header as read; `macInput` is what its HMAC covers. */
export interface AgeHeader {
  readonly stanzas: readonly Stanza[];
  readonly mac: Uint8Array;
  readonly macInput: Uint8Array;
}

/** Reads an age v1 header strictly; `consumed` is where the payload's nonce begins. */
export function parseHeader(bytes: Uint8Array): Parsed<AgeHeader> {
  const lines = new HeaderLines(bytes);
  const version = lines.next();
  if (version === undefined) return lines.fault();
  if (version !== VERSION_LINE) return malformed("not an age v1 file", 0);
  const stanzas: Stanza[] = [];
  for (;;) {
    const start = lines.position;
    const line = lines.next();
    if (line === undefined) return lines.fault();
    if (line.startsWith("---")) {
      const mac = line.startsWith("--- ") ? decodeBase64(line.slice(4), UNPADDED) : undefined;
      if (mac?.length !== 32) return malformed("header ends without a whole HMAC", start);
      if (stanzas.length === 0) return malformed("header has no stanza", start);
      return ok({ stanzas, mac, macInput: bytes.subarray(0, start + 3) }, lines.position);
    }
    const words = line.split(" ");
    if (words.shift() !== "->" || words.length === 0 || !words.every(isWord)) {
      return malformed("stanza begins wrongly", start);
    }
    const body = readBody(lines);
    if (body === undefined) return lines.fault();
    stanzas.push({ type: words[0]!, arguments: words.slice(1), body });
  }
}

/** Writes a header whose HMAC is made with the file key. */
export function encodeHeader(stanzas: readonly Stanza[], fileKey: Uint8Array): Uint8Array {
  let text = `${VERSION_LINE}\n`;
  for (const stanza of stanzas) {
    text += `-> ${[stanza.type, ...stanza.arguments].join(" ")}\n`;
    const body = encodeBase64(stanza.body, UNPADDED);
    for (let at = 0; at < body.length; at += COLUMNS) text += `${body.slice(at, at + COLUMNS)}\n`;
    if (body.length % COLUMNS === 0) text += "\n";
  }
  text += "---";
  const mac = headerMac(new TextEncoder().encode(text), fileKey);
  return new TextEncoder().encode(`${text} ${encodeBase64(mac, UNPADDED)}\n`);
}

/** True when the header's HMAC was made with this file key. */
export function verifyHeaderMac(header: AgeHeader, fileKey: Uint8Array): boolean {
  return timingSafeEqual(headerMac(header.macInput, fileKey), header.mac);
}

function headerMac(input: Uint8Array, fileKey: Uint8Array): Uint8Array {
  const key = Buffer.from(hkdfSync("sha256", fileKey, "", "header", 32));
  return createHmac("sha256", key).update(input).digest();
}

function readBody(lines: HeaderLines): Uint8Array | undefined {
  let text = "";
  for (;;) {
    const line = lines.next();
    if (line === undefined) return undefined;
    if (line.length > COLUMNS) return lines.reject("stanza line is longer than 64 columns");
    text += line;
    if (line.length < COLUMNS) break;
  }
  return decodeBase64(text, UNPADDED) ?? lines.reject("stanza body is not canonical base64");
}

function isWord(word: string): boolean {
  return /^[\x21-\x7e]+$/.test(word);
}

/** Lines that end with LF, out of bytes that may end too early. */
class HeaderLines {
  readonly #bytes: Uint8Array;
  #reason: string | undefined;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  next(): string | undefined {
    const end = this.#bytes.indexOf(10, this.position);
    if (end < 0 || end > HEADER_BYTES_MAX) {
      if (this.#bytes.length > HEADER_BYTES_MAX) this.#reason = "header is larger than 1 MiB";
      return undefined;
    }
    const line = Buffer.from(this.#bytes.subarray(this.position, end)).toString("latin1");
    this.position = end + 1;
    return line;
  }

  reject(reason: string): undefined {
    this.#reason = reason;
  }

  fault<T>(): Parsed<T> {
    if (this.#reason !== undefined) return malformed(this.#reason, this.position);
    return incomplete(1);
  }
}
