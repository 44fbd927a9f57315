import { formatAddress } from "../../packet/index.ts";
import {
  bytesToText,
  DER_TAG,
  DerCursor,
  type DerValue,
  integerBits,
  oidText,
  readDer,
} from "../shared/index.ts";
import { readTime } from "./certificate-time.ts";
import { type DistinguishedName, readName } from "./distinguished-name.ts";
import { ALGORITHM_NAMES } from "./oid-names.ts";
import { type PublicKey, readPublicKey } from "./public-key.ts";

/** Other names of a subject (RFC 5280 4.2.1.6). */
export interface AlternativeNames {
  readonly dns: string[];
  readonly uri: string[];
  readonly email: string[];
  readonly ip: string[];
}

/** A certificate (RFC 5280 4.1) as the `x509` log tells it. */
export interface Certificate {
  /** Bytes of its DER; what is behind them is not part of it. */
  readonly length: number;
  readonly version: number;
  /** Upper-case hexadecimal. */
  readonly serial: string;
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  /** Seconds since 1970; 0 when what stands there is no time. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly keyAlgorithm: string;
  readonly signatureAlgorithm: string;
  readonly tbsSignatureAlgorithm: string;
  readonly key: PublicKey;
  readonly san: AlternativeNames | undefined;
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength?: number } | undefined;
}

/** Names of one kind that are kept, as in Zeek. */
const SAN_NAMES_MAX = 500;
/** Extensions that are looked at. */
const EXTENSIONS_MAX = 256;
/** Digits of a serial number that are kept. */
const SERIAL_BYTES_MAX = 256;

/** Reads a certificate; undefined when its structure is broken. Never throws. */
export function parseCertificate(bytes: Uint8Array): Certificate | undefined {
  const outer = readDer(bytes, 0, bytes.length);
  if (outer?.tag !== DER_TAG.sequence) return undefined;
  const parts = new DerCursor(bytes, outer);
  const tbs = parts.enter(DER_TAG.sequence);
  const signature = parts.enter(DER_TAG.sequence)?.take(DER_TAG.oid);
  if (tbs === undefined || signature === undefined) return undefined;
  if (parts.take(DER_TAG.bitString) === undefined) return undefined;
  const versionField = tbs.enter(0xa0)?.take(DER_TAG.integer);
  const serial = tbs.take(DER_TAG.integer);
  const tbsSignature = tbs.enter(DER_TAG.sequence)?.take(DER_TAG.oid);
  const issuerField = tbs.take(DER_TAG.sequence);
  const validity = tbs.enter(DER_TAG.sequence);
  const subjectField = tbs.take(DER_TAG.sequence);
  const spki = tbs.enter(DER_TAG.sequence);
  if (!serial || !tbsSignature || !issuerField || !validity || !subjectField || !spki) {
    return undefined;
  }
  const issuer = readName(bytes, issuerField);
  const subject = readName(bytes, subjectField);
  const [notBefore, notAfter] = [validity.next(), validity.next()];
  const keyAlgorithm = spki.enter(DER_TAG.sequence);
  const keyOid = keyAlgorithm?.take(DER_TAG.oid);
  const keyBits = spki.take(DER_TAG.bitString);
  if (!issuer || !subject || !notBefore || !notAfter || !keyAlgorithm || !keyOid || !keyBits) {
    return undefined;
  }
  const extensions = readExtensions(bytes, tbs);
  const oid = oidText(bytes, keyOid);
  return {
    length: outer.end,
    version: versionField === undefined ? 1 : (bytes[versionField.end - 1] ?? 0) + 1,
    serial: serialText(bytes, serial),
    subject,
    issuer,
    notBefore: readTime(bytes, notBefore) ?? 0,
    notAfter: readTime(bytes, notAfter) ?? 0,
    keyAlgorithm: ALGORITHM_NAMES.get(oid) ?? oid,
    signatureAlgorithm: ALGORITHM_NAMES.get(oidText(bytes, signature)) ?? "undefined",
    tbsSignatureAlgorithm:
      ALGORITHM_NAMES.get(oidText(bytes, tbsSignature)) ?? oidText(bytes, tbsSignature),
    key: readPublicKey(bytes, oid, { parameters: keyAlgorithm.next(), bits: keyBits }),
    ...extensions,
  };
}

type Extensions = Pick<Certificate, "san" | "basicConstraints">;

/** Extensions stand last in the certificate, after the two unique identifiers. */
function readExtensions(bytes: Uint8Array, tbs: DerCursor): Extensions {
  tbs.take(0x81);
  tbs.take(0x82);
  const list = tbs.enter(0xa3)?.enter(DER_TAG.sequence);
  let san: AlternativeNames | undefined;
  let basicConstraints: Certificate["basicConstraints"];
  for (let n = 0; n < EXTENSIONS_MAX && list !== undefined && !list.isAtEnd; n++) {
    const extension = list.enter(DER_TAG.sequence);
    const oid = extension?.take(DER_TAG.oid);
    if (extension === undefined || oid === undefined) break;
    extension.take(DER_TAG.boolean);
    const value = extension.enter(DER_TAG.octetString);
    if (value === undefined) continue;
    const id = oidText(bytes, oid);
    if (id === "2.5.29.17") san = readAlternativeNames(bytes, value) ?? san;
    if (id === "2.5.29.19") basicConstraints = readConstraints(bytes, value) ?? basicConstraints;
  }
  return { san, basicConstraints };
}

/** RFC 5280 4.2.1.9; a path length counts only as far as a small number goes. */
function readConstraints(bytes: Uint8Array, value: DerCursor): Certificate["basicConstraints"] {
  const fields = value.enter(DER_TAG.sequence);
  if (fields === undefined) return undefined;
  const isCa = fields.take(DER_TAG.boolean);
  const pathLength = fields.take(DER_TAG.integer);
  const ca = isCa !== undefined && bytes[isCa.start] !== 0;
  if (pathLength === undefined || pathLength.end - pathLength.start > 4) return { ca };
  let number = 0;
  for (let n = pathLength.start; n < pathLength.end; n++) number = number * 256 + bytes[n]!;
  return { ca, pathLength: number };
}

function readAlternativeNames(bytes: Uint8Array, value: DerCursor): AlternativeNames | undefined {
  const names = value.enter(DER_TAG.sequence);
  if (names === undefined) return undefined;
  const san: AlternativeNames = { dns: [], uri: [], email: [], ip: [] };
  while (!names.isAtEnd) {
    const name = names.next();
    if (name === undefined) return undefined;
    const kind = SAN_KINDS.get(name.tag);
    if (kind === undefined || san[kind].length >= SAN_NAMES_MAX) continue;
    const content = bytes.subarray(name.start, name.end);
    const text = kind === "ip" ? addressText(content) : bytesToText(content);
    if (text !== undefined) san[kind].push(text);
  }
  return san;
}

/** GeneralName's choices by their tags. */
const SAN_KINDS: ReadonlyMap<number, keyof AlternativeNames> = new Map([
  [0x81, "email"],
  [0x82, "dns"],
  [0x86, "uri"],
  [0x87, "ip"],
]);

function addressText(content: Uint8Array): string | undefined {
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  if (content.length === 4) return formatAddress(0, 0, 0xffff, view.getUint32(0));
  if (content.length !== 16) return undefined;
  const [a, b] = [view.getUint32(0), view.getUint32(4)];
  return formatAddress(a, b, view.getUint32(8), view.getUint32(12));
}

function serialText(bytes: Uint8Array, value: DerValue): string {
  let at = value.start;
  const isNegative = at < value.end && bytes[at]! >= 0x80;
  if (isNegative)
    return `-${negated(bytes.subarray(at, Math.min(value.end, at + SERIAL_BYTES_MAX)))}`;
  if (integerBits(bytes, value) === 0) return "00";
  while (bytes[at] === 0) at++;
  return hexUpper(bytes.subarray(at, Math.min(value.end, at + SERIAL_BYTES_MAX)));
}

/** The magnitude of a negative INTEGER (two's complement). */
function negated(content: Uint8Array): string {
  const out = content.slice();
  let carry = 1;
  for (let n = out.length - 1; n >= 0; n--) {
    const sum = (out[n]! ^ 0xff) + carry;
    out[n] = sum & 0xff;
    carry = sum >> 8;
  }
  let start = 0;
  while (start < out.length - 1 && out[start] === 0) start++;
  return hexUpper(out.subarray(start));
}

function hexUpper(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += (byte + 256).toString(16).slice(1);
  return text.toUpperCase();
}
