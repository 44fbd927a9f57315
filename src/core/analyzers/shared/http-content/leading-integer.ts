/** What an integer is that begins a text, as C's from_chars reads it; undefined where none begins. */
export function leadingInteger(
  text: string,
  base: 10 | 16,
): { value: number; digits: number } | undefined {
  const start = text.charCodeAt(0) === 0x2d ? 1 : 0;
  let end = start;
  let value = 0;
  for (; end < text.length; end++) {
    const digit = digitOf(text.charCodeAt(end));
    if (digit < 0 || digit >= base) break;
    if (value < OVER_INT64) value = value * base + digit;
  }
  if (end === start || value >= OVER_INT64) return undefined;
  // Above 2^53 the sum above is not exact: whether it is a 64-bit number must be.
  if (value > Number.MAX_SAFE_INTEGER && !fitsInt64(text.slice(start, end), base)) return undefined;
  return { value: start === 1 ? -value : value, digits: end - start };
}

/** Above every 64-bit number by more than a sum in floating point can be wrong. */
const OVER_INT64 = 1e19;

function fitsInt64(digits: string, base: 10 | 16): boolean {
  const significant = digits.replace(/^0+/, "");
  return BigInt(base === 16 ? `0x${significant}` : significant) < 2n ** 63n;
}

function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 0x20;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
