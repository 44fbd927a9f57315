import { ByteReader } from "../../base/index.ts";
import { asciiText } from "../shared/index.ts";

/** Numbers of messages (RFC 4253 12, RFC 4419 5, RFC 5656 7.1, RFC 4462 2.1). */
export const MSG_KEXINIT = 20;
export const MSG_NEWKEYS = 21;
const MSG_DH_REPLY = 31;
const MSG_GEX_REPLY = 33;
const MSG_GSS_HOSTKEY = 35;

/** The ten lists of a KEXINIT (RFC 4253 7.1), in their order; names of the first eight. */
export const KEXINIT_LISTS = [
  "kex",
  "hostKey",
  "cipherToServer",
  "cipherToClient",
  "macToServer",
  "macToClient",
  "compressionToServer",
  "compressionToClient",
  "languagesToServer",
  "languagesToClient",
] as const;
export type KexinitList = (typeof KEXINIT_LISTS)[number];
export type Kexinit = Record<KexinitList, string>;

/** Reads a KEXINIT's payload behind its message number; undefined when it is cut. */
export function parseKexinit(payload: Uint8Array): Kexinit | undefined {
  const reader = new ByteReader(payload, { start: 16 });
  const lists: Partial<Kexinit> = {};
  for (const name of KEXINIT_LISTS) lists[name] = asciiText(reader.take(name, reader.u32("")));
  return reader.short ? undefined : (lists as Kexinit);
}

/** The host key that a reply of the key exchange carries (it is its first string), if it does. */
export function hostKeyOf(
  message: number,
  payload: Uint8Array,
  kex: string,
): { start: number; length: number } | undefined {
  const isGex = kex.startsWith("diffie-hellman-group-exchange-");
  const wanted = kex.startsWith("gss-") ? MSG_GSS_HOSTKEY : isGex ? MSG_GEX_REPLY : MSG_DH_REPLY;
  // RFC 4432: the public key comes in the first message from the server.
  if (message !== (kex.startsWith("rsa") ? 30 : wanted) || payload.length < 4) return undefined;
  const length = new ByteReader(payload).u32("");
  return length > 0 && 4 + length <= payload.length ? { start: 4, length } : undefined;
}

/** The first of the client's algorithms that the server has too (RFC 4253 7.1). */
export function chooseAlgorithm(client: string, server: string): string {
  const offered = new Set(namesOf(server));
  return namesOf(client).find((name) => offered.has(name)) ?? "Algorithm negotiation failed";
}

/** Names of a list; an empty list has none. */
export function namesOf(list: string): string[] {
  return list === "" ? [] : list.split(",");
}

/** What two versions agree on (RFC 4253 5.1): 1.99 speaks 2 as well; undefined when they cannot. */
export function commonVersion(client: string, server: string): number | undefined {
  const major = (text: string): number =>
    text[4] === "1" ? (text.slice(6, 8) === "99" ? 199 : 1) : text[4] === "2" ? 2 : 0;
  const [a, b] = [major(client), major(server)];
  if (a === 0 || b === 0) return undefined;
  if (a === 1 || b === 1) return a === 2 || b === 2 ? undefined : 1;
  return 2;
}
