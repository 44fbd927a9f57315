import { asciiText, bytesToText } from "../shared/index.ts";

/** Code of a request for TLS in the place of a version. */
export const TLS_REQUEST = 80_877_103;
/** Code of a request to end a query of another connection, and that request's length. */
export const CANCEL_REQUEST = 80_877_102;
export const CANCEL_BYTES = 16;
export const MAJOR_VERSION = 3;

/** Names of the fields of errors and notices by their letter. */
const ERROR_FIELDS: Readonly<Record<string, string>> = {
  S: "SeverityLocalized",
  V: "Severity",
  C: "Code",
  M: "Message",
  D: "Detail",
  H: "Hint",
  P: "Position",
  p: "InternalPosition",
  q: "InternalQuery",
  W: "Where",
  s: "Schema",
  t: "Table",
  c: "Column",
  d: "Data",
  n: "Constraint",
  F: "File",
  L: "Line",
  R: "Routine",
};
const AUTHENTICATIONS: Readonly<Record<number, string>> = {
  2: "KerberosV5",
  3: "CleartextPassword",
  5: "MD5Password",
  7: "GSSAPI",
  8: "GSSAPIContinue",
  9: "SSPI",
  10: "SASL",
  11: "SASLContinue",
  12: "SASLFinal",
};

export function authenticationName(identifier: number): string {
  return AUTHENTICATIONS[identifier] ?? `UnknownAuthId${identifier}`;
}

/** Fields of an error or a notice as `Name=value`. */
export function parseErrorFields(content: Uint8Array): string[] {
  const fields: string[] = [];
  for (let at = 0; at < content.length && content[at] !== 0; ) {
    const end = content.indexOf(0, at + 1);
    if (end < 0) break;
    const letter = String.fromCharCode(content[at]!);
    const name = ERROR_FIELDS[letter] ?? `UnknownErrorId${letter}`;
    fields.push(`${name}=${bytesToText(content.subarray(at + 1, end))}`);
    at = end + 1;
  }
  return fields;
}

/** Parameters of a startup message behind its version; undefined when they are broken. */
export function parseStartup(content: Uint8Array): Map<string, string> | undefined {
  const parameters = new Map<string, string>();
  let at = 0;
  while (at < content.length && content[at] !== 0) {
    const nameEnd = content.indexOf(0, at);
    const valueEnd = nameEnd < 0 ? -1 : content.indexOf(0, nameEnd + 1);
    if (valueEnd < 0) return undefined;
    const name = asciiText(content.subarray(at, nameEnd));
    parameters.set(name, bytesToText(content.subarray(nameEnd + 1, valueEnd)));
    at = valueEnd + 1;
  }
  // A NUL ends the list, and nothing is behind it.
  return at === content.length - 1 ? parameters : undefined;
}

/** A text up to its NUL. */
export function untilNul(content: Uint8Array): string {
  const end = content.indexOf(0);
  return bytesToText(end < 0 ? content : content.subarray(0, end));
}

export function bigEndian32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0);
}
