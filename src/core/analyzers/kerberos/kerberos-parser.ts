import {
  bytesToText,
  DER_TAG,
  DerCursor,
  type DerValue,
  integerNumber,
  readDer,
} from "../shared/index.ts";
import { KERBEROS } from "./kerberos-names.ts";

/** A ticket, as far as it is not encrypted (RFC 4120 5.3). */
export interface Ticket {
  readonly realm: string;
  readonly service: string;
  readonly cipher: number;
  readonly encrypted: Uint8Array;
}

/** A message, with what the log tells of it. */
export interface KerberosMessage {
  readonly type: number;
  client?: string | undefined;
  realm?: string | undefined;
  service?: string | undefined;
  /** Seconds since 1970. */
  from?: number | undefined;
  till?: number | undefined;
  /** Bits of KDCOptions (RFC 4120 5.4.1), the first one highest. */
  options?: number | undefined;
  /** What a reply grants or an AP request uses. */
  ticket?: Ticket | undefined;
  /** What a request for a ticket is authorised by (PA-TGS-REQ). */
  authorisation?: Ticket | undefined;
  /** The first certificate of PKINIT (RFC 4556); empty where an anonymous client has none. */
  certificate?: Uint8Array | undefined;
  /** Cipher of the part of a reply that is for the client. */
  replyCipher?: number | undefined;
  errorCode?: number | undefined;
  errorText?: string | undefined;
}

/** Told where a field of the log lies in the message. */
export type MarkField = (field: string, start: number, length: number) => void;

const APPLICATION = 0x60;
const CONTEXT = 0xa0;
const TICKET_TAG = APPLICATION + 1;
/** Context tags within one structure; KRB-ERROR has most (12). */
const FIELDS_MAX = 16;
/** Kinds of pre-authentication data (RFC 4120 7.5.2, RFC 4556 3.1.3). */
const PA_TGS_REQUEST = 1;
const PA_PK_AS_REQUEST = 16;
const PA_PK_AS_REPLY = 17;
const PREAUTH_MAX = 64;

const EMPTY = new Uint8Array(0);

type Fields = readonly (DerValue | undefined)[];

/** Reads a message (RFC 4120 5.4 to 5.9); undefined when it is none or broken. */
export function parseKerberos(bytes: Uint8Array, mark?: MarkField): KerberosMessage | undefined {
  const whole = readDer(bytes, 0, bytes.length);
  if (whole === undefined || (whole.tag & 0xe0) !== APPLICATION) return undefined;
  const fields = sequenceFields(bytes, whole);
  if (fields === undefined) return undefined;
  const reader = new MessageReader(bytes, mark);
  const type = whole.tag & 0x1f;
  switch (type) {
    case KERBEROS.asRequest:
    case KERBEROS.tgsRequest:
      return reader.request(type, fields);
    case KERBEROS.asReply:
    case KERBEROS.tgsReply:
      return reader.reply(type, fields);
    case KERBEROS.apRequest: {
      const ticket = reader.apRequest(fields);
      return ticket && { type, ticket };
    }
    case KERBEROS.error:
      return reader.error(fields);
    case KERBEROS.apReply:
    case KERBEROS.safe:
    case KERBEROS.private:
    case KERBEROS.credential:
      return { type };
    default:
      return undefined;
  }
}

class MessageReader {
  readonly #bytes: Uint8Array;
  readonly #mark: MarkField | undefined;

  constructor(bytes: Uint8Array, mark: MarkField | undefined) {
    this.#bytes = bytes;
    this.#mark = mark;
  }

  request(type: number, fields: Fields): KerberosMessage | undefined {
    const body = fields[4] && sequenceFields(this.#bytes, fields[4]);
    if (body === undefined) return undefined;
    const message: KerberosMessage = {
      type,
      options: this.#options(body[0]),
      client: this.#principal("client", body[1]),
      realm: this.#text(undefined, body[2]),
      service: this.#principal("service", body[3]),
      from: this.#time("from", body[4]),
      till: this.#time("till", body[5]),
    };
    return this.#preauthentication(message, fields[3]) ? message : undefined;
  }

  reply(type: number, fields: Fields): KerberosMessage | undefined {
    const ticket = this.#ticket(fields[5]);
    if (ticket === undefined || fields[3] === undefined || fields[4] === undefined) {
      return undefined;
    }
    const realm = this.#text(undefined, fields[3]);
    const client = this.#principal("client", fields[4]);
    const sealed = fields[6] && sequenceFields(this.#bytes, fields[6]);
    const replyCipher = this.#number(sealed?.[0]);
    const message: KerberosMessage = { type, realm, client, ticket, replyCipher };
    return this.#preauthentication(message, fields[2]) ? message : undefined;
  }

  apRequest(fields: Fields): Ticket | undefined {
    return this.#ticket(fields[3]);
  }

  error(fields: Fields): KerberosMessage | undefined {
    const code = this.#number(fields[6]);
    if (code === undefined) return undefined;
    return {
      type: KERBEROS.error,
      errorCode: code,
      realm: this.#text(undefined, fields[7]),
      client: this.#principal("client", fields[8]),
      service: this.#principal("service", fields[10]),
      errorText: this.#text("error_msg", fields[11]),
    };
  }

  /** Looks for what authorises the request and for certificates; false when the data is broken. */
  #preauthentication(message: KerberosMessage, value: DerValue | undefined): boolean {
    if (value === undefined) return true;
    const list = new DerCursor(this.#bytes, value).enter(DER_TAG.sequence);
    if (list === undefined) return true;
    for (let n = 0; n < PREAUTH_MAX && !list.isAtEnd; n++) {
      const item = list.next();
      if (item === undefined) return false;
      const fields = fieldsOf(this.#bytes, item);
      const kind = this.#number(fields[1]);
      const content = fields[2] && readDer(this.#bytes, fields[2].start, fields[2].end);
      if (kind === undefined || content === undefined) return false;
      if (kind === PA_TGS_REQUEST) {
        const inner = readDer(this.#bytes, content.start, content.end);
        const ap = inner && sequenceFields(this.#bytes, inner);
        message.authorisation = ap && this.#ticket(ap[3], "auth_ticket_sha256");
        if (message.authorisation === undefined) return false;
      } else if (kind === PA_PK_AS_REQUEST || kind === PA_PK_AS_REPLY) {
        message.certificate = this.#certificate(content, kind === PA_PK_AS_REPLY);
      }
    }
    return true;
  }

  /** The first certificate, or none at all, of the SignedData (RFC 5652 5.1) in PKINIT's data (RFC 4556 3.2). */
  #certificate(content: DerValue, isReply: boolean): Uint8Array | undefined {
    const cursor = new DerCursor(this.#bytes, content);
    // A reply is a choice around the same structure: [0] dhInfo.
    const outer = isReply ? cursor.enter(CONTEXT) : cursor;
    const signed = outer?.enter(DER_TAG.sequence)?.enter(0x80)?.enter(DER_TAG.sequence);
    if (signed?.take(DER_TAG.oid) === undefined) return undefined;
    const data = signed.enter(CONTEXT)?.enter(DER_TAG.sequence);
    if (data === undefined) return undefined;
    data.next();
    data.next();
    data.next();
    const first = data.enter(CONTEXT)?.next();
    return first === undefined ? EMPTY : this.#bytes.subarray(first.at, first.end);
  }

  #ticket(value: DerValue | undefined, field = "new_ticket_sha256"): Ticket | undefined {
    const outer = value && readDer(this.#bytes, value.start, value.end);
    if (outer?.tag !== TICKET_TAG) return undefined;
    const fields = sequenceFields(this.#bytes, outer);
    const encrypted = fields?.[3] && sequenceFields(this.#bytes, fields[3]);
    const cipher = this.#number(encrypted?.[0]);
    const content = encrypted?.[2] && readDer(this.#bytes, encrypted[2].start, encrypted[2].end);
    if (fields === undefined || cipher === undefined || content === undefined) return undefined;
    const place = encrypted?.[0];
    if (place !== undefined) this.#mark?.("cipher", place.start, place.end - place.start);
    this.#mark?.(field, content.start, content.end - content.start);
    return {
      realm: this.#text(undefined, fields[1]) ?? "",
      service: this.#principal("service", fields[2]) ?? "",
      cipher,
      encrypted: this.#bytes.subarray(content.start, content.end),
    };
  }

  #number(field: DerValue | undefined): number | undefined {
    const value = field && readDer(this.#bytes, field.start, field.end);
    return value && integerNumber(this.#bytes, value);
  }

  #text(name: string | undefined, field: DerValue | undefined): string | undefined {
    const value = field && readDer(this.#bytes, field.start, field.end);
    if (value === undefined) return undefined;
    if (name !== undefined) this.#mark?.(name, value.start, value.end - value.start);
    return bytesToText(this.#bytes.subarray(value.start, value.end));
  }

  /** A principal's parts between slashes; Zeek calls one of more than three parts unknown. */
  #principal(name: string, field: DerValue | undefined): string | undefined {
    const parts = field && sequenceFields(this.#bytes, field)?.[1];
    if (parts === undefined) return undefined;
    const list = new DerCursor(this.#bytes, parts).enter(DER_TAG.sequence);
    if (list === undefined) return undefined;
    this.#mark?.(name, parts.start, parts.end - parts.start);
    const texts: string[] = [];
    while (!list.isAtEnd) {
      const part = list.next();
      if (part === undefined || texts.length === 3) return "unknown";
      texts.push(bytesToText(this.#bytes.subarray(part.start, part.end)));
    }
    return texts.length === 0 ? "unknown" : texts.join("/");
  }

  /** A KerberosTime (RFC 4120 5.2.3): YYYYMMDDhhmmssZ. */
  #time(name: string, field: DerValue | undefined): number | undefined {
    const value = field && readDer(this.#bytes, field.start, field.end);
    if (value === undefined || value.end - value.start !== 15) return undefined;
    this.#mark?.(name, value.start, 15);
    const number = (at: number, digits: number): number => {
      let sum = 0;
      for (let n = 0; n < digits; n++) {
        sum = sum * 10 + (this.#bytes[value.start + at + n]! - 0x30);
      }
      return sum;
    };
    const days = Date.UTC(number(0, 4), number(4, 2) - 1, number(6, 2));
    const seconds = days / 1000 + number(8, 2) * 3600 + number(10, 2) * 60 + number(12, 2);
    return Number.isFinite(seconds) ? seconds : undefined;
  }

  #options(field: DerValue | undefined): number | undefined {
    const value = field && readDer(this.#bytes, field.start, field.end);
    if (value === undefined || value.end - value.start < 5) return undefined;
    for (const name of ["forwardable", "renewable"]) this.#mark?.(name, value.start + 1, 4);
    const { buffer, byteOffset } = this.#bytes;
    return new DataView(buffer, byteOffset + value.start + 1, 4).getUint32(0);
  }
}

/** Fields of the SEQUENCE inside a value, by their context tags. */
function sequenceFields(bytes: Uint8Array, value: DerValue): Fields | undefined {
  const sequence = readDer(bytes, value.start, value.end);
  return sequence?.tag === DER_TAG.sequence ? fieldsOf(bytes, sequence) : undefined;
}

function fieldsOf(bytes: Uint8Array, sequence: DerValue): Fields {
  const fields: (DerValue | undefined)[] = [];
  const cursor = new DerCursor(bytes, sequence);
  while (!cursor.isAtEnd) {
    const value = cursor.next();
    if (value === undefined) break;
    const index = value.tag - CONTEXT;
    if (index >= 0 && index < FIELDS_MAX) fields[index] ??= value;
  }
  return fields;
}
