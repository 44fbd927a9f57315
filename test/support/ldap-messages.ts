import { der } from "./der.ts";

/** A text in a value of LDAP. */
export function ldapText(value: string, tag = 4): number[] {
  return der(tag, Buffer.from(value));
}

/** A message with its number (RFC 4511 4.1.1). */
export function ldapMessage(id: number, operation: readonly number[]): Uint8Array {
  return Uint8Array.from(der(0x30, der(2, id < 128 ? [id] : [id >> 8, id & 255]), operation));
}

/** A simple bind of a name with a password. */
export function ldapBind(name: string, password: string): number[] {
  return der(0x60, der(2, [3]), ldapText(name), ldapText(password, 0x80));
}

/** A search of the whole tree below `dc=example` for one attribute. */
export function ldapSearch(filter: readonly number[]): number[] {
  const limits = [der(10, [2]), der(10, [0]), der(2, [0]), der(2, [0]), der(1, [0])];
  return der(0x63, ldapText("dc=example"), ...limits, filter, der(0x30, ldapText("mail")));
}
