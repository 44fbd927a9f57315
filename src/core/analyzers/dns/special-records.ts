import type { NameRemarks } from "./dns-name-reader.ts";
import { typeName } from "./dns-names.ts";
import type { DnsRecord, RecordContext } from "./dns-records.ts";

const CLASS_NONE = 254;
const CLASS_ANY = 255;
const TYPE_ANY = 255;

/**
 * What a record of an update (RFC 2136 2.4, 2.5) asks for: its text, "" for what is not allowed, or
 * `record` for one that is added as it is.
 */
export function updateText(
  record: DnsRecord,
  section: "prerequisite" | "update",
  { zoneClass, remarks }: { zoneClass: number; remarks: NameRemarks },
): string {
  const isEmpty = record.end === record.start;
  if (section === "update") {
    if (record.class === CLASS_ANY && record.ttl === 0 && isEmpty) {
      return record.type === TYPE_ANY
        ? `del: RRSet * ${record.name}`
        : `del: RRSet ${typeName(record.type)}`;
    }
    if ((record.class === CLASS_NONE && record.ttl === 0) || record.class === zoneClass) {
      return isEmpty ? "" : "record";
    }
    remarks.weird("DNS_dynamic_update_invalid_update");
    return "";
  }
  if (record.ttl !== 0) {
    remarks.weird("DNS_dynamic_update_prereq_nonzero_ttl", String(record.ttl));
    return "";
  }
  const isAbout = record.class === CLASS_ANY || record.class === CLASS_NONE;
  if (!(isAbout && isEmpty) && record.class !== zoneClass) {
    remarks.weird("DNS_dynamic_update_invalid_prereq");
    return "";
  }
  return `pre: ${prerequisite(record)}`;
}

function prerequisite({ name, type, class: about }: DnsRecord): string {
  if (type === TYPE_ANY && about === CLASS_NONE) return `NameNotInUse ${name}`;
  if (type === TYPE_ANY && about === CLASS_ANY) return `NameInUse ${name}`;
  return `${about === CLASS_NONE ? "NoRRSet" : "RRSetExists"} ${typeName(type)} ${name}`;
}

/** Options of EDNS (RFC 6891 6.1.2) fill their record exactly. */
export function checkOptions(record: DnsRecord, { message, remarks }: RecordContext): boolean {
  let at = record.start;
  while (record.end - at >= 4) at += 4 + message[at + 2]! * 256 + message[at + 3]!;
  if (at === record.end) return true;
  remarks.weird("EDNS_truncated_option");
  return false;
}
