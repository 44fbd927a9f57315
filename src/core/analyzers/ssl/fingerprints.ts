import type { CreateDigest } from "../../base/index.ts";
import { type ClientHello, hexText, type ServerHello, TLS_EXTENSION } from "../shared/index.ts";
import { isGrease, VERSION } from "./tls-names.ts";

/** JA3 of a client: MD5 over what its ClientHello offers, in the order it stands there. */
export function ja3(hello: ClientHello, createDigest: CreateDigest): string {
  const text = [
    String(hello.version),
    dashed(hello.ciphers),
    dashed(hello.extensions.map(({ type }) => type)),
    dashed(hello.groups),
    hello.pointFormats.join("-"),
  ].join(",");
  return digestText("md5", text, createDigest);
}

/** JA3S of a server: MD5 over what its ServerHello chose. */
export function ja3s(hello: ServerHello, createDigest: CreateDigest): string {
  const extensions = hello.extensions.map(({ type }) => type).join("-");
  return digestText("md5", `${hello.version},${hello.cipher},${extensions}`, createDigest);
}

/** What carries the handshake: first letter of a JA4. */
export type Ja4Carrier = "t" | "q" | "d";

/** JA4 of a client: readable facts, then digests over its sorted ciphers and extensions. */
export function ja4(hello: ClientHello, carrier: Ja4Carrier, createDigest: CreateDigest): string {
  const ciphers = hello.ciphers.filter(isMeant);
  const extensions = hello.extensions.map(({ type }) => type).filter(isMeant);
  const hasName = extensions.includes(TLS_EXTENSION.serverName);
  const facts =
    carrier +
    versionCode(hello, carrier) +
    (hasName ? "d" : "i") +
    twoDigits(ciphers.length) +
    twoDigits(extensions.length) +
    alpnCode(hello);
  const others = extensions.filter(
    (type) => type !== TLS_EXTENSION.serverName && type !== TLS_EXTENSION.alpn,
  );
  const algorithms = hello.signatureAlgorithms.filter(isMeant).map(hex4).join(",");
  const extensionText = sortedHex(others) + (algorithms === "" ? "" : `_${algorithms}`);
  const cipherPart = shortDigest(sortedHex(ciphers), createDigest);
  return `${facts}_${cipherPart}_${others.length === 0 ? NOTHING : shortDigest(extensionText, createDigest)}`;
}

const NOTHING = "000000000000";

function shortDigest(text: string, createDigest: CreateDigest): string {
  return text === "" ? NOTHING : digestText("sha256", text, createDigest).slice(0, 12);
}

function versionCode(hello: ClientHello, carrier: Ja4Carrier): string {
  const offered = hello.supportedVersions.filter(isMeant);
  // Versions of DTLS count downwards.
  const best = carrier === "d" ? Math.min(...offered) : Math.max(...offered);
  const version = offered.length === 0 ? hello.version : best;
  return VERSION_CODES.get(version) ?? "00";
}

const VERSION_CODES: ReadonlyMap<number, string> = new Map([
  [VERSION.tls13, "13"],
  [VERSION.tls12, "12"],
  [VERSION.tls11, "11"],
  [VERSION.tls10, "10"],
  [VERSION.ssl3, "s3"],
  [VERSION.ssl2, "s2"],
  [VERSION.dtls10, "d1"],
  [VERSION.dtls12, "d2"],
  [VERSION.dtls13, "d3"],
]);

/**
 * First and last character of the first protocol offered: 9 for what is not ASCII, as all of JA4's own
 * programs print it; else of its hexadecimal where they are no letters or digits.
 */
function alpnCode({ alpn, alpnEnds }: ClientHello): string {
  if (alpn.length === 0 || alpnEnds === undefined) return "00";
  const [first, last] = alpnEnds;
  const isOther = (byte: number) => byte < 0x80 && !isAlphanumeric(byte);
  if (!isOther(first) && !isOther(last)) {
    return [first, last].map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : "9")).join("");
  }
  return hexByte(first)[0]! + hexByte(last)[1]!;
}

function isAlphanumeric(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a)
  );
}

function isMeant(value: number): boolean {
  return !isGrease(value);
}

function dashed(values: readonly number[]): string {
  return values.filter(isMeant).join("-");
}

function sortedHex(values: readonly number[]): string {
  return values.map(hex4).sort().join(",");
}

function hex4(value: number): string {
  return (value + 0x10000).toString(16).slice(1);
}

function hexByte(value: number): string {
  return (value + 0x100).toString(16).slice(1);
}

function twoDigits(count: number): string {
  return String(Math.min(99, count)).padStart(2, "0");
}

function digestText(name: "md5" | "sha256", text: string, createDigest: CreateDigest): string {
  const digest = createDigest(name);
  digest.update(asciiBytes(text));
  return hexText(digest.digest());
}

function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let n = 0; n < text.length; n++) bytes[n] = text.charCodeAt(n);
  return bytes;
}
