import { DER_TAG, DerCursor, type DerValue, oidText } from "../shared/index.ts";
import { ATTRIBUTE_NAMES } from "./oid-names.ts";

/** A subject or an issuer. */
export interface DistinguishedName {
  /** Most specific attribute first (RFC 4514), as OpenSSL prints it. */
  readonly text: string;
  /** The last common name. */
  readonly commonName: string | undefined;
}

/** Characters of a name that are kept; Zeek's own buffer is as long. */
const TEXT_MAX = 2047;
/** Attributes of a name that are read. */
const ATTRIBUTES_MAX = 256;

/** Reads a Name (RFC 5280 4.1.2.4); undefined when it is broken. */
export function readName(bytes: Uint8Array, name: DerValue): DistinguishedName | undefined {
  const sets = new DerCursor(bytes, name);
  // Each attribute with what joins it to the one before it in the printed order.
  const parts: { text: string; isFirstOfSet: boolean }[] = [];
  let commonName: string | undefined;
  while (!sets.isAtEnd) {
    const set = sets.enter(DER_TAG.set);
    if (set === undefined) return undefined;
    for (let isFirstOfSet = true; !set.isAtEnd; isFirstOfSet = false) {
      const attribute = set.enter(DER_TAG.sequence);
      const type = attribute?.take(DER_TAG.oid);
      const value = attribute?.next();
      if (type === undefined || value === undefined) return undefined;
      if (parts.length >= ATTRIBUTES_MAX) continue;
      const oid = oidText(bytes, type);
      const known = ATTRIBUTE_NAMES.get(oid);
      const characters = known === undefined ? undefined : derText(bytes, value);
      if (known === "CN" && characters !== undefined) commonName = characters;
      const text = characters === undefined ? derHex(bytes, value) : escapeValue(characters);
      parts.push({ text: `${known ?? oid}=${text}`, isFirstOfSet });
    }
  }
  let text = "";
  for (let n = parts.length - 1; n >= 0 && text.length < TEXT_MAX; n--) {
    text += parts[n]!.text;
    if (n > 0) text += parts[n]!.isFirstOfSet ? "," : "+";
  }
  return { text: text.slice(0, TEXT_MAX), commonName };
}

const utf8 = new TextDecoder("utf-8");
const latin1 = new TextDecoder("latin1");
const utf16 = new TextDecoder("utf-16be");

/** A string of whatever ASN.1 type; undefined when it is none. */
export function derText(bytes: Uint8Array, value: DerValue): string | undefined {
  const content = bytes.subarray(value.start, value.end);
  switch (value.tag) {
    case DER_TAG.utf8:
      return utf8.decode(content);
    case DER_TAG.numeric:
    case DER_TAG.printable:
    case DER_TAG.teletex:
    case DER_TAG.ia5:
    case DER_TAG.visible:
    case DER_TAG.utcTime:
    case DER_TAG.generalizedTime:
      return latin1.decode(content);
    case DER_TAG.bmp:
      return utf16.decode(content);
    case DER_TAG.universal:
      return universalText(content);
    default:
      return undefined;
  }
}

function universalText(content: Uint8Array): string {
  let text = "";
  for (let n = 0; n + 4 <= content.length && text.length < TEXT_MAX; n += 4) {
    const code = (content[n + 1]! << 16) | (content[n + 2]! << 8) | content[n + 3]!;
    text += content[n] === 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  }
  return text;
}

/** RFC 4514 2.4: a value whose type is not known to be text is its DER in hexadecimal. */
function derHex(bytes: Uint8Array, value: DerValue): string {
  let text = "#";
  for (let n = value.at; n < value.end && text.length < TEXT_MAX; n++) text += hexByte(bytes[n]!);
  return text;
}

const encoder = new TextEncoder();

/** RFC 4514 2.4, and every byte that is not printable ASCII as a backslash and two digits. */
function escapeValue(text: string): string {
  const bytes = encoder.encode(text.slice(0, TEXT_MAX));
  let out = "";
  for (let n = 0; n < bytes.length; n++) {
    const byte = bytes[n]!;
    const character = String.fromCharCode(byte);
    const isEdge = n === 0 || n === bytes.length - 1;
    if (byte < 0x20 || byte > 0x7e) out += `\\${hexByte(byte)}`;
    else if (',+"\\<>;'.includes(character)) out += `\\${character}`;
    else if ((byte === 0x20 && isEdge) || (byte === 0x23 && n === 0)) out += `\\${character}`;
    else out += character;
  }
  return out;
}

function hexByte(byte: number): string {
  return (byte + 256).toString(16).slice(1).toUpperCase();
}
