import { DER_TAG, type DerValue, integerNumber, readDer } from "../shared/index.ts";

const VERSION_1 = 0;
const VERSION_2 = 1;
const VERSION_3 = 3;
const USER_SECURITY_MODEL = 3;

/** Tags of PDUs (RFC 3416 3). */
export const SNMP_PDU = {
  getRequest: 0xa0,
  getNextRequest: 0xa1,
  response: 0xa2,
  setRequest: 0xa3,
  trap: 0xa4,
  getBulkRequest: 0xa5,
} as const;
const PDU_LAST = 0xa8;

/** sysDescr.0 and sysUpTime.0 (RFC 3418), as they are encoded. */
const DESCRIPTION: readonly number[] = [0x2b, 6, 1, 2, 1, 1, 1, 0];
const UP_TIME: readonly number[] = [0x2b, 6, 1, 2, 1, 1, 3, 0];
/** Counter32, Gauge32, TimeTicks, Counter64 (RFC 3416 3). */
const UNSIGNED_TAGS: ReadonlySet<number> = new Set([0x41, 0x42, 0x43, 0x46]);
const VALUE_LESS_TAGS: ReadonlySet<number> = new Set([0x05, 0x80, 0x81, 0x82]);
const OTHER_VALUE_TAGS: ReadonlySet<number> = new Set([DER_TAG.integer, DER_TAG.oid, 0x40]);
const SUBIDENTIFIER_BYTES_MAX = 10;
const INTEGER_BYTES_MAX = 9;

/** A part of the datagram. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** What a message says (RFC 1157, RFC 3416, RFC 3412). */
export interface SnmpMessage {
  readonly version: number;
  /** The community, or the user's name. */
  readonly community: Place | undefined;
  /** Undefined for what is encrypted or unknown. */
  readonly pdu: number | undefined;
  readonly bindings: number;
  readonly description: Place | undefined;
  /** Hundredths of a second. */
  readonly upTime: number | undefined;
  /** Bytes of a number in an object's name that is too long to be one. */
  readonly longSubidentifier: number | undefined;
}

/** Reads values one after the other; what is missing or of another kind breaks the message. */
class Fields {
  readonly bytes: Uint8Array;
  isBroken = false;
  #at: number;
  #end: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#at = 0;
    this.#end = bytes.length;
  }

  get hasMore(): boolean {
    return !this.isBroken && this.#at < this.#end;
  }

  /** The next value; its content is passed over. */
  next(tag?: number): DerValue | undefined {
    const value = this.isBroken ? undefined : readDer(this.bytes, this.#at, this.#end);
    if (value === undefined || (tag !== undefined && value.tag !== tag)) {
      this.isBroken = true;
      return undefined;
    }
    this.#at = value.end;
    return value;
  }

  /** Goes into the next value. */
  enter(tag?: number): number | undefined {
    const value = this.next(tag);
    if (value !== undefined) this.#inside(value);
    return value?.tag;
  }

  integer(): number {
    const value = this.next(DER_TAG.integer);
    if (value === undefined) return 0;
    if (value.end - value.start > INTEGER_BYTES_MAX) this.isBroken = true;
    return integerNumber(this.bytes, value) ?? 0;
  }

  /** Reads inside of a value, then goes on where it was. */
  within(value: DerValue | undefined, read: () => void): void {
    if (value === undefined) return;
    const [at, end] = [this.#at, this.#end];
    this.#inside(value);
    read();
    this.#at = at;
    this.#end = end;
  }

  #inside(value: DerValue): void {
    this.#at = value.start;
    this.#end = value.end;
  }
}

/** Reads a message; undefined when it is none. */
export function parseSnmp(bytes: Uint8Array): SnmpMessage | undefined {
  const fields = new Fields(bytes);
  fields.enter(DER_TAG.sequence);
  const version = fields.integer();
  if (fields.isBroken) return undefined;
  let community: Place | undefined;
  let hasPdu = true;
  if (version === VERSION_1 || version === VERSION_2) community = fields.next(DER_TAG.octetString);
  else if (version === VERSION_3) [community, hasPdu] = readVersion3(fields);
  else return undefined;
  if (fields.isBroken) return undefined;
  const seen = { description: undefined, upTime: undefined, longSubidentifier: undefined };
  if (!hasPdu) return { version, community, pdu: undefined, bindings: 0, ...seen };
  const message = readPdu(fields);
  return fields.isBroken ? undefined : { version, community, ...message };
}

/** The header of version 3 (RFC 3412 6): the user's name, and whether a PDU can be read. */
function readVersion3(fields: Fields): [user: Place | undefined, hasPdu: boolean] {
  let model = 0;
  fields.within(fields.next(DER_TAG.sequence), () => {
    fields.integer();
    fields.integer();
    const flags = fields.next(DER_TAG.octetString);
    if (flags !== undefined && flags.end - flags.start !== 1) fields.isBroken = true;
    model = fields.integer();
  });
  const security = fields.next(DER_TAG.octetString);
  let user: Place | undefined;
  if (model === USER_SECURITY_MODEL) {
    fields.within(security, () => {
      fields.enter(DER_TAG.sequence);
      fields.next(DER_TAG.octetString);
      fields.integer();
      fields.integer();
      user = fields.next(DER_TAG.octetString);
    });
  }
  if (user !== undefined && user.start === user.end) user = undefined;
  const tag = fields.enter();
  if (tag !== DER_TAG.sequence) return [user, false];
  fields.next(DER_TAG.octetString);
  fields.next(DER_TAG.octetString);
  return [user, true];
}

function readPdu(fields: Fields): Omit<SnmpMessage, "version" | "community"> {
  const pdu = fields.enter();
  let bindings = 0;
  let description: Place | undefined;
  let upTime: number | undefined;
  let longSubidentifier: number | undefined;
  if (pdu === undefined || pdu < SNMP_PDU.getRequest || pdu > PDU_LAST) {
    return { pdu: undefined, bindings, description, upTime, longSubidentifier };
  }
  if (pdu === SNMP_PDU.trap) {
    for (let n = 0; n < 5; n++) fields.next();
  } else for (let n = 0; n < 3; n++) fields.integer();
  fields.enter(DER_TAG.sequence);
  while (fields.hasMore) {
    bindings++;
    fields.within(fields.next(DER_TAG.sequence), () => {
      const name = fields.next(DER_TAG.oid);
      const value = fields.next();
      if (name === undefined || value === undefined) return;
      longSubidentifier ??= longestSubidentifier(fields.bytes, name);
      if (isName(fields.bytes, name, DESCRIPTION) && isText(value.tag)) description = value;
      else if (isName(fields.bytes, name, UP_TIME) && UNSIGNED_TAGS.has(value.tag)) {
        upTime = unsigned(fields.bytes, value);
      }
    });
  }
  return { pdu, bindings, description, upTime, longSubidentifier };
}

/** Everything that is no number, address, name or nothing is taken for text. */
function isText(tag: number): boolean {
  return !UNSIGNED_TAGS.has(tag) && !VALUE_LESS_TAGS.has(tag) && !OTHER_VALUE_TAGS.has(tag);
}

function isName(bytes: Uint8Array, place: Place, name: readonly number[]): boolean {
  if (place.end - place.start !== name.length) return false;
  return name.every((byte, n) => bytes[place.start + n] === byte);
}

/** A number of 32 bits, which may have a zero before it. */
function unsigned(bytes: Uint8Array, place: Place): number | undefined {
  if (place.end - place.start > 5) return undefined;
  let value = 0;
  for (let at = place.start; at < place.end; at++) value = value * 256 + bytes[at]!;
  return value <= 0xffffffff ? value : undefined;
}

/** Bytes of the first subidentifier that fits no 64 bits. */
function longestSubidentifier(bytes: Uint8Array, place: Place): number | undefined {
  let length = 0;
  for (let at = place.start; at < place.end; at++) {
    length++;
    if (bytes[at]! >= 0x80) continue;
    if (length > SUBIDENTIFIER_BYTES_MAX) return length;
    length = 0;
  }
  return undefined;
}
