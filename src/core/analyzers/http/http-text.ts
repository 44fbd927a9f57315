import { isBlank } from "../shared/mime/index.ts";

export { leadingInteger } from "../shared/http-content/index.ts";

/** Characters that may be part of a URI (RFC 3986 2.2, 2.3), and `%`; NUL counts, as in Zeek. */
const IS_URI_CHARACTER = new Uint8Array(256);
for (const character of ":/?#[]@!$&'()*+,;=-_.~%\0") {
  IS_URI_CHARACTER[character.charCodeAt(0)] = 1;
}
for (let code = 48; code < 58; code++) IS_URI_CHARACTER[code] = 1;
for (let code = 65; code < 91; code++) {
  IS_URI_CHARACTER[code] = 1;
  IS_URI_CHARACTER[code + 32] = 1;
}

/** Characters of a token such as a method (RFC 2616 2.2). */
const IS_TOKEN_CHARACTER = new Uint8Array(256);
for (let code = 33; code < 127; code++) {
  if (!'()<>@,;:\\"/[]?={}'.includes(String.fromCharCode(code))) IS_TOKEN_CHARACTER[code] = 1;
}

export function isUriCharacter(byte: number): boolean {
  return IS_URI_CHARACTER[byte] === 1;
}

export function tokenEnd(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && IS_TOKEN_CHARACTER[bytes[at]!] === 1) at++;
  return at;
}

export function skipBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isBlank(bytes[at])) at++;
  return at;
}

/** How `HTTP/` stands at a place: as it should, in other letters, or not. */
export function keywordAt(bytes: Uint8Array, at: number): "exact" | "folded" | undefined {
  if (at + 5 > bytes.length || bytes[at + 4] !== 0x2f) return undefined;
  let isExact = true;
  for (let n = 0; n < 4; n++) {
    const byte = bytes[at + n]!;
    if ((byte | 0x20) !== KEYWORD[n]) return undefined;
    if (byte !== KEYWORD[n]! - 32) isExact = false;
  }
  return isExact ? "exact" : "folded";
}

const KEYWORD = Uint8Array.of(0x68, 0x74, 0x74, 0x70);
