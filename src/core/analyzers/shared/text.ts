const utf8 = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/**
 * Bytes of a protocol as text: UTF-8 where they are that, every other byte as `\xNN`, as Zeek prints
 * them. Control characters stay; who prints escapes them.
 */
export function bytesToText(bytes: Uint8Array): string {
  if (bytes.length === 0) return "";
  const text = utf8.decode(bytes);
  return text.includes("\ufffd") ? partlyText(bytes) : text;
}

/** Bytes as characters 0 to 255, for what is ASCII by its specification. */
export function asciiText(bytes: Uint8Array): string {
  if (bytes.length === 0) return "";
  // The decoder of UTF-8 is the fastest there is; what it makes of other bytes is not these characters.
  return isAscii(bytes) ? utf8.decode(bytes) : latin1.decode(bytes);
}

/** Lower-case hexadecimal digits. */
export function hexText(bytes: Uint8Array): string {
  let text = "";
  for (let n = 0; n < bytes.length; n++) text += HEX_PAIRS[bytes[n]!]!;
  return text;
}

const HEX = "0123456789abcdef";
const HEX_PAIRS = Array.from({ length: 256 }, (_, byte) => HEX[byte >> 4]! + HEX[byte & 15]!);

/** Bytes of UTF-16 little-endian. */
export function utf16Text(bytes: Uint8Array): string {
  return utf16.decode(bytes.subarray(0, bytes.length & ~1));
}

const latin1 = new TextDecoder("latin1");
const utf16 = new TextDecoder("utf-16le", { fatal: false, ignoreBOM: true });

function isAscii(bytes: Uint8Array): boolean {
  for (let n = 0; n < bytes.length; n++) if (bytes[n]! > 127) return false;
  return true;
}

/** Every byte that is no part of UTF-8 written out, in ASCII, then all decoded at once. */
function partlyText(bytes: Uint8Array): string {
  const written = new Uint8Array(bytes.length * 4);
  let end = 0;
  for (let n = 0; n < bytes.length; ) {
    const length = sequenceLength(bytes, n);
    if (length === 0) {
      written[end++] = BACKSLASH;
      written[end++] = LETTER_X;
      written[end++] = HEX_DIGITS[bytes[n]! >> 4]!;
      written[end++] = HEX_DIGITS[bytes[n]! & 15]!;
      n++;
    }
    for (let left = length; left > 0; left--) written[end++] = bytes[n++]!;
  }
  return utf8.decode(written.subarray(0, end));
}

const BACKSLASH = 0x5c;
const LETTER_X = 0x78;
const HEX_DIGITS = [...HEX].map((digit) => digit.charCodeAt(0));

/** Length of the valid UTF-8 sequence (RFC 3629) at `at`; 0 if there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length === 0 || first > 0xf4 || at + length > bytes.length) return 0;
  for (let n = 1; n < length; n++) if ((bytes[at + n]! & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1]!;
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  return length;
}
