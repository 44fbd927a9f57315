import type { Limit } from "../../base/index.ts";
import { bytesToText, DerCursor, type DerValue, hexText, readDer } from "../shared/index.ts";

/** What Zeek writes where a filter cannot be read. */
const BROKEN = "FILTER_PARSING_ERROR";
/** Filters inside filters, as Zeek. */
const DEPTH_MAX = 20;
/** Choices of a Filter (RFC 4511 4.5.1), by tag number. */
const FILTER = {
  and: 0,
  or: 1,
  not: 2,
  equal: 3,
  substrings: 4,
  greaterOrEqual: 5,
  lessOrEqual: 6,
  present: 7,
  approximate: 8,
  extensible: 9,
} as const;
const COMPARISONS: Readonly<Record<number, string>> = { 3: "=", 5: ">=", 6: "<=", 8: "~=" };

/** A search filter as text (RFC 4515), grouped by twos as Zeek and Wireshark show it. */
export function filterText(bytes: Uint8Array, filter: DerValue, terms: Limit): string {
  const printer = new FilterPrinter(bytes, terms);
  return printer.print(filter, 0) ?? BROKEN;
}

class FilterPrinter {
  readonly #bytes: Uint8Array;
  readonly #limit: Limit;
  #terms = 0;

  constructor(bytes: Uint8Array, limit: Limit) {
    this.#bytes = bytes;
    this.#limit = limit;
  }

  print(filter: DerValue, depth: number): string | undefined {
    if (depth > DEPTH_MAX) return undefined;
    this.#terms++;
    if (this.#terms > this.#limit.maximum) {
      this.#limit.reached++;
      return undefined;
    }
    if ((filter.tag & 0xc0) !== 0x80) return undefined;
    const choice = filter.tag & 0x1f;
    switch (choice) {
      case FILTER.and:
        return this.#list("&", filter, depth);
      case FILTER.or:
        return this.#list("|", filter, depth);
      case FILTER.not: {
        const inner = readDer(this.#bytes, filter.start, filter.end);
        const text = inner && this.print(inner, depth + 1);
        return text && `(!${text})`;
      }
      case FILTER.equal:
      case FILTER.greaterOrEqual:
      case FILTER.lessOrEqual:
      case FILTER.approximate:
        return this.#comparison(COMPARISONS[choice]!, filter);
      case FILTER.substrings:
        return this.#substrings(filter);
      case FILTER.present:
        return `(${this.#text(filter)}=*)`;
      case FILTER.extensible:
        return this.#extensible(filter);
      default:
        return undefined;
    }
  }

  #list(sign: string, filter: DerValue, depth: number): string | undefined {
    const cursor = new DerCursor(this.#bytes, filter);
    const texts: string[] = [];
    while (!cursor.isAtEnd) {
      const item = cursor.next();
      const text = item && this.print(item, depth + 1);
      if (text === undefined) return undefined;
      texts.push(text);
    }
    if (texts.length < 2) return texts.length === 0 ? "" : `(${sign}${texts[0]})`;
    const opening = `(${sign}`.repeat(texts.length - 1);
    return `${opening}${texts[0]}${texts.slice(1).join(")")})`;
  }

  #comparison(sign: string, filter: DerValue): string | undefined {
    const cursor = new DerCursor(this.#bytes, filter);
    const attribute = cursor.next();
    const value = cursor.next();
    if (attribute === undefined || value === undefined) return undefined;
    const name = this.#text(attribute);
    return `(${name}${sign}${assertedText(name, this.#bytes.subarray(value.start, value.end))})`;
  }

  #substrings(filter: DerValue): string | undefined {
    const cursor = new DerCursor(this.#bytes, filter);
    const attribute = cursor.next();
    const parts = cursor.enter(0x30);
    if (attribute === undefined || parts === undefined) return undefined;
    let initial = "";
    let final = "";
    let any = "";
    while (!parts.isAtEnd) {
      const part = parts.next();
      if (part === undefined) return undefined;
      const text = escapedText(this.#bytes.subarray(part.start, part.end));
      if (part.tag === 0x80) initial = text;
      else if (part.tag === 0x81) any += `${text}*`;
      else if (part.tag === 0x82) final = text;
      else return undefined;
    }
    return `(${this.#text(attribute)}=${initial}*${any}${final})`;
  }

  #extensible(filter: DerValue): string | undefined {
    const cursor = new DerCursor(this.#bytes, filter);
    const rule = cursor.take(0x81);
    const type = cursor.take(0x82);
    const value = cursor.take(0x83);
    if (value === undefined) return undefined;
    const ruleText = rule === undefined ? "" : `:${this.#text(rule)}`;
    return `(${type === undefined ? "" : this.#text(type)}${ruleText}:=${this.#text(value)})`;
  }

  #text(value: DerValue): string {
    return bytesToText(this.#bytes.subarray(value.start, value.end));
  }
}

/** A value to compare with; attributes of Active Directory's pings (MS-ADTS 6.3.3) are binary. */
function assertedText(name: string, value: Uint8Array): string {
  switch (name) {
    case "DomainGuid":
      return guidText(value);
    case "objectSid":
    case "AAC":
      return (hexText(value).match(/../g) ?? []).join(":");
    case "DomainSid":
      return sidText(value);
    case "NtVer":
      return value.length === 4 ? `0x${hexText(value.slice().reverse())}` : "HEX_FORMAT_FAILED";
    default:
      return escapedText(value);
  }
}

/** NUL, ESC, parentheses and asterisk as backslash and two digits, as Zeek. */
function escapedText(value: Uint8Array): string {
  const isEscaped = (byte: number): boolean =>
    byte === 0 || byte === 27 || (byte >= 40 && byte <= 42);
  let text = "";
  let from = 0;
  for (let n = 0; n < value.length; n++) {
    if (!isEscaped(value[n]!)) continue;
    text += `${bytesToText(value.subarray(from, n))}\\${(value[n]! + 256).toString(16).slice(1)}`;
    from = n + 1;
  }
  return text + bytesToText(value.subarray(from));
}

/** A GUID in its usual order (MS-DTYP 2.3.4.2). */
function guidText(value: Uint8Array): string {
  if (value.length !== 16) return "GUID_FORMAT_FAILED";
  const part = (from: number, to: number): string => hexText(value.slice(from, to));
  const turned = (from: number, to: number): string => hexText(value.slice(from, to).reverse());
  return [turned(0, 4), turned(4, 6), turned(6, 8), part(8, 10), part(10, 16)].join("-");
}

/** A security identifier of a domain (MS-DTYP 2.4.2). */
function sidText(value: Uint8Array): string {
  if (value.length !== 24) return "SID_FORMAT_FAILED";
  const view = new DataView(value.buffer, value.byteOffset, 24);
  const authority = view.getUint16(2) * 4294967296 + view.getUint32(4);
  const parts = [8, 12, 16, 20].map((at) => view.getUint32(at, true));
  return `S-${[value[0]!, authority, ...parts].join("-")}`;
}
