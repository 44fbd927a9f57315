import {
  DER_TAG,
  DerCursor,
  type DerValue,
  integerBits,
  integerDecimal,
  oidText,
} from "../shared/index.ts";
import { CURVES } from "./oid-names.ts";

/** What the log tells of a public key. */
export interface PublicKey {
  readonly type?: string;
  readonly bits?: number;
  readonly exponent?: string;
  readonly curve?: string;
}

/** Reads a key by its algorithm's identifier (RFC 3279, RFC 5480, RFC 8410). */
export function readPublicKey(
  bytes: Uint8Array,
  oid: string,
  fields: { readonly parameters: DerValue | undefined; readonly bits: DerValue },
): PublicKey {
  // The first byte of a BIT STRING counts unused bits.
  const content = { start: Math.min(fields.bits.start + 1, fields.bits.end), end: fields.bits.end };
  switch (oid) {
    case "1.2.840.113549.1.1.1":
    case "2.5.8.1.1":
    // Terminal servers name their keys by a signature algorithm.
    case "1.2.840.113549.1.1.4":
      return rsaKey(bytes, content, "rsa");
    case "1.2.840.113549.1.1.10":
      return rsaKey(bytes, content, "RSA-PSS");
    case "1.2.840.10040.4.1":
      return dsaKey(bytes, fields.parameters);
    case "1.2.840.10045.2.1":
      return curveKey(bytes, fields.parameters);
    default:
      return rawKey(oid, content.end - content.start);
  }
}

function rsaKey(
  bytes: Uint8Array,
  content: { readonly start: number; readonly end: number },
  type: string,
): PublicKey {
  const fields = new DerCursor(bytes, content).enter(DER_TAG.sequence);
  const modulus = fields?.take(DER_TAG.integer);
  const exponent = fields?.take(DER_TAG.integer);
  if (modulus === undefined || exponent === undefined) return {};
  const bits = integerBits(bytes, modulus);
  const decimal = type === "rsa" ? integerDecimal(bytes, exponent) : undefined;
  return { type, bits, ...(decimal === undefined ? {} : { exponent: decimal }) };
}

function dsaKey(bytes: Uint8Array, parameters: DerValue | undefined): PublicKey {
  if (parameters?.tag !== DER_TAG.sequence) return {};
  const prime = new DerCursor(bytes, parameters).take(DER_TAG.integer);
  return prime === undefined ? {} : { type: "dsa", bits: integerBits(bytes, prime) };
}

function curveKey(bytes: Uint8Array, parameters: DerValue | undefined): PublicKey {
  if (parameters?.tag !== DER_TAG.oid) return {};
  const curve = CURVES.get(oidText(bytes, parameters));
  return curve === undefined ? {} : { type: "ecdsa", curve: curve[0], bits: curve[1] };
}

/** Keys that are their bytes, with the bits that OpenSSL counts. */
function rawKey(oid: string, length: number): PublicKey {
  switch (oid) {
    case "1.3.101.110":
      return { type: "X25519", bits: 253 };
    case "1.3.101.111":
      return { type: "X448", bits: 448 };
    case "1.3.101.112":
      return { type: "ED25519", bits: 256 };
    case "1.3.101.113":
      return { type: "ED448", bits: 456 };
    default: {
      const type = POST_QUANTUM.get(oid);
      return type === undefined ? {} : { type, bits: length * 8 };
    }
  }
}

/** FIPS 204: the number of bytes tells the strength, the name the parameters. */
const POST_QUANTUM: ReadonlyMap<string, string> = new Map([
  ["2.16.840.1.101.3.4.3.17", "ML-DSA-44"],
  ["2.16.840.1.101.3.4.3.18", "ML-DSA-65"],
  ["2.16.840.1.101.3.4.3.19", "ML-DSA-87"],
]);
