const DIGITS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** Reads Bech32 (BIP 173) without its length limit, as age keys use it; undefined when damaged. */
export function decodeBech32(text: string): { prefix: string; bytes: Uint8Array } | undefined {
  if (text !== text.toLowerCase() && text !== text.toUpperCase()) return undefined;
  const lower = text.toLowerCase();
  const split = lower.lastIndexOf("1");
  if (split < 1 || lower.length - split < 7) return undefined;
  const prefix = lower.slice(0, split);
  const digits: number[] = [];
  for (const character of lower.slice(split + 1)) {
    const value = DIGITS.indexOf(character);
    if (value < 0) return undefined;
    digits.push(value);
  }
  if (checksum([...expand(prefix), ...digits]) !== 1) return undefined;
  const bytes: number[] = [];
  let group = 0;
  let bits = 0;
  for (const digit of digits.slice(0, -6)) {
    group = ((group << 5) | digit) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((group >> bits) & 0xff);
  }
  if (bits >= 5 || (group & ((1 << bits) - 1)) !== 0) return undefined;
  return { prefix, bytes: Uint8Array.from(bytes) };
}

function expand(prefix: string): number[] {
  const codes = [...prefix].map((character) => character.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function checksum(values: readonly number[]): number {
  let state = 1;
  for (const value of values) {
    const top = state >>> 25;
    state = ((state & 0x1ffffff) << 5) ^ value;
    GENERATOR.forEach((term, bit) => {
      if ((top >> bit) & 1) state ^= term;
    });
  }
  return state;
}
