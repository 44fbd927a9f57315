import type { Random } from "./random.ts";
import { type ZipMember, zipArchive } from "./zip.ts";

const DEPARTMENTS = ["billing", "claims", "contracts", "customers", "payroll"] as const;
const MEMBERS = 40;
const MEMBER_BYTES = 950_000;

/** The archive that leaves at night: 40 invented tables of records that nobody ever had. */
export function customerArchive(random: Random): Uint8Array {
  const members: ZipMember[] = [];
  for (let n = 0; n < MEMBERS; n++) {
    const department = DEPARTMENTS[n % DEPARTMENTS.length]!;
    const quarter = `${2024 + (n >> 4)}-q${1 + ((n >> 2) % 4)}`;
    members.push({
      name: `${department}/${department}-${quarter}-${n + 1}.csv`,
      bytes: table(random),
    });
  }
  return zipArchive(members);
}

function table(random: Random): Uint8Array {
  const bytes = new Uint8Array(MEMBER_BYTES);
  const line = new TextEncoder();
  let at = 0;
  for (let number = 1; at < MEMBER_BYTES; number++) {
    const record = line.encode(
      `${number};K-${random.u32()};${random.between(18, 99)};${random.u32().toString(36)};${random.between(1, 99_999) / 100}\n`,
    );
    bytes.set(record.subarray(0, MEMBER_BYTES - at), at);
    at += record.length;
  }
  return bytes;
}
