import { parseAddress } from "../../packet/index.ts";

/** Where to cut addresses out of an envelope's argument: what ends the part before and behind the @. */
const LOCAL_ENDS: ReadonlySet<string> = new Set(["<", ",", ":", "\t", " ", "@"]);
const DOMAIN_ENDS: ReadonlySet<string> = new Set([">", ",", ";", "\t", " "]);

/** Mail addresses in a text, in order (RFC 5321 4.1.2, as freely as Zeek takes it). */
export function mailAddresses(text: string): string[] {
  const found: string[] = [];
  let from = 0;
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    if (at < from) continue;
    let start = at;
    while (start > from && !LOCAL_ENDS.has(text[start - 1]!)) start--;
    let end = at + 1;
    if (start < at) while (end < text.length && !DOMAIN_ENDS.has(text[end]!)) end++;
    if (end > at + 1) {
      found.push(text.slice(start, end).replace(/[<>,:;\t ]/g, ""));
      from = end;
    } else from = at + 1;
  }
  return found;
}

/** For every index the next place of a character from there on; the length where there is none. */
function nextPlaces(text: string, character: string): Int32Array {
  const places = new Int32Array(text.length + 2).fill(text.length);
  for (let n = text.length - 1; n >= 0; n--) {
    places[n] = text[n] === character ? n : places[n + 1]!;
  }
  return places;
}

/** Addresses of a header with their names (RFC 5322 3.4), cut at commas outside of quoted names. */
export function headerAddresses(text: string): string[] {
  const found: string[] = [];
  const comma = nextPlaces(text, ",");
  const sign = nextPlaces(text, "@");
  const quote = nextPlaces(text, '"');
  // With one character before the sign and one behind it, up to the next comma.
  const endOf = (from: number): number => {
    const end = comma[from]!;
    return sign[from + 1]! + 1 < end ? end : -1;
  };
  let at = 0;
  while (at < text.length) {
    let end = endOf(at);
    let start = at;
    const before = comma[at]!;
    // A quoted name may hold commas: it is looked for where no address stands before the next one.
    let open = quote[at]!;
    if (end < 0 || open === at) {
      while (open < before) {
        const close = quote[open + 1]!;
        const quoted = close < text.length ? endOf(close + 1) : -1;
        if (quoted >= 0) {
          start = open;
          end = quoted;
          break;
        }
        if (end >= 0) break;
        open = close;
      }
    }
    if (end >= 0) found.push(text.slice(start, end).trim());
    at = (end >= 0 ? end : before) + 1;
  }
  return found;
}

/** IP addresses in a text; with `wrapped` only those between brackets of a kind or blanks. */
export function ipAddresses(text: string, options: { wrapped?: boolean } = {}): string[] {
  const found: string[] = [];
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const end = isHexDigit(code) || code === COLON ? addressEnd(text, at) : -1;
    if (end < 0) {
      at++;
      continue;
    }
    const address = text.slice(at, end);
    const isWrapped = WRAPPINGS.has(`${text[at - 1] ?? ""}${text[end] ?? ""}`);
    const isAddress = parseAddress(plainDecimal(address)) !== undefined;
    if (isAddress && (options.wrapped !== true || isWrapped)) found.push(plainDecimal(address));
    at = end;
  }
  return found;
}

const WRAPPINGS: ReadonlySet<string> = new Set(["[]", "()", "{}", "  ", ""]);
const COLON = 0x3a;
const DOT = 0x2e;

function addressEnd(text: string, at: number): number {
  return Math.max(ipv4End(text, at), ipv6End(text, at));
}

/** Leading zeros mean nothing here. */
function plainDecimal(address: string): string {
  return address.includes(":") ? address : address.replace(/\b0+(?=[0-9])/g, "");
}

/** Behind the longest dotted address that begins there; -1 when none does. */
function ipv4End(text: string, from: number): number {
  let at = from;
  for (let octet = 0; octet < 4; octet++) {
    let value = 0;
    let digits = 0;
    while (digits < 3) {
      const digit = text.charCodeAt(at + digits) - 48;
      if (!(digit >= 0 && digit <= 9) || value * 10 + digit > 255) break;
      value = value * 10 + digit;
      digits++;
    }
    if (digits === 0) return -1;
    at += digits;
    if (octet === 3) return at;
    if (text.charCodeAt(at) !== DOT) return -1;
    at++;
  }
  return -1;
}

/** Behind the longest IPv6 address (RFC 4291 2.2) that begins there; -1 when none does. */
function ipv6End(text: string, from: number): number {
  let at = from;
  let groups = 0;
  let isShort = false;
  let end = -1;
  if (text.startsWith("::", at)) {
    isShort = true;
    at += 2;
    end = at;
  }
  const groupsMax = (): number => (isShort ? 7 : 8);
  while (groups < groupsMax()) {
    const tail = isShort ? groups <= 5 : groups === 6;
    if (tail) end = Math.max(end, ipv4End(text, at));
    let digits = 0;
    while (digits < 4 && isHexDigit(text.charCodeAt(at + digits))) digits++;
    if (digits === 0) break;
    groups++;
    at += digits;
    if (isShort || groups === 8) end = Math.max(end, at);
    if (text.charCodeAt(at) !== COLON) break;
    if (text.charCodeAt(at + 1) !== COLON) at++;
    else if (isShort || groups > 7) break;
    else {
      isShort = true;
      at += 2;
      end = Math.max(end, at);
    }
  }
  return end;
}

function isHexDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}
