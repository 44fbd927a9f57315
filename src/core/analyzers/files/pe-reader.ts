import type { LogWriter } from "../shared/index.ts";
import { asciiText } from "../shared/index.ts";
import { MACHINES, OS_VERSIONS, SUBSYSTEMS } from "./pe-names.ts";

/** Headers lie at the beginning; a DOS part longer than this is not looked behind. */
export const PE_HEAD_BYTES = 64 * 1024;
const SECTIONS_MAX = 96;

interface PeHeaders {
  readonly machine: number;
  readonly compileTime: number;
  readonly isExe: boolean;
  readonly is64Bit: boolean;
  readonly optional: OptionalHeader | undefined;
  readonly sections: readonly string[];
}

interface OptionalHeader {
  readonly osVersion: string;
  readonly subsystem: number;
  readonly flags: number;
  /** Sizes of the data directories: exports, imports, and so on. */
  readonly tableSizes: readonly number[];
}

/** Reads a program's headers (Microsoft PE format); undefined where they are not to be found. */
export function parsePe(head: Uint8Array): PeHeaders | undefined {
  if (head.length < 64) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const at = view.getUint32(60, true);
  if (at < 64 || at + 24 > head.length) return undefined;
  const optionalBytes = view.getUint16(at + 20, true);
  const isExe = optionalBytes > 0;
  const sectionsAt = at + 24 + optionalBytes;
  return {
    machine: view.getUint16(at + 4, true),
    compileTime: view.getUint32(at + 8, true),
    isExe,
    is64Bit: (view.getUint16(at + 22, true) & 0x100) === 0,
    optional: isExe ? parseOptional(view, at + 24, optionalBytes) : undefined,
    sections: isExe ? sectionNames(head, sectionsAt, view.getUint16(at + 6, true)) : [],
  };
}

function parseOptional(view: DataView, at: number, length: number): OptionalHeader | undefined {
  const magic = length >= 2 && at + 2 <= view.byteLength ? view.getUint16(at, true) : 0;
  if (magic !== 0x10b && magic !== 0x20b) return undefined;
  const tablesAt = magic === 0x10b ? 92 : 108;
  if (length < tablesAt + 4 || at + length > view.byteLength) return undefined;
  const tables = Math.min(
    view.getUint32(at + tablesAt, true),
    Math.floor((length - tablesAt - 4) / 8),
  );
  const tableSizes: number[] = [];
  for (let n = 0; n < Math.min(tables, 16); n++) {
    tableSizes.push(view.getUint32(at + tablesAt + 4 + n * 8 + 4, true));
  }
  return {
    osVersion: `${view.getUint16(at + 40, true)}.${view.getUint16(at + 42, true)}`,
    subsystem: view.getUint16(at + 68, true),
    flags: view.getUint16(at + 70, true),
    tableSizes,
  };
}

function sectionNames(head: Uint8Array, from: number, count: number): string[] {
  const names: string[] = [];
  for (let n = 0; n < Math.min(count, SECTIONS_MAX); n++) {
    const at = from + n * 40;
    if (at + 40 > head.length) break;
    let end = at;
    while (end < at + 8 && head[end] !== 0) end++;
    names.push(asciiText(head.subarray(at, end)));
  }
  return names;
}

/** Writes what a program says of itself, from its first bytes. */
export function writePe(
  log: LogWriter,
  file: { readonly fuid: string; readonly startTime: number },
  head: Uint8Array,
): void {
  const pe = parsePe(head);
  if (pe === undefined) return;
  const { optional } = pe;
  const flags = optional?.flags ?? 0;
  const hasTable = (n: number) =>
    optional === undefined ? undefined : (optional.tableSizes[n] ?? 0) > 0;
  log
    .bareRow(file.startTime)
    .text("id", file.fuid)
    .text("machine", MACHINES.get(pe.machine) ?? `unknown-${pe.machine}`)
    .statedTime("compile_ts", pe.compileTime)
    .text("os", optional && (OS_VERSIONS.get(optional.osVersion) ?? unknown(optional.osVersion)))
    .text("subsystem", optional && (SUBSYSTEMS[optional.subsystem] ?? unknown(optional.subsystem)))
    .bool("is_exe", pe.isExe)
    .bool("is_64bit", pe.is64Bit)
    .bool("uses_aslr", (flags & 0x40) !== 0)
    .bool("uses_dep", (flags & 0x100) !== 0)
    .bool("uses_code_integrity", (flags & 0x80) !== 0)
    .bool("uses_seh", (flags & 0x400) === 0)
    .bool("has_import_table", hasTable(1))
    .bool("has_export_table", hasTable(0))
    .bool("has_cert_table", hasTable(4))
    .bool("has_debug_data", hasTable(6))
    .list("section_names", pe.sections.length > 0 ? pe.sections : undefined);
}

function unknown(value: string | number): string {
  return `unknown-${value}`;
}
