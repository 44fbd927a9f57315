import { bytesToText } from "../shared/index.ts";

/** Where a connection goes or is bound: an address, a name, or both (SOCKS 4A). */
export interface SocksAddress {
  readonly host: Int32Array | undefined;
  readonly name: string | undefined;
  readonly port: number;
}

/** What a reader found: a message of that many bytes, too few bytes, or none of SOCKS. */
export type SocksResult<T> = { readonly value: T; readonly length: number } | "more" | "broken";

/** Bytes of a user or host name in SOCKS 4; the protocol itself has no bound. */
const NAME_BYTES_MAX = 512;

export interface Socks5Message extends SocksAddress {
  /** Command of a request, status of a reply. */
  readonly code: number;
  readonly reserved: number;
}

/** A request or a reply, which look the same (RFC 1928 4 and 6). */
export function parseSocks5(bytes: Uint8Array): SocksResult<Socks5Message> {
  if (bytes.length < 5) return "more";
  const type = bytes[3]!;
  const addressBytes = type === 1 ? 4 : type === 4 ? 16 : type === 3 ? 1 + bytes[4]! : -1;
  if (addressBytes < 0) return "broken";
  const length = 4 + addressBytes + 2;
  if (bytes.length < length) return "more";
  const value = {
    code: bytes[1]!,
    reserved: bytes[2]!,
    host: type === 3 ? undefined : addressWords(bytes.subarray(4, 4 + addressBytes)),
    name: type === 3 ? bytesToText(bytes.subarray(5, 4 + addressBytes)) : undefined,
    port: bytes[length - 2]! * 256 + bytes[length - 1]!,
  };
  return { value, length };
}

/** A request of SOCKS 4 and 4A: the latter has an address of 0.0.0.x and a name behind the user. */
export function parseSocks4Request(
  bytes: Uint8Array,
): SocksResult<SocksAddress & { readonly user: string }> {
  if (bytes.length < 9) return "more";
  const port = bytes[2]! * 256 + bytes[3]!;
  const hasName = bytes[4] === 0 && bytes[5] === 0 && bytes[6] === 0;
  const userEnd = bytes.indexOf(0, 8);
  if (userEnd < 0) return bytes.length > 8 + NAME_BYTES_MAX ? "broken" : "more";
  const host = addressWords(bytes.subarray(4, 8));
  const user = bytesToText(bytes.subarray(8, userEnd));
  if (!hasName) return { value: { host, port, user, name: undefined }, length: userEnd + 1 };
  const nameEnd = bytes.indexOf(0, userEnd + 1);
  if (nameEnd < 0) return bytes.length > userEnd + 1 + NAME_BYTES_MAX ? "broken" : "more";
  const name = bytesToText(bytes.subarray(userEnd + 1, nameEnd));
  return { value: { host, port, user, name }, length: nameEnd + 1 };
}

/** A reply of SOCKS 4. */
export function parseSocks4Reply(
  bytes: Uint8Array,
): SocksResult<SocksAddress & { readonly code: number }> {
  if (bytes.length < 8) return "more";
  const value = {
    code: bytes[1]!,
    port: bytes[2]! * 256 + bytes[3]!,
    host: addressWords(bytes.subarray(4, 8)),
    name: undefined,
  };
  return { value, length: 8 };
}

/** A login by user and password (RFC 1929 2); the password is passed over. */
export function parseLogin(bytes: Uint8Array): SocksResult<string> {
  const userBytes = bytes[1];
  if (userBytes === undefined) return "more";
  const passwordBytes = bytes[2 + userBytes];
  if (passwordBytes === undefined) return "more";
  const length = 3 + userBytes + passwordBytes;
  if (bytes.length < length) return "more";
  return { value: bytesToText(bytes.subarray(2, 2 + userBytes)), length };
}

/** Words of an address, IPv4 mapped. */
function addressWords(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length === 4) return Int32Array.of(0, 0, 0xffff, view.getInt32(0));
  return Int32Array.of(view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12));
}
