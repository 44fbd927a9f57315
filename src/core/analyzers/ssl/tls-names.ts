import { CIPHER_NAMES } from "./cipher-names.ts";

/** Protocol versions on the wire (RFC 8446 4.1.2, RFC 9147 5.3). */
export const VERSION = {
  ssl2: 0x0002,
  ssl3: 0x0300,
  tls10: 0x0301,
  tls11: 0x0302,
  tls12: 0x0303,
  tls13: 0x0304,
  dtls10: 0xfeff,
  dtls12: 0xfefd,
  dtls13: 0xfefc,
} as const;

const VERSION_NAMES: ReadonlyMap<number, string> = new Map([
  [VERSION.ssl2, "SSLv2"],
  [VERSION.ssl3, "SSLv3"],
  [VERSION.tls10, "TLSv10"],
  [VERSION.tls11, "TLSv11"],
  [VERSION.tls12, "TLSv12"],
  [VERSION.tls13, "TLSv13"],
  [VERSION.dtls10, "DTLSv10"],
  [VERSION.dtls12, "DTLSv12"],
  [VERSION.dtls13, "DTLSv13"],
]);

/** True for a version that drafts of TLS 1.3 used, by Zeek's arithmetic. */
export function isDraft13(version: number): boolean {
  return Math.floor(version / 0xff) === 0x7f;
}

/** A version as Zeek prints it. */
export function versionName(version: number): string {
  const name = VERSION_NAMES.get(version);
  if (name !== undefined) return name;
  return isDraft13(version) ? `TLSv13-draft${version % 0x7f}` : `unknown-${version}`;
}

/** True for versions that a hello may state. */
export function isKnownVersion(version: number): boolean {
  return version >> 8 === 0x7f || VERSION_NAMES.has(version);
}

/** RFC 8701: values that stand for nothing, 0x0a0a to 0xfafa. */
export function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff);
}

export function cipherName(cipher: number): string {
  return CIPHER_NAMES.get(cipher) ?? otherName(cipher);
}

export function curveName(curve: number): string {
  return CURVE_NAMES.get(curve) ?? otherName(curve);
}

export function alertName(description: number): string {
  return ALERT_NAMES.get(description) ?? `unknown-${description}`;
}

function otherName(value: number): string {
  const hex = (value + 0x10000).toString(16).slice(-4).toUpperCase();
  return isGrease(value) ? `grease_0x${hex}` : `unknown-${value}`;
}

const CURVE_NAMES: ReadonlyMap<number, string> = new Map([
  [1, "sect163k1"],
  [2, "sect163r1"],
  [3, "sect163r2"],
  [4, "sect193r1"],
  [5, "sect193r2"],
  [6, "sect233k1"],
  [7, "sect233r1"],
  [8, "sect239k1"],
  [9, "sect283k1"],
  [10, "sect283r1"],
  [11, "sect409k1"],
  [12, "sect409r1"],
  [13, "sect571k1"],
  [14, "sect571r1"],
  [15, "secp160k1"],
  [16, "secp160r1"],
  [17, "secp160r2"],
  [18, "secp192k1"],
  [19, "secp192r1"],
  [20, "secp224k1"],
  [21, "secp224r1"],
  [22, "secp256k1"],
  [23, "secp256r1"],
  [24, "secp384r1"],
  [25, "secp521r1"],
  [26, "brainpoolP256r1"],
  [27, "brainpoolP384r1"],
  [28, "brainpoolP512r1"],
  [29, "x25519"],
  [30, "x448"],
  [31, "brainpoolP256r1tls13"],
  [32, "brainpoolP384r1tls13"],
  [33, "brainpoolP512r1tls13"],
  [34, "GC256A"],
  [35, "GC256B"],
  [36, "GC256C"],
  [37, "GC256D"],
  [38, "GC512A"],
  [39, "GC512B"],
  [40, "GC512C"],
  [41, "curveSM2"],
  [256, "ffdhe2048"],
  [257, "ffdhe3072"],
  [258, "ffdhe4096"],
  [259, "ffdhe6144"],
  [260, "ffdhe8192"],
  [512, "MLKEM512"],
  [513, "MLKEM768"],
  [514, "MLKEM1024"],
  [4587, "SecP256r1MLKEM768"],
  [4588, "X25519MLKEM768"],
  [4589, "SecP384r1MLKEM1024"],
  [4590, "curveSM2MLKEM768"],
  [16696, "CECPQ2"],
  [25497, "X25519Kyber768Draft00"],
  [25498, "SecP256r1Kyber768Draft00"],
  [65281, "arbitrary_explicit_prime_curves"],
  [65282, "arbitrary_explicit_char2_curves"],
]);

const ALERT_NAMES: ReadonlyMap<number, string> = new Map([
  [0, "close_notify"],
  [10, "unexpected_message"],
  [20, "bad_record_mac"],
  [21, "decryption_failed"],
  [22, "record_overflow"],
  [30, "decompression_failure"],
  [40, "handshake_failure"],
  [41, "no_certificate"],
  [42, "bad_certificate"],
  [43, "unsupported_certificate"],
  [44, "certificate_revoked"],
  [45, "certificate_expired"],
  [46, "certificate_unknown"],
  [47, "illegal_parameter"],
  [48, "unknown_ca"],
  [49, "access_denied"],
  [50, "decode_error"],
  [51, "decrypt_error"],
  [60, "export_restriction"],
  [70, "protocol_version"],
  [71, "insufficient_security"],
  [80, "internal_error"],
  [86, "inappropriate_fallback"],
  [90, "user_canceled"],
  [100, "no_renegotiation"],
  [110, "unsupported_extension"],
  [111, "certificate_unobtainable"],
  [112, "unrecognized_name"],
  [113, "bad_certificate_status_response"],
  [114, "bad_certificate_hash_value"],
  [115, "unknown_psk_identity"],
  [116, "certificate_required"],
  [117, "general_error"],
  [120, "no_application_protocol"],
  [121, "ech_required"],
]);
