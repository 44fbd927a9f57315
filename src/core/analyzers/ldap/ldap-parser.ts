import type { Limit } from "../../base/index.ts";
import { bytesToText, DER_TAG, DerCursor, type DerValue, integerNumber } from "../shared/index.ts";
import { filterText } from "./ldap-filter.ts";
import { LDAP } from "./ldap-names.ts";

/** Told where a field of a log lies in the message. */
export type MarkField = (log: string, field: string, value: DerValue) => void;

/** A message (RFC 4511 4.1.1) as the logs tell it. */
export interface LdapMessage {
  readonly id: number;
  readonly operation: number;
  result?: number | undefined;
  diagnostic?: string;
  object?: string;
  argument?: string;
  /** Entry of an operation that Zeek tells nothing of. */
  target?: string;
  version?: number | undefined;
  bind?: Bind;
  search?: Search;
  /** What the server sends back for SASL. */
  serverCredentials?: Uint8Array;
}

/** How a bind proves who it is (RFC 4511 4.2; Sicily: MS-ADTS 5.1.1.1.3). */
export interface Bind {
  readonly method: number;
  readonly mechanism?: string;
  readonly credentials: Uint8Array;
}

export interface Search {
  readonly base: string;
  readonly scope: number | undefined;
  readonly deref: number | undefined;
  readonly sizeLimit: number | undefined;
  readonly timeLimit: number | undefined;
  readonly typesOnly: boolean | undefined;
  readonly filter: string;
  readonly attributes: string[];
}

export const BIND_SIMPLE = 0;
export const BIND_SASL = 3;
export const SICILY_NEGOTIATE = 10;
export const SICILY_RESPONSE = 11;
const CHANGES: readonly string[] = ["add", "delete", "replace"];
/** Attributes of a search that are listed. */
const ATTRIBUTES_MAX = 100;

/** Length of the message that begins here, header included; -1 if none can, 0 when it is too early. */
export function messageLength(bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  if (bytes[0] !== DER_TAG.sequence) return -1;
  if (bytes.length < 2) return 0;
  const first = bytes[1]!;
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  // Microsoft writes four bytes whatever the length; more would be past any message.
  if (count === 0 || count > 4) return -1;
  if (bytes.length < 2 + count) return 0;
  let length = 0;
  for (let n = 0; n < count; n++) length = length * 256 + bytes[2 + n]!;
  return 2 + count + length;
}

/** Reads one whole message; undefined when it is broken. */
export function parseLdap(
  bytes: Uint8Array,
  filterTerms: Limit,
  mark?: MarkField,
): LdapMessage | undefined {
  const cursor = new DerCursor(bytes, { start: 0, end: bytes.length }).enter(DER_TAG.sequence);
  const id = cursor?.take(DER_TAG.integer);
  const operation = cursor?.next();
  if (id === undefined || operation === undefined || (operation.tag & 0xc0) !== 0x40) {
    return undefined;
  }
  const number = integerNumber(bytes, id);
  if (number === undefined) return undefined;
  const message: LdapMessage = { id: number, operation: operation.tag & 0x1f };
  const reader = new OperationReader(bytes, { filterTerms, mark, operation: message.operation });
  return reader.read(message, operation) ? message : undefined;
}

class OperationReader {
  readonly #bytes: Uint8Array;
  readonly #filterTerms: Limit;
  readonly #mark: ((field: string, value: DerValue) => void) | undefined;

  constructor(
    bytes: Uint8Array,
    options: { filterTerms: Limit; mark: MarkField | undefined; operation: number },
  ) {
    const { filterTerms, mark, operation } = options;
    this.#bytes = bytes;
    this.#filterTerms = filterTerms;
    const isSearch = operation >= LDAP.searchRequest && operation <= LDAP.searchResultDone;
    const log = isSearch ? "ldap_search" : "ldap";
    this.#mark = mark && ((field, value) => mark(log, field, value));
  }

  read(message: LdapMessage, operation: DerValue): boolean {
    const content = new DerCursor(this.#bytes, operation);
    switch (message.operation) {
      case LDAP.bindRequest:
        return this.#bind(message, content);
      case LDAP.bindResponse:
        return this.#result(message, content) && this.#bindRest(message, content);
      case LDAP.searchRequest:
        return this.#search(message, content);
      case LDAP.searchResultEntry:
        return content.next() !== undefined;
      case LDAP.modifyRequest:
        return this.#modify(message, content);
      case LDAP.deleteRequest:
        message.object = this.#text(operation, "object");
        return true;
      case LDAP.abandonRequest:
        message.object = String(integerNumber(this.#bytes, operation) ?? "");
        return true;
      case LDAP.extendedRequest:
        return this.#extended(message, content);
      case LDAP.searchResultDone:
      case LDAP.modifyResponse:
      case LDAP.addResponse:
      case LDAP.deleteResponse:
      case LDAP.modifyDnResponse:
      case LDAP.compareResponse:
      case LDAP.extendedResponse:
        return this.#result(message, content);
      case LDAP.addRequest:
      case LDAP.modifyDnRequest:
      case LDAP.compareRequest: {
        const target = content.take(DER_TAG.octetString);
        if (target !== undefined) message.target = this.#text(target, "target");
        return true;
      }
      case LDAP.unbindRequest:
      case LDAP.searchResultReference:
      case LDAP.intermediateResponse:
        return true;
      default:
        return false;
    }
  }

  #bind(message: LdapMessage, content: DerCursor): boolean {
    const version = content.take(DER_TAG.integer);
    const name = content.next();
    const proof = content.next();
    if (version === undefined || name === undefined || proof === undefined) return false;
    if ((proof.tag & 0xc0) !== 0x80) return false;
    this.#mark?.("version", version);
    message.version = integerNumber(this.#bytes, version);
    message.object = this.#text(name, "object");
    const method = proof.tag & 0x1f;
    let mechanism: string | undefined;
    let credentials = this.#view(proof);
    if (method === BIND_SASL) {
      const sasl = new DerCursor(this.#bytes, proof);
      const named = sasl.next();
      if (named === undefined) return false;
      mechanism = this.#text(named, "argument");
      const given = sasl.take(DER_TAG.octetString);
      credentials = given === undefined ? EMPTY : this.#view(given);
    }
    message.bind = { method, credentials, ...(mechanism === undefined ? {} : { mechanism }) };
    return true;
  }

  #result(message: LdapMessage, content: DerCursor): boolean {
    const code = content.take(0x0a);
    const matched = content.take(DER_TAG.octetString);
    const diagnostic = content.take(DER_TAG.octetString);
    if (code === undefined || matched === undefined || diagnostic === undefined) return false;
    this.#mark?.("result", code);
    message.result = integerNumber(this.#bytes, code);
    message.diagnostic = this.#text(diagnostic, "diagnostic_message");
    return true;
  }

  #bindRest(message: LdapMessage, content: DerCursor): boolean {
    while (!content.isAtEnd) {
      const value = content.next();
      if (value === undefined) return false;
      if (value.tag === 0x87) message.serverCredentials = this.#view(value);
    }
    return true;
  }

  #search(message: LdapMessage, content: DerCursor): boolean {
    const base = content.take(DER_TAG.octetString);
    const scope = content.next();
    const deref = content.next();
    const sizeLimit = content.next();
    const timeLimit = content.next();
    const typesOnly = content.next();
    const filter = content.next();
    if (base === undefined || scope === undefined || deref === undefined || filter === undefined) {
      return false;
    }
    this.#mark?.("scope", scope);
    this.#mark?.("deref_aliases", deref);
    this.#mark?.("filter", filter);
    const attributes: string[] = [];
    const list = content.enter(DER_TAG.sequence);
    while (list !== undefined && !list.isAtEnd && attributes.length < ATTRIBUTES_MAX) {
      const attribute = list.next();
      if (attribute === undefined) break;
      attributes.push(this.#text(attribute));
    }
    message.search = {
      base: this.#text(base, "base_object"),
      scope: integerNumber(this.#bytes, scope),
      deref: integerNumber(this.#bytes, deref),
      sizeLimit: sizeLimit && integerNumber(this.#bytes, sizeLimit),
      timeLimit: timeLimit && integerNumber(this.#bytes, timeLimit),
      typesOnly: typesOnly && this.#bytes[typesOnly.start] !== 0,
      filter: filterText(this.#bytes, filter, this.#filterTerms),
      attributes,
    };
    return true;
  }

  /** Changes as Zeek writes them: `replace(name=value)`, several with commas between. */
  #modify(message: LdapMessage, content: DerCursor): boolean {
    const object = content.take(DER_TAG.octetString);
    const changes = content.enter(DER_TAG.sequence);
    if (object === undefined || changes === undefined) return false;
    message.object = this.#text(object, "object");
    const texts: string[] = [];
    const start = changes.position;
    while (!changes.isAtEnd) {
      const change = changes.enter(DER_TAG.sequence);
      const kind = change?.take(0x0a);
      const attribute = change?.enter(DER_TAG.sequence);
      const name = attribute?.next();
      if (kind === undefined || name === undefined) return false;
      const verb = CHANGES[integerNumber(this.#bytes, kind) ?? 3];
      if (verb === undefined) return false;
      const values = attribute?.enter(DER_TAG.set);
      let all = values === undefined || values.isAtEnd ? "" : "=";
      while (values !== undefined && !values.isAtEnd) {
        const value = values.next();
        if (value === undefined) return false;
        all += this.#text(value);
      }
      texts.push(`${verb}(${this.#text(name)}${all})`);
    }
    this.#mark?.("argument", { tag: 0, at: start, start, end: changes.end });
    message.argument = texts.join(",");
    return true;
  }

  #extended(message: LdapMessage, content: DerCursor): boolean {
    const name = content.take(0x80);
    if (name === undefined) return false;
    message.object = this.#text(name, "object");
    return true;
  }

  #text(value: DerValue, field?: string): string {
    if (field !== undefined) this.#mark?.(field, value);
    return bytesToText(this.#view(value));
  }

  #view(value: DerValue): Uint8Array {
    return this.#bytes.subarray(value.start, value.end);
  }
}

const EMPTY = new Uint8Array(0);
