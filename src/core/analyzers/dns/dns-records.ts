import { formatAddress } from "../../packet/index.ts";
import { bytesToText, hexText } from "../shared/index.ts";
import type { DnsNameReader, NameRemarks } from "./dns-name-reader.ts";

/** A resource record's fixed part and where its data lies in the message. */
export interface DnsRecord {
  name: string;
  type: number;
  class: number;
  ttl: number;
  /** Offsets in the message. */
  start: number;
  end: number;
}

/** What a record reader reads from and tells to. */
export interface RecordContext {
  readonly message: Uint8Array;
  readonly names: DnsNameReader;
  readonly remarks: NameRemarks;
  readonly isNetbios: boolean;
}

/**
 * The text of a record's data as the log shows it; "" for records that are read but not shown, undefined
 * when the data are broken and nothing behind them can be believed.
 */
export function recordText(record: DnsRecord, context: RecordContext): string | undefined {
  const reader = READERS[record.type];
  if (reader !== undefined) return reader(record, context);
  if (record.type === TYPE_SRV) return context.isNetbios ? "" : srv(record, context);
  if (NOT_SHOWN.has(record.type)) return NONE;
  context.remarks.weird("DNS_RR_unknown_type", String(record.type));
  return `<unknown type=${record.type}>`;
}

/** A record that leaves no trace in the row, not even the flags of its message. */
export const NONE = "\0";

type RecordReader = (record: DnsRecord, context: RecordContext) => string | undefined;

const TYPE_SRV = 33;
/** HINFO, OPT, SVCB, HTTPS, TKEY, TSIG, CAA, NetBIOS: Zeek's log leaves them out. */
const NOT_SHOWN: ReadonlySet<number> = new Set([13, 41, 64, 65, 249, 250, 257, 32]);

const READERS: Readonly<Record<number, RecordReader>> = {
  1: (record, context) => {
    if (record.end - record.start !== 4) {
      context.remarks.weird("DNS_RR_bad_length");
      return undefined;
    }
    return ipv4(context.message, record.start);
  },
  2: nameOnly,
  5: nameOnly,
  6: soa,
  11: () => "",
  12: nameOnly,
  15: (record, context) => nameAt(record, context, 2),
  16: (record, context) => strings(record, context, "TXT"),
  28: ipv6,
  29: location,
  35: naptr,
  38: ipv6,
  43: (record, { message }) =>
    record.end - record.start < 4
      ? undefined
      : `DS ${message[record.start + 2]} ${message[record.start + 3]}`,
  44: (record, { message }) =>
    record.end - record.start < 2
      ? undefined
      : `SSHFP: ${hexText(message.subarray(record.start + 2, record.end))}`,
  46: rrsig,
  47: (record, context) => {
    const next = context.names.read(context.message, record.start);
    return next === undefined ? undefined : `NSEC ${record.name} ${next}`;
  },
  48: dnskey,
  50: (record) => (record.end - record.start < 6 ? undefined : "NSEC3"),
  51: (record) => (record.end - record.start < 5 ? undefined : "NSEC3PARAM"),
  99: (record, context) => strings(record, context, "SPF"),
  65534: (record) => (record.end - record.start < 5 ? undefined : "BIND9 signing signal"),
};

function nameOnly(record: DnsRecord, context: RecordContext): string | undefined {
  return nameAt(record, context, 0);
}

function nameAt(record: DnsRecord, context: RecordContext, skip: number): string | undefined {
  const name = context.names.read(context.message, record.start + skip);
  if (name !== undefined && context.names.end !== record.end) {
    context.remarks.weird("DNS_RR_length_mismatch");
  }
  return name;
}

function soa(record: DnsRecord, context: RecordContext): string | undefined {
  const { names, message } = context;
  const server = names.read(message, record.start);
  if (server === undefined || names.read(message, names.end) === undefined) return undefined;
  if (names.end + 20 > message.length) return undefined;
  if (names.end + 20 !== record.end) context.remarks.weird("DNS_RR_length_mismatch");
  return server;
}

function srv(record: DnsRecord, context: RecordContext): string | undefined {
  return nameAt(record, context, 6);
}

/** Character strings (RFC 1035 3.3.14) with their lengths. */
function strings(record: DnsRecord, context: RecordContext, label: string): string | undefined {
  const { message } = context;
  const texts: string[] = [];
  let at = record.start;
  while (at < record.end) {
    const length = message[at]!;
    if (at + 1 + length > record.end) {
      context.remarks.weird("DNS_TXT_char_str_past_rdlen");
      return undefined;
    }
    texts.push(`${label} ${length} ${bytesToText(message.subarray(at + 1, at + 1 + length))}`);
    at += 1 + length;
  }
  return texts.join(" ");
}

function ipv4(message: Uint8Array, at: number): string {
  return `${message[at]}.${message[at + 1]}.${message[at + 2]}.${message[at + 3]}`;
}

function ipv6(record: DnsRecord, { message }: RecordContext): string | undefined {
  if (record.start + 16 > message.length) return undefined;
  const view = new DataView(message.buffer, message.byteOffset + record.start, 16);
  return formatAddress(view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12));
}

function naptr(record: DnsRecord, context: RecordContext): string | undefined {
  const { message, names } = context;
  const parts: string[] = [];
  let at = record.start + 4;
  for (let n = 0; n < 3; n++) {
    if (at >= record.end) return undefined;
    const length = message[at]!;
    if (at + 1 + length > record.end) {
      context.remarks.weird("DNS_TXT_char_str_past_rdlen");
      return undefined;
    }
    parts.push(bytesToText(message.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  const replacement = names.read(message, at);
  if (replacement === undefined) return undefined;
  const [flags, service, expression] = parts;
  const order = message[record.start]! * 256 + message[record.start + 1]!;
  const preference = message[record.start + 2]! * 256 + message[record.start + 3]!;
  const rest = [expression, replacement].filter((text) => text !== "").join(" ");
  return `NAPTR ${order} ${preference} ${flags} ${service} ${rest}`;
}

function rrsig(record: DnsRecord, context: RecordContext): string | undefined {
  const { message, names } = context;
  if (record.start + 18 > message.length) return undefined;
  const signer = names.read(message, record.start + 18);
  if (signer === undefined) return undefined;
  noteAlgorithm("RRSIG", message[record.start + 2]!, context);
  const covered = message[record.start]! * 256 + message[record.start + 1]!;
  return `RRSIG ${covered} ${signer === "" ? "<Root>" : signer}`;
}

function dnskey(record: DnsRecord, context: RecordContext): string | undefined {
  const { message, remarks } = context;
  if (record.start + 4 > message.length) return undefined;
  const flags = message[record.start]! * 256 + message[record.start + 1]!;
  const protocol = message[record.start + 2]!;
  // RFC 4034 2.1.1: zone key, revoked and secure entry point are the only bits.
  if ((flags & 0xfe7e) !== 0) remarks.weird("DNSSEC_DNSKEY_Invalid_Flag", String(flags));
  if ((flags & 0x0181) === 0x0181) remarks.weird("DNSSEC_DNSKEY_Revoked_KSK", String(flags));
  if (protocol !== 3) remarks.weird("DNSSEC_DNSKEY_Invalid_Protocol", String(protocol));
  noteAlgorithm("DNSKEY", message[record.start + 3]!, context);
  return `DNSKEY ${message[record.start + 3]}`;
}

/** Signing algorithms in the IANA registry that are neither discouraged nor private. */
const USUAL_ALGORITHMS: ReadonlySet<number> = new Set([
  2, 3, 4, 5, 6, 7, 8, 10, 12, 13, 14, 15, 16,
]);
const UNUSUAL_ALGORITHMS: Readonly<Record<number, string>> = {
  1: "NotRecommended",
  252: "Indirect",
  253: "PrivateDNS",
  254: "PrivateOID",
};

function noteAlgorithm(record: string, algorithm: number, { remarks }: RecordContext): void {
  if (USUAL_ALGORITHMS.has(algorithm)) return;
  const kind = UNUSUAL_ALGORITHMS[algorithm] ?? "unknown";
  remarks.weird(`DNSSEC_${record}_${kind}_ZoneSignAlgo`, String(algorithm));
}

function location(record: DnsRecord, { message, remarks }: RecordContext): string | undefined {
  if (record.end - record.start !== 16) {
    remarks.weird("dns_invalid_loc_length");
    return undefined;
  }
  const version = message[record.start]!;
  if (version !== 0) remarks.weird("DNS_LOC_version_unrecognized", String(version));
  return `LOC:  ${message[record.start + 1]} ${message[record.start + 2]} ${message[record.start + 3]}`;
}
