import type { Certificate } from "./x509-parser.ts";

/** Whether a certificate is made out to a host: by its alternative names, else by its common name. */
export function isMadeOutTo(certificate: Certificate, host: string): boolean {
  const { san, subject } = certificate;
  if (san !== undefined) return san.dns.some((name) => isNameOf(name, host));
  return subject.commonName !== undefined && isNameOf(subject.commonName, host);
}

/** RFC 6125 6.4.3: a star stands for the end of the leftmost label, from the third level on. */
function isNameOf(name: string, host: string): boolean {
  if (name === host) return true;
  const star = name.indexOf("*");
  const dot = name.indexOf(".");
  if (star < 0 || star + 1 !== dot || name.indexOf(".", dot + 1) < 0) return false;
  const hostDot = host.indexOf(".");
  if (hostDot < 0 || host.slice(hostDot) !== name.slice(dot)) return false;
  return host.slice(0, star) === name.slice(0, star);
}
