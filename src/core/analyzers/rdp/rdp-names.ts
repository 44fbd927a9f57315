import { KEYBOARD_LAYOUTS } from "./keyboard-layouts.ts";

type Names = Readonly<Record<number, string>>;

/** Builds of Microsoft's client. */
export const BUILDS: Names = {
  419: "RDP 4.0",
  2195: "RDP 5.0",
  2221: "RDP 5.0",
  2600: "RDP 5.1",
  3790: "RDP 5.2",
  6000: "RDP 6.0",
  6001: "RDP 6.1",
  6002: "RDP 6.2",
  7600: "RDP 7.0",
  7601: "RDP 7.1",
  9200: "RDP 8.0",
  9600: "RDP 8.1",
  25189: "RDP 8.0 (Mac)",
  25282: "RDP 8.0 (Mac)",
};
/** MS-RDPBCGR 2.2.1.2.1. */
export const SECURITY_PROTOCOLS: Names = { 0: "RDP", 1: "SSL", 2: "HYBRID", 8: "HYBRID_EX" };
/** MS-RDPBCGR 2.2.1.2.2. */
export const FAILURES: Names = {
  1: "SSL_REQUIRED_BY_SERVER",
  2: "SSL_NOT_ALLOWED_BY_SERVER",
  3: "SSL_CERT_NOT_ON_SERVER",
  4: "INCONSISTENT_FLAGS",
  5: "HYBRID_REQUIRED_BY_SERVER",
  6: "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER",
};
/** Results of a conference's creation (T.124 8.7). */
export const RESULTS: Names = {
  0: "Success",
  1: "User rejected",
  2: "Resources not available",
  3: "Rejected for symmetry breaking",
  4: "Locked conference",
};
/** MS-RDPBCGR 2.2.1.4.3.1. */
export const CERTIFICATE_TYPES: Names = { 1: "RSA", 2: "X.509" };
/** MS-RDPBCGR 2.2.1.4.3. */
export const ENCRYPTION_METHODS: Names = {
  0: "None",
  1: "40bit",
  2: "128bit",
  8: "56bit",
  10: "FIPS",
};
export const ENCRYPTION_LEVELS: Names = {
  0: "None",
  1: "Low",
  2: "Client compatible",
  3: "High",
  4: "FIPS",
};
/** MS-RDPBCGR 2.2.1.3.2. */
export const COLOR_DEPTHS: Names = { 4: "4bit", 8: "8bit", 15: "15bit", 16: "16bit", 24: "24bit" };

/** A number's name, or Zeek's word for one without. */
export function nameOf(names: Names, number: number, kind: string): string {
  return names[number] ?? `${kind}-${number}`;
}

/** The language of a layout; for one of a language's unknown variants that language is a guess. */
export function keyboardName(layout: number): string {
  const exact = KEYBOARD_LAYOUTS.get(layout);
  if (exact !== undefined) return exact;
  const language = KEYBOARD_LAYOUTS.get(layout & 0xffff);
  return language === undefined ? `keyboard-${layout}` : `${language} (Best Guess for ${layout})`;
}
