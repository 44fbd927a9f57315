/** One value of DER (X.690): its tag byte, where it begins, and where its content lies. */
export interface DerValue {
  readonly tag: number;
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

export const DER_TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  numeric: 0x12,
  printable: 0x13,
  teletex: 0x14,
  ia5: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visible: 0x1a,
  universal: 0x1c,
  bmp: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Bytes that a length may take: more would be past anything that fits a handshake. */
const LENGTH_BYTES_MAX = 4;

/** Reads the value that begins at `at` and ends before `limit`; undefined when none does. */
export function readDer(bytes: Uint8Array, at: number, limit: number): DerValue | undefined {
  if (at + 2 > limit) return undefined;
  const tag = bytes[at]!;
  // Tag numbers above 30 do not occur in certificates.
  if ((tag & 0x1f) === 0x1f) return undefined;
  const first = bytes[at + 1]!;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > LENGTH_BYTES_MAX || start + count > limit) return undefined;
    length = 0;
    for (let n = 0; n < count; n++) length = length * 256 + bytes[start + n]!;
    start += count;
  }
  if (length > limit - start) return undefined;
  return { tag, at, start, end: start + length };
}

/** Reads values one after the other out of a content, as a structure's definition says. */
export class DerCursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  position: number;

  constructor(bytes: Uint8Array, content: { readonly start: number; readonly end: number }) {
    this.bytes = bytes;
    this.position = content.start;
    this.end = content.end;
  }

  get isAtEnd(): boolean {
    return this.position >= this.end;
  }

  /** The next value, of whatever tag; undefined when there is none or it is broken. */
  next(): DerValue | undefined {
    const value = readDer(this.bytes, this.position, this.end);
    if (value !== undefined) this.position = value.end;
    return value;
  }

  /** The next value if it has that tag; else the position stays. */
  take(tag: number): DerValue | undefined {
    if (this.position >= this.end || this.bytes[this.position] !== tag) return undefined;
    return this.next();
  }

  /** A cursor inside the next value, if it has that tag. */
  enter(tag: number): DerCursor | undefined {
    const value = this.take(tag);
    return value === undefined ? undefined : new DerCursor(this.bytes, value);
  }
}

/** Numbers in an object identifier that are read; no registered one has more. */
const OID_ARCS_MAX = 32;

/** An object identifier in dots; empty when its bytes are broken. */
export function oidText(bytes: Uint8Array, value: DerValue): string {
  const arcs: number[] = [];
  let arc = 0;
  for (let n = value.start; n < value.end; n++) {
    arc = arc * 128 + (bytes[n]! & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER / 256) return "";
    if (bytes[n]! & 0x80) continue;
    if (arcs.length === 0) arcs.push(Math.min(2, Math.floor(arc / 40)));
    arcs.push(arcs.length === 1 ? arc - arcs[0]! * 40 : arc);
    arc = 0;
    if (arcs.length > OID_ARCS_MAX) return "";
  }
  return arcs.join(".");
}

/** An unsigned INTEGER as a number; undefined past what a double holds exactly. */
export function integerNumber(bytes: Uint8Array, value: DerValue): number | undefined {
  let number = 0;
  for (let n = value.start; n < value.end; n++) {
    number = number * 256 + bytes[n]!;
    if (number > Number.MAX_SAFE_INTEGER) return undefined;
  }
  return number;
}

/** Bits of an unsigned INTEGER. */
export function integerBits(bytes: Uint8Array, value: DerValue): number {
  let at = value.start;
  while (at < value.end && bytes[at] === 0) at++;
  return at === value.end ? 0 : (value.end - at) * 8 - (Math.clz32(bytes[at]!) - 24);
}

/** Bytes of an INTEGER that are printed in decimal: the work grows with their square. */
const DECIMAL_BYTES_MAX = 512;

/** An unsigned INTEGER in decimal; undefined when it is longer than any exponent. */
export function integerDecimal(bytes: Uint8Array, value: DerValue): string | undefined {
  if (value.end - value.start > DECIMAL_BYTES_MAX) return undefined;
  let digits = "";
  for (let n = value.start; n < value.end; n++) digits += (bytes[n]! + 256).toString(16).slice(1);
  return BigInt(`0x${digits || "0"}`).toString();
}
