const utf8 = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/**
 * Bytes of a protocol as text: UTF-8 where they are that, every other byte as `\xNN`, as Zeek prints
 * them. Control characters stay; who prints escapes them.
 */
export function bytesToText(bytes: Uint8Array): string {
  let isAscii = true;
  for (let n = 0; n < bytes.length && isAscii; n++) isAscii = bytes[n]! < 128;
  if (isAscii) return asciiText(bytes);
  const text = utf8.decode(bytes);
  return text.includes("\ufffd") ? partlyText(bytes) : text;
}

/** Bytes as characters 0 to 255, for what is ASCII by its specification. */
export function asciiText(bytes: Uint8Array): string {
  // Short texts are the rule; the decoder costs more than it saves on them.
  if (bytes.length > 64) return latin1.decode(bytes);
  let text = "";
  for (let n = 0; n < bytes.length; n++) text += String.fromCharCode(bytes[n]!);
  return text;
}

/** Lower-case hexadecimal digits. */
export function hexText(bytes: Uint8Array): string {
  let text = "";
  for (let n = 0; n < bytes.length; n++) text += (bytes[n]! + 256).toString(16).slice(1);
  return text;
}

/** Bytes of UTF-16 little-endian. */
export function utf16Text(bytes: Uint8Array): string {
  return utf16.decode(bytes.subarray(0, bytes.length & ~1));
}

const latin1 = new TextDecoder("latin1");
const utf16 = new TextDecoder("utf-16le", { fatal: false, ignoreBOM: true });

function partlyText(bytes: Uint8Array): string {
  let text = "";
  for (let n = 0; n < bytes.length; ) {
    const length = sequenceLength(bytes, n);
    if (length === 0) text += `\\x${(bytes[n]! + 256).toString(16).slice(1)}`;
    else text += utf8.decode(bytes.subarray(n, n + length));
    n += Math.max(1, length);
  }
  return text;
}

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
