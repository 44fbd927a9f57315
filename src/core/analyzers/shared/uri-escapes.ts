import { bytesToText } from "./text.ts";

/** A URI with its escapes undone, and what is odd about them by Zeek's names. */
export function unescapeUri(bytes: Uint8Array, weird?: (name: string) => void): string {
  if (!bytes.includes(PERCENT)) return bytesToText(bytes);
  const out = new Uint8Array(bytes.length);
  let length = 0;
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at]!;
    if (byte !== PERCENT) {
      out[length++] = byte;
      at++;
      continue;
    }
    const next = bytes[at + 1];
    const high = hexDigit(next);
    const low = hexDigit(bytes[at + 2]);
    if (next === undefined) {
      weird?.("illegal_%_at_end_of_URI");
      out[length++] = PERCENT;
      at++;
    } else if (at + 2 === bytes.length) {
      weird?.("partial_escape_at_end_of_URI");
      out[length++] = PERCENT;
      out[length++] = next;
      at += 2;
    } else if (next === PERCENT) {
      weird?.("double_%_in_URI");
      at++;
    } else if (high >= 0 && low >= 0) {
      out[length++] = high * 16 + low;
      at += 3;
    } else {
      const wide = wideEscape(bytes, at + 1);
      if (wide === undefined) {
        weird?.("unescaped_%_in_URI");
        out[length++] = PERCENT;
        out[length++] = next;
        at += 2;
      } else {
        if (wide >= 256) out[length++] = wide >> 8;
        out[length++] = wide & 255;
        at += 6;
      }
    }
  }
  return bytesToText(out.subarray(0, length));
}

const PERCENT = 0x25;

function hexDigit(byte: number | undefined): number {
  return byte === undefined ? -1 : digitOf(byte);
}

/** `u00AE`: a way to escape that no standard has, but programs use. */
function wideEscape(bytes: Uint8Array, at: number): number | undefined {
  if (bytes[at] !== 0x75 || at + 5 > bytes.length) return undefined;
  let value = 0;
  for (let n = 1; n <= 4; n++) {
    const digit = hexDigit(bytes[at + n]);
    if (digit < 0) return undefined;
    value = value * 16 + digit;
  }
  return value;
}

/** Bytes of Latin-1 text. */
export function latinBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let n = 0; n < text.length; n++) bytes[n] = text.charCodeAt(n);
  return bytes;
}

function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 0x20;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
