const CR_LF = Uint8Array.of(13, 10);

/** What a MIME body part is written in (RFC 2045 6). */
export type TransferEncoding = "identity" | "base64" | "quoted-printable";

/** Undoes base64 that comes in pieces; what is no digit is passed over, the first time told in words. */
export class Base64Decoder {
  #hold = 0;
  #digits = 0;
  /** Digits and padding of the group at hand. */
  #group = 0;
  #isOver = false;
  #hasErred = false;
  readonly #onIllegal: ((what: string) => void) | undefined;

  constructor(onIllegal?: (what: string) => void) {
    this.#onIllegal = onIllegal;
  }

  /** Something was no base64. */
  get hasErred(): boolean {
    return this.#hasErred;
  }

  decode(bytes: Uint8Array): Uint8Array {
    const out = new Uint8Array(Math.ceil(((bytes.length + this.#digits) * 3) / 4));
    let length = 0;
    for (const byte of bytes) {
      const isPadding = byte === 0x3d;
      const digit = byte < 128 ? DIGITS[byte]! : 255;
      if (!isPadding && digit === 255) {
        this.#illegal(`character ${byte} ignored by Base64 decoding`);
        continue;
      }
      this.#group++;
      if (isPadding) this.#isOver = true;
      else if (!this.#isOver) {
        this.#hold = ((this.#hold << 6) | digit) & 0xffffff;
        this.#digits++;
        if (this.#digits === 2) out[length++] = (this.#hold >> 4) & 255;
        else if (this.#digits === 3) out[length++] = (this.#hold >> 2) & 255;
        else if (this.#digits === 4) out[length++] = this.#hold & 255;
      } else if (this.#group > 4)
        this.#illegal("extra base64 groups after '=' padding are ignored");
      if (this.#group === 4) this.#group = this.#isOver ? 4 : 0;
      if (this.#digits === 4) this.#digits = 0;
    }
    return out.subarray(0, length);
  }

  /** No more comes: a group that is not whole is told. */
  finish(): void {
    if (this.#group === 0 || this.#group >= 4) return;
    const bits = (4 - this.#group) * 6;
    this.#onIllegal?.(`incomplete base64 group, padding with ${bits} bits of 0`);
  }

  #illegal(what: string): void {
    if (!this.#hasErred) this.#onIllegal?.(what);
    this.#hasErred = true;
  }
}

const DIGITS = new Uint8Array(128).fill(255);
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
for (let n = 0; n < 64; n++) DIGITS[ALPHABET.charCodeAt(n)] = n;

/** Base64 text as bytes; undefined where it holds anything else. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const trimmed = text.replace(/[\s=]+$/, "");
  if (/[^A-Za-z0-9+/]/.test(trimmed)) return undefined;
  const bytes = new Uint8Array(trimmed.length);
  for (let n = 0; n < trimmed.length; n++) bytes[n] = trimmed.charCodeAt(n);
  return new Base64Decoder().decode(bytes);
}

/** One line of quoted-printable (RFC 2045 6.7), with its line end unless the line goes on. */
export function decodeQuotedPrintable(line: Uint8Array): Uint8Array {
  let end = line.length;
  while (end > 0 && (line[end - 1] === 32 || line[end - 1] === 9)) end--;
  const isSoft = end > 0 && line[end - 1] === 0x3d;
  const out = new Uint8Array(end + 2);
  let length = 0;
  for (let at = 0; at < (isSoft ? end - 1 : end); at++) {
    const byte = line[at]!;
    const high = byte === 0x3d ? hexDigit(line[at + 1]) : -1;
    const low = byte === 0x3d ? hexDigit(line[at + 2]) : -1;
    if (high >= 0 && low >= 0) {
      out[length++] = high * 16 + low;
      at += 2;
    } else out[length++] = byte;
  }
  if (!isSoft) {
    out.set(CR_LF, length);
    length += 2;
  }
  return out.subarray(0, length);
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 0x20;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
