import { DER_TAG, DerCursor, readDer } from "../shared/index.ts";

const TAG_APPLICATION_0 = 0x60;
const TAG_CONTEXT_0 = 0xa0;
const TAG_CONTEXT_2 = 0xa2;
const TAG_ENUMERATED = 0x0a;
/** Kerberos' own tokens begin with these application tags (RFC 4120 5.5): AP-REQ, AP-REP, ERROR. */
const KERBEROS_TAGS: ReadonlySet<number> = new Set([0x6e, 0x6f, 0x7e]);
const FIELDS_MAX = 8;

/** What a token of GSS-API says (RFC 2743 3.1, RFC 4178 4.2). */
export interface NegToken {
  /** 0 accepted, 1 not complete, 2 rejected, 3 wants a MIC. */
  readonly state: number | undefined;
  /** The mechanism's own token and where it begins. */
  readonly mechToken: { readonly start: number; readonly end: number } | undefined;
}

/** Reads a token of SPNEGO; undefined when it is none. */
export function parseNegToken(bytes: Uint8Array): NegToken | undefined {
  const outer = readDer(bytes, 0, bytes.length);
  if (outer === undefined) return undefined;
  if (outer.tag === TAG_APPLICATION_0) {
    const cursor = new DerCursor(bytes, outer);
    if (cursor.take(DER_TAG.oid) === undefined) return undefined;
    const init = cursor.enter(TAG_CONTEXT_0)?.enter(DER_TAG.sequence);
    return init === undefined ? undefined : readFields(init);
  }
  if (outer.tag !== 0xa1) return undefined;
  const response = new DerCursor(bytes, outer).enter(DER_TAG.sequence);
  return response === undefined ? undefined : readFields(response);
}

function readFields(fields: DerCursor): NegToken {
  let state: number | undefined;
  let mechToken: NegToken["mechToken"];
  for (let n = 0; n < FIELDS_MAX && !fields.isAtEnd; n++) {
    const field = fields.next();
    if (field === undefined) break;
    const inner = new DerCursor(fields.bytes, field);
    if (field.tag === TAG_CONTEXT_0) {
      const value = inner.take(TAG_ENUMERATED);
      if (value !== undefined && value.end > value.start) state = fields.bytes[value.start];
    } else if (field.tag === TAG_CONTEXT_2) {
      const value = inner.take(DER_TAG.octetString);
      if (value !== undefined) mechToken = { start: value.start, end: value.end };
    }
  }
  return { state, mechToken };
}

/** Where a message of Kerberos lies in a mechanism's token (RFC 4121 4.1); undefined when none does. */
export function kerberosMessage(
  token: Uint8Array,
): { readonly start: number; readonly end: number } | undefined {
  if (token.length === 0) return undefined;
  if (KERBEROS_TAGS.has(token[0]!)) return { start: 0, end: token.length };
  if (token[0] !== TAG_APPLICATION_0) return undefined;
  const outer = readDer(token, 0, token.length);
  const oid = outer === undefined ? undefined : readDer(token, outer.start, outer.end);
  if (oid === undefined || oid.tag !== DER_TAG.oid) return undefined;
  // Two bytes say which message it is.
  const start = oid.end + 2;
  return start < token.length && KERBEROS_TAGS.has(token[start]!)
    ? { start, end: token.length }
    : undefined;
}
