import { type Ciphers, joinBytes } from "../../base/index.ts";
import type { CipherSuite } from "./cipher-suite.ts";
import { VERSION } from "./tls-names.ts";

/** Keys of one direction. */
export interface DirectionKeys {
  readonly suite: CipherSuite;
  readonly version: number;
  readonly macKey: Uint8Array;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  /** RFC 7366: the message code is made over the encrypted bytes. */
  readonly isEncryptThenMac: boolean;
}

/** An opened record. */
export interface OpenedRecord {
  readonly content: number;
  readonly bytes: Uint8Array;
}

/** Opens the records of one direction, one after the other. */
export class RecordCipher {
  readonly #ciphers: Ciphers;
  readonly #keys: DirectionKeys;
  readonly #isTls13: boolean;
  #sequence = 0;
  #chainedIv: Uint8Array;

  constructor(ciphers: Ciphers, keys: DirectionKeys, { isTls13 }: { isTls13: boolean }) {
    this.#ciphers = ciphers;
    this.#keys = keys;
    this.#isTls13 = isTls13;
    this.#chainedIv = keys.iv;
  }

  /** Undefined when the record does not open; it does not count then. */
  open(content: number, version: number, body: Uint8Array): OpenedRecord | undefined {
    const { mode } = this.#keys.suite;
    const opened = this.#isTls13
      ? this.#openTls13(body)
      : mode === "cbc" || mode === "null"
        ? wrap(content, this.#openWithMac({ content, version }, body))
        : wrap(content, this.#openAead({ content, version }, body));
    if (opened !== undefined) this.#sequence++;
    return opened;
  }

  /** RFC 8446 5.2: the kind stands behind the text, zeros behind it. */
  #openTls13(body: Uint8Array): OpenedRecord | undefined {
    const { suite, key, iv } = this.#keys;
    const header = Uint8Array.of(23, 3, 3, body.length >> 8, body.length & 0xff);
    const nonce = withSequence(iv, this.#sequence);
    const text =
      suite.aead &&
      this.#ciphers.openAead(suite.aead, {
        key,
        nonce,
        additional: header,
        sealed: body,
        tagBytes: suite.tagBytes,
      });
    if (text === undefined) return undefined;
    let end = text.length;
    while (end > 0 && text[end - 1] === 0) end--;
    return end === 0 ? undefined : { content: text[end - 1]!, bytes: text.subarray(0, end - 1) };
  }

  /** RFC 5246 6.2.3.3, RFC 7905 2. */
  #openAead(header: RecordKind, body: Uint8Array): Uint8Array | undefined {
    const { suite, key, iv } = this.#keys;
    const explicitBytes = suite.mode === "chacha20" ? 0 : 8;
    const textBytes = body.length - explicitBytes - suite.tagBytes;
    if (suite.aead === undefined || textBytes < 0) return undefined;
    const nonce =
      explicitBytes === 0
        ? withSequence(iv, this.#sequence)
        : joinBytes([iv, body.subarray(0, explicitBytes)]);
    return this.#ciphers.openAead(suite.aead, {
      key,
      nonce,
      additional: this.#pseudoHeader(header, textBytes),
      sealed: body.subarray(explicitBytes),
      tagBytes: suite.tagBytes,
    });
  }

  /** RFC 5246 6.2.3.1 and 6.2.3.2. */
  #openWithMac(header: RecordKind, body: Uint8Array): Uint8Array | undefined {
    const { suite, isEncryptThenMac, version } = this.#keys;
    const { macBytes } = suite;
    let sealed = body;
    if (isEncryptThenMac) {
      if (body.length < macBytes) return undefined;
      sealed = body.subarray(0, body.length - macBytes);
      if (!this.#isAuthentic(header, sealed, body.subarray(sealed.length))) return undefined;
    }
    const padded = suite.mode === "null" ? sealed : this.#openCbc(sealed);
    if (padded === undefined) return undefined;
    const padding = suite.mode === "null" ? 0 : (padded.at(-1) ?? 0) + 1;
    const length = padded.length - padding - (isEncryptThenMac ? 0 : macBytes);
    if (length < 0) return undefined;
    const text = padded.subarray(0, length);
    if (isEncryptThenMac || version === VERSION.ssl3) return text;
    const code = padded.subarray(length, length + macBytes);
    return this.#isAuthentic(header, text, code) ? text : undefined;
  }

  #openCbc(sealed: Uint8Array): Uint8Array | undefined {
    const { suite, key, version } = this.#keys;
    const isExplicit = version >= VERSION.tls11;
    const iv = isExplicit ? sealed.subarray(0, suite.ivBytes) : this.#chainedIv;
    const blocks = isExplicit ? sealed.subarray(suite.ivBytes) : sealed;
    if (suite.cbc === undefined || blocks.length === 0) return undefined;
    const text = this.#ciphers.openCbc(suite.cbc, key, iv, blocks);
    if (text !== undefined && !isExplicit) this.#chainedIv = blocks.slice(-suite.ivBytes);
    return text;
  }

  #isAuthentic(header: RecordKind, text: Uint8Array, code: Uint8Array): boolean {
    const { suite, macKey } = this.#keys;
    if (suite.mac === undefined) return false;
    const bytes = joinBytes([this.#pseudoHeader(header, text.length), text]);
    const wanted = this.#ciphers.hmac(suite.mac, macKey, bytes);
    return wanted.length === code.length && wanted.every((byte, n) => byte === code[n]);
  }

  #pseudoHeader({ content, version }: RecordKind, length: number): Uint8Array {
    const header = new Uint8Array(13);
    new DataView(header.buffer).setBigUint64(0, BigInt(this.#sequence));
    header.set([content, version >> 8, version & 0xff, length >> 8, length & 0xff], 8);
    return header;
  }
}

interface RecordKind {
  readonly content: number;
  readonly version: number;
}

function wrap(content: number, bytes: Uint8Array | undefined): OpenedRecord | undefined {
  return bytes === undefined ? undefined : { content, bytes };
}

/** RFC 8446 5.3: the sequence number over the end of the fixed part. */
function withSequence(iv: Uint8Array, sequence: number): Uint8Array {
  const nonce = iv.slice();
  for (let n = 1, rest = sequence; rest > 0; n++) {
    nonce[nonce.length - n]! ^= rest & 0xff;
    rest = Math.floor(rest / 256);
  }
  return nonce;
}
