import type { DnsRecord, RecordContext } from "./dns-records.ts";

const KEY_MANDATORY = 0;
const KEY_ALPN = 1;
const KEY_NO_DEFAULT_ALPN = 2;
const KEY_PORT = 3;
const KEY_IPV4_HINT = 4;
const KEY_ECH = 5;
const KEY_IPV6_HINT = 6;

/** Checks an SVCB or HTTPS record (RFC 9460 2.2); false when it is too broken to go on behind it. */
export function checkServiceBinding(record: DnsRecord, context: RecordContext): boolean {
  const { message, names, remarks } = context;
  if (record.end - record.start < 3) {
    remarks.weird("DNS_SVCB_wrong_length");
    return false;
  }
  if (names.read(message, record.start + 2) === undefined) return false;
  const priority = message[record.start]! * 256 + message[record.start + 1]!;
  let at = names.end;
  if (at < record.end && priority === 0) remarks.weird("DNS_SVCB_aliasmode_with_params");
  while (record.end - at >= 4) {
    const key = message[at]! * 256 + message[at + 1]!;
    let length = message[at + 2]! * 256 + message[at + 3]!;
    at += 4;
    if (length > record.end - at) {
      remarks.weird("DNS_SVCB_param_value_toobig", `${length} capped to ${record.end - at}`);
      length = record.end - at;
    } else {
      const weird = parameterFault(key, message.subarray(at, at + length));
      if (weird !== undefined) remarks.weird(weird);
    }
    at += length;
  }
  return true;
}

/** Zeek's name for what is wrong with a parameter's value. */
function parameterFault(key: number, value: Uint8Array): string | undefined {
  const { length } = value;
  switch (key) {
    case KEY_MANDATORY:
      return length === 0 || length % 2 !== 0 ? "DNS_SVCB_mandatory_length_invalid" : undefined;
    case KEY_ALPN:
      return isStringList(value) ? undefined : "DNS_SVCB_alpn_length_invalid";
    case KEY_NO_DEFAULT_ALPN:
      return length > 0 ? "DNS_SVCB_nodefaultalpn_value" : undefined;
    case KEY_PORT:
      return length === 2 ? undefined : "DNS_SVCB_port_length_invalid";
    case KEY_IPV4_HINT:
      return length % 4 === 0 ? undefined : "DNS_SVCB_hint_length_invalid";
    case KEY_IPV6_HINT:
      return length % 16 === 0 ? undefined : "DNS_SVCB_hint_length_invalid";
    case KEY_ECH:
      return undefined;
    default:
      return "DNS_SVCB_key_reserved_or_invalid";
  }
}

/** Strings, none empty, each behind its length in one byte, that fill the value. */
function isStringList(value: Uint8Array): boolean {
  let at = 0;
  while (at < value.length) {
    if (value[at] === 0) return false;
    at += 1 + value[at]!;
  }
  return at === value.length;
}
