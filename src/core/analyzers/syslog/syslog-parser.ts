const FACILITIES = [
  "KERN",
  "USER",
  "MAIL",
  "DAEMON",
  "AUTH",
  "SYSLOG",
  "LPR",
  "NEWS",
  "UUCP",
  "CRON",
  "AUTHPRIV",
  "FTP",
  "NTP",
  "AUDIT",
  "ALERT",
  "CLOCK",
  "LOCAL0",
  "LOCAL1",
  "LOCAL2",
  "LOCAL3",
  "LOCAL4",
  "LOCAL5",
  "LOCAL6",
  "LOCAL7",
] as const;
const SEVERITIES = ["EMERG", "ALERT", "CRIT", "ERR", "WARNING", "NOTICE", "INFO", "DEBUG"] as const;
const UNSPECIFIED = "UNSPECIFIED";
/** Digits that a priority may have before it is taken for none: it is exact. */
const DIGITS_MAX = 15;

/** Facility and severity (RFC 5424 6.2.1), and where what follows them begins. */
export interface SyslogPriority {
  readonly facility: string;
  readonly severity: string;
  readonly end: number;
}

/** Reads `<n>`; without it nothing is said; undefined when it is begun and not right. */
export function parsePriority(bytes: Uint8Array): SyslogPriority | undefined {
  if (bytes[0] !== 0x3c) return { facility: UNSPECIFIED, severity: UNSPECIFIED, end: 0 };
  let at = 1;
  let value = 0;
  while (at <= DIGITS_MAX && isDigit(bytes[at])) {
    value = value * 10 + bytes[at]! - 48;
    at++;
  }
  if (at === 1 || bytes[at] !== 0x3e) return undefined;
  const lowest = value % 1024;
  const facility = lowest >> 3;
  return {
    facility: FACILITIES[facility] ?? `?-${facility}`,
    severity: SEVERITIES[lowest & 7]!,
    end: at + 1,
  };
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}
