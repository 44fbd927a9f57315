const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Int8Array(128).fill(-1);
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/** Standard base64 with padding (RFC 4648 §4), or without where a format asks for that. */
export function encodeBase64(bytes: Uint8Array, options: { padding?: boolean } = {}): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group =
      (bytes[at]! << 16) | ((left > 1 ? bytes[at + 1]! : 0) << 8) | (left > 2 ? bytes[at + 2]! : 0);
    text += ALPHABET.charAt(group >> 18) + ALPHABET.charAt((group >> 12) & 63);
    if (left > 1) text += ALPHABET.charAt((group >> 6) & 63);
    if (left > 2) text += ALPHABET.charAt(group & 63);
  }
  if (options.padding === false) return text;
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/**
 * Reads base64 strictly: the one canonical spelling or undefined. Two spellings of one signature
 * would give one entry two leaf hashes.
 */
export function decodeBase64(
  text: string,
  options: { padding?: boolean } = {},
): Uint8Array | undefined {
  const padded = options.padding !== false;
  if (padded && text.length % 4 !== 0) return undefined;
  const digits = padded ? text.replace(/={1,2}$/, "") : text;
  if (digits.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let group = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < digits.length; i++) {
    const code = digits.charCodeAt(i);
    const value = code < 128 ? VALUES[code]! : -1;
    if (value < 0) return undefined;
    group = ((group << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (group >> bits) & 0xff;
  }
  // Bits left over must be zero, and the padding must be exactly what the length asks for.
  if ((group & ((1 << bits) - 1)) !== 0) return undefined;
  if (padded && encodedBytes(bytes.length) !== text.length) return undefined;
  return bytes;
}

function encodedBytes(length: number): number {
  return Math.ceil(length / 3) * 4;
}
