import { logSchemas } from "../../../src/core/analyzers/index.ts";
import { Engine, type EngineOptions } from "../../../src/core/engine/index.ts";
import type { Field, LogSchema } from "../../../src/core/events/index.ts";
import { createDecodedPacket, decodePacket } from "../../../src/core/packet/index.ts";
import { CaptureReader, type PacketRecord } from "../../../src/core/pcap/index.ts";
import { analysisPorts } from "../../../src/platform/index.ts";
import { LogRows, type Row } from "../../support/log-rows.ts";
import { readCaptures } from "../captures.ts";
import type { CaseJson, CaseResult } from "../corpus.ts";
import { zeekServerPorts } from "./zeek-ports.ts";

interface ExpectedLog {
  fields: string[];
  rows: Row[];
}

/** Columns that hold labels or that only other parts of the product can fill. */
const SERVICE_FIELDS = new Set(["service", "speculative_service"]);
const LABELS = new Set([
  "uid",
  "fuid",
  "uids",
  "conn_uids",
  "fuids",
  "orig_fuids",
  "resp_fuids",
  "cert_chain_fuids",
  "client_cert_fuid",
  "server_cert_fuid",
  "parent_fuid",
  "tunnel_parents",
  "referenced_file.uid",
]);
/** Digests, which the source only makes where a script of it asked for them. */
const DIGESTS = new Set(["md5", "sha1", "sha256"]);
/** Times agree to the microsecond; a half more for the rounding of both sides. */
const TIME_TOLERANCE = 1.5e-6;

/** Logs the engine writes; what a case expects of another log is missing. */
const PRODUCED: ReadonlyMap<string, LogSchema> = new Map(
  logSchemas.filter(({ shown }) => shown).map((schema) => [schema.name, schema]),
);
/** Kinds whose values have a fraction: compared within a tolerance. */
const FRACTIONS: ReadonlySet<string> = new Set(["time", "interval", "decimal"]);

/** Compares the logs of a case with what the engine writes, as the corpus says. */
export async function runZeekLogs(caseFolder: string, caseJson: CaseJson): Promise<CaseResult> {
  const logs = (caseJson.expect.logs ?? {}) as Record<string, ExpectedLog>;
  const filter = portFilter(caseJson.options.bpf);
  if (filter === undefined) {
    return { status: "left_out", reason: `filter ${caseJson.options.bpf}`, differences: [] };
  }
  const ours = runEngine(readCaptures(caseFolder, caseJson), engineOptions(caseJson), filter);
  const missing = Object.keys(logs).filter((name) => !PRODUCED.has(name));
  const differences = missing.map((name) => `log ${name} is not produced`);
  const labels = new UidLabels();
  const unequal = new Set<string>();
  let found = { equal: 0, servicesUnequal: 0 };
  let [logRows, logRowsEqual] = [0, 0];
  for (const [name, expected] of Object.entries(logs)) {
    logRows += expected.rows.length;
    if (!PRODUCED.has(name)) continue;
    const bare = caseJson.options.peer_mode === "bare";
    const result = compareLog(name, expected, ours.of(name), { bare, labels });
    if (name === "conn") found = result;
    logRowsEqual += result.equal - (name === "conn" ? result.servicesUnequal : 0);
    if (result.differences.length > 0) unequal.add(name);
    differences.push(...result.differences);
  }
  const parents = labels.unequalParents();
  differences.push(...parents);
  if (parents.length > 0) unequal.add("tunnel_parents");
  const measures = {
    connRows: logs.conn?.rows.length ?? 0,
    connRowsEqual: Math.max(0, found.equal - parents.length),
    serviceRowsUnequal: found.servicesUnequal,
    logRows,
    logRowsEqual: Math.max(0, logRowsEqual - parents.length),
  };
  if (found.servicesUnequal > 0) unequal.add("service");
  if (differences.length > 0 || found.servicesUnequal > 0) {
    const reason = [
      ...(missing.length > 0 ? [`not produced: ${missing.join(", ")}`] : []),
      ...(unequal.size > 0 ? [`differs: ${[...unequal].join(", ")}`] : []),
    ].join("; ");
    return { status: "failed", reason, differences, measures };
  }
  if (hasSettings(caseJson)) {
    return { status: "left_out", reason: "settings of the source", differences, measures };
  }
  return { status: "passed", differences, measures };
}

/** Labels of the source and uids of ours: one consistent renaming, as far as rows are unique. */
class UidLabels {
  readonly #uids = new Map<string, string>();
  readonly #parents: { expected: string[]; ours: string[] }[] = [];

  note(expected: Row, ours: Row): void {
    if (typeof expected.uid === "string") this.#uids.set(expected.uid, String(ours.uid));
  }

  parents(expected: Row, ours: Row): void {
    this.#parents.push({ expected: listOf(expected), ours: listOf(ours) });
  }

  unequalParents(): string[] {
    return this.#parents.flatMap(({ expected, ours }) => {
      const isEqual =
        expected.length === ours.length &&
        expected.every((label) => !this.#uids.has(label) || ours.includes(this.#uids.get(label)!));
      return isEqual ? [] : [`tunnel_parents expects ${expected} has ${ours}`];
    });
  }
}

function listOf(row: Row): string[] {
  const value = row["tunnel_parents"] ?? [];
  return Array.isArray(value) ? value.map(String) : String(value).split(",");
}

function runEngine(
  captures: readonly Uint8Array[],
  options: EngineOptions,
  filter: (packet: PacketRecord) => boolean,
): LogRows {
  const rows = new LogRows();
  for (const capture of captures) {
    const engine = new Engine(options, rows);
    const reader = new CaptureReader({
      onPacket: (packet) => {
        if (filter(packet)) engine.onPacket(packet);
      },
    });
    reader.push(capture);
    reader.end();
    engine.end();
  }
  for (const row of rows.of("conn")) addContext(row);
  return rows;
}

/** The source prints a key's VLANs as text in columns of their own. */
function addContext(row: Row): void {
  if (row["vlan"] !== undefined) row["id.ctx.vlan"] = String(row["vlan"]);
  if (row["inner_vlan"] !== undefined) row["id.ctx.inner_vlan"] = String(row["inner_vlan"]);
}

function engineOptions(caseJson: CaseJson): EngineOptions {
  const settings = (caseJson.options.peer_settings ?? []) as string[];
  const loads = (caseJson.options["peer_loads"] ?? []) as string[];
  const nets = /Site::local_nets \+?= \{([^}]*)\}/.exec(settings.join("\n"));
  return {
    captureId: "conformance",
    ...analysisPorts,
    checksums: caseJson.options.ignore_checksums === true ? "ignore" : "verify",
    serverPorts: zeekServerPorts(caseJson),
    limits: { liveFlows: 100_000, postingBytes: 1 << 20, ...tunnelDepth(settings) },
    vlansInKey: loads.includes("frameworks/conn_key/vlan_fivetuple"),
    analyzerLimits: analyzerLimits(settings),
    assets: settings.some((setting) => ALL_ASSETS.test(setting)) ? "all" : "local",
    ...(nets === null ? {} : { localNetworks: nets[1]!.split(",").map((text) => text.trim()) }),
  };
}

const ALL_ASSETS =
  /^(?:redef )?(?:Software::asset_tracking|SSL::notify_weak_keys|SSL::notify_certs_expiration)\s*=\s*ALL_HOSTS/;

function tunnelDepth(settings: readonly string[]): { tunnelDepth?: number } {
  const depth = /Tunnel::max_depth = (\d+)/.exec(settings.join("\n"));
  return depth === null ? {} : { tunnelDepth: Number(depth[1]) };
}

/** The source's settings that are limits of ours. */
const LIMIT_SETTINGS: readonly (readonly [setting: RegExp, limit: string])[] = [
  [/^(?:redef )?dns_max_queries\s*=\s*(\d+)/, "dns.questions"],
  ...["kex", "hostkey", "encryption", "mac", "compression"].map(
    (name, n) =>
      [
        new RegExp(`^(?:redef )?SSH::max_kexinit_${name}_algorithms\\s*=\\s*(\\d+)`),
        `ssh.${["kexAlgorithms", "hostKeyAlgorithms", "ciphers", "macs", "compressions"][n]}`,
      ] as const,
  ),
  [/^(?:redef )?default_file_bof_buffer_size\s*=\s*(\d+)/, "files.headBytes"],
  [/^(?:redef )?IRC::max_dcc_expected_transfers\s*=\s*(\d+)/, "irc.expectedTransfers"],
  [/^(?:redef )?SSH::max_kexinit_languages\s*=\s*(\d+)/, "ssh.languages"],
  [/^(?:redef )?SSH::password_guesses_limit\s*=\s*(\d+)/, "ssh.passwordGuesses"],
  [/^(?:redef )?SSL::notify_minimal_key_length\s*=\s*(\d+)/, "ssl.keyBits"],
  [/^(?:redef )?Redis::max_pending_commands\s*=\s*(\d+)/, "redis.pendingCommands"],
  [/^(?:redef )?Redis::max_value_size\s*=\s*(\d+)/, "redis.valueBytes"],
  [/^(?:redef )?LDAP::max_pending_searches\s*=\s*(\d+)/, "ldap.pendingSearches"],
  [/^(?:redef )?LDAP::max_pending_messages\s*=\s*(\d+)/, "ldap.pendingMessages"],
  [/^(?:redef )?SMTP::max_(?:rcptto|to|cc)_addresses\s*=\s*(\d+)/, "smtp.addresses"],
  [/^(?:redef )?SMTP::max_path_length\s*=\s*(\d+)/, "smtp.path"],
  [/^(?:redef )?FTP::max_user_length\s*=\s*(\d+)/, "ftp.userBytes"],
  [/^(?:redef )?FTP::max_password_length\s*=\s*(\d+)/, "ftp.passwordBytes"],
  [/^(?:redef )?FTP::max_arg_length\s*=\s*(\d+)/, "ftp.argumentBytes"],
  [/^(?:redef )?FTP::max_reply_msg_length\s*=\s*(\d+)/, "ftp.replyBytes"],
  [/^(?:redef )?DHCP::max_tracked_transactions\s*=\s*(\d+)/, "dhcp.transactions"],
  [/^(?:redef )?dns_max_compression_chain_depth\s*=\s*(\d+)/, "dns.compressionPointers"],
];

function analyzerLimits(settings: readonly string[]): Record<string, number> {
  const limits: Record<string, number> = {};
  for (const setting of settings) {
    for (const [pattern, name] of LIMIT_SETTINGS) {
      const value = pattern.exec(setting.trim())?.[1];
      if (value !== undefined) limits[name] = Number(value);
    }
  }
  return limits;
}

/** Settings that ours has with the same meaning: given by `engineOptions`, or how it always is. */
const SAME_SETTINGS = [
  /^(redef )?Tunnel::max_depth\b/,
  /^(redef )?Tunnel::delay_teredo_confirmation\s*=\s*F/,
  /^(redef )?Site::local_nets\b/,
  ALL_ASSETS,
];

function hasSettings(caseJson: CaseJson): boolean {
  const settings = (caseJson.options.peer_settings ?? []) as string[];
  const same = [...SAME_SETTINGS, ...LIMIT_SETTINGS.map(([pattern]) => pattern)];
  return settings.some((setting) => !same.some((pattern) => pattern.test(setting.trim())));
}

/** Weirds that the source does not have. */
const OUR_WEIRDS = new Set([
  "rexmit_inconsistency",
  "hop_limit_differs",
  "TCP_data_out_of_window",
  "TCP_urgent_data",
  "limit_reached",
]);
/** Columns of weird that say what happened; the others are the source's own. */
const WEIRD_FIELDS = ["name", "addl"];

function compareLog(
  name: string,
  expected: ExpectedLog,
  ours: readonly Row[],
  options: { bare: boolean; labels: UidLabels },
): { equal: number; servicesUnequal: number; differences: string[] } {
  const fields =
    name === "weird"
      ? expected.fields.filter((field) => WEIRD_FIELDS.includes(field))
      : expected.fields;
  const schema = PRODUCED.get(name)!;
  const kinds = new Map(schema.fields.map((field) => [field.name, field]));
  const isTime = (field: string) => FRACTIONS.has(kinds.get(field)?.kind ?? "");
  const times = fields.filter(isTime);
  // `id` of pe is a file's, a label that the corpus left as it stood.
  const isUnasked = (field: string) =>
    DIGESTS.has(field) && expected.rows.every((row) => (row[field] ?? null) === null);
  const isLabel = (field: string) =>
    SERVICE_FIELDS.has(field) || (name === "pe" && field === "id") || isUnasked(field);
  const compared = fields.filter((field) => !isTime(field) && !isLabel(field));
  const key = (row: Row) =>
    JSON.stringify(compared.map((field) => comparable(row[field], field, kinds.get(field))));
  const left = new Map<string, Row[]>();
  const similar = (row: Row): Row[] => {
    const isSame = (field: string, other: Row): boolean =>
      row[field] === undefined ||
      JSON.stringify(comparable(row[field], field, kinds.get(field))) ===
        JSON.stringify(comparable(other[field], field, kinds.get(field)));
    for (const list of left.values()) {
      const [first] = list;
      if (first !== undefined && compared.every((field) => isSame(field, first))) return list;
    }
    return [];
  };
  // A bare run made only the notices of the scripts that it loaded.
  const notes = new Set(expected.rows.map((row) => row["note"]));
  for (const row of ours) {
    if (name === "notice" && options.bare && !notes.has(row["note"] as string)) continue;
    if (name === "weird" && OUR_WEIRDS.has(String(row["name"]))) continue;
    left.set(key(row), [...(left.get(key(row)) ?? []), row]);
  }
  const differences: string[] = [];
  let equal = 0;
  let servicesUnequal = 0;
  // A column that a row does not have was given up by the corpus for this row: any value will do.
  const isWhole = (row: Row) => compared.every((field) => row[field] !== undefined);
  const rows = [...expected.rows].sort((a, b) => Number(isWhole(b)) - Number(isWhole(a)));
  for (const row of rows) {
    const candidates = isWhole(row) ? (left.get(key(row)) ?? []) : similar(row);
    const isUnique = candidates.length === 1;
    const index = candidates.findIndex((candidate) =>
      times.every((field) => isSameTime(row[field], candidate[field])),
    );
    if (index < 0) {
      differences.push(`${name} expects ${describe(row, expected.fields)}`);
      continue;
    }
    const [match] = candidates.splice(index, 1);
    equal++;
    // Weirds are matched by name alone, so their ids need not be the same one's.
    if (isUnique && name !== "weird") options.labels.note(row, match!);
    if (fields.includes("tunnel_parents")) options.labels.parents(row, match!);
    if (fields.includes("service") && !isSameService(row, match!, options)) servicesUnequal++;
  }
  for (const rest of left.values()) {
    for (const row of rest) differences.push(`${name} has    ${describe(row, expected.fields)}`);
  }
  return { equal, servicesUnequal, differences };
}

/** A value as it is compared: labels by how many there are, sets in one order, fractions cut. */
function comparable(value: unknown, field: string, known: Field | undefined): unknown {
  if (value === undefined || value === null) return null;
  if (LABELS.has(field)) return field === "tunnel_parents" ? null : listLength(value);
  if (typeof value === "string") return plainText(value);
  if (!Array.isArray(value)) return value;
  const items =
    known?.items === "interval"
      ? value.map((n) => Math.round(n * 1e6) / 1e6)
      : value.map((item) => (typeof item === "string" ? plainText(item) : item));
  return known?.isSet ? items.toSorted((a, b) => String(a).localeCompare(String(b))) : items;
}

/**
 * The source's text logs escape control characters and double backslashes, its JSON logs do not; both
 * were taken over as they stood. So backslashes count as one, however many, on either side.
 */
function plainText(text: string): string {
  const hex = (character: string) => `\\x${(character.charCodeAt(0) + 256).toString(16).slice(1)}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\0-\x1f\x7f]/g, hex).replace(/\\+/g, "\\");
}

function listLength(value: unknown): number {
  return Array.isArray(value) ? value.length : 1;
}

function isSameTime(expected: unknown, ours: unknown): boolean {
  if (typeof expected !== "number" || typeof ours !== "number") {
    return (expected ?? null) === (ours ?? null);
  }
  // The source's clock never stands below one second, where captures of simulations begin.
  if (expected === 1 && ours >= 0 && ours < 1) return true;
  return Math.abs(expected - ours) < TIME_TOLERANCE + Math.abs(expected) * 1e-12;
}

/** Protocols that the source does not tell. */
const OUR_SERVICES = new Set(["stun", "ike", "enip", "bittorrent", "nfs", "mount", "portmap"]);

function isSameService(expected: Row, ours: Row, options: { bare: boolean }): boolean {
  const names = (row: Row) =>
    String(row.service ?? "")
      .split(",")
      .filter((name) => name !== "");
  const wanted = names(expected);
  const has = new Set(names(ours).filter((name) => !OUR_SERVICES.has(name)));
  if (!wanted.every((name) => has.has(name))) return false;
  return options.bare || has.size === wanted.length;
}

function describe(row: Row, fields: readonly string[]): string {
  return fields.map((field) => (LABELS.has(field) ? "" : String(row[field] ?? "-"))).join(" ");
}

/** The few capture filters that the cases use: `port N`, with or without `tcp` or `udp` before. */
function portFilter(bpf: unknown): ((packet: PacketRecord) => boolean) | undefined {
  if (bpf === undefined || bpf === null || bpf === "") return () => true;
  const parts = /^(?:(tcp|udp) )?port (\d+)$/.exec(String(bpf));
  if (parts === null) return undefined;
  const port = Number(parts[2]);
  const protocol = parts[1] === "tcp" ? 6 : parts[1] === "udp" ? 17 : 0;
  const decoded = createDecodedPacket();
  return (packet) => {
    decodePacket(packet, decoded);
    if (!decoded.hasPorts || (protocol !== 0 && decoded.protocol !== protocol)) return false;
    return decoded.sourcePort === port || decoded.destinationPort === port;
  };
}
