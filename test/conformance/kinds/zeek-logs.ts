import { Engine, type EngineOptions } from "../../../src/core/engine/index.ts";
import { ZeekJsonWriter } from "../../../src/core/events/index.ts";
import { createDecodedPacket, decodePacket } from "../../../src/core/packet/index.ts";
import { CaptureReader, type PacketRecord } from "../../../src/core/pcap/index.ts";
import { readCaptures } from "../captures.ts";
import type { CaseJson, CaseResult } from "../corpus.ts";
import { zeekServerPorts } from "./zeek-ports.ts";

type Row = Record<string, unknown>;
interface ExpectedLog {
  fields: string[];
  rows: Row[];
}

/** Columns that hold labels or that only other parts of the product can fill. */
const LABELS = new Set([
  "uid",
  "fuid",
  "uids",
  "conn_uids",
  "fuids",
  "orig_fuids",
  "resp_fuids",
  "cert_chain_fuids",
  "parent_fuid",
]);
const TIMES = new Set(["ts", "duration"]);
/** Times agree to the microsecond; a half more for the rounding of both sides. */
const TIME_TOLERANCE = 1.5e-6;

/** Compares the logs of a case with what the engine writes, as the corpus says. */
export async function runZeekLogs(caseFolder: string, caseJson: CaseJson): Promise<CaseResult> {
  const logs = (caseJson.expect.logs ?? {}) as Record<string, ExpectedLog>;
  const filter = portFilter(caseJson.options.bpf);
  if (filter === undefined) {
    return { status: "left_out", reason: `filter ${caseJson.options.bpf}`, differences: [] };
  }
  const ours = runEngine(readCaptures(caseFolder, caseJson), engineOptions(caseJson), filter);
  const missing = Object.keys(logs).filter((name) => !ours.produced.has(name));
  const differences = missing.map((name) => `log ${name} is not produced`);
  const expected = logs.conn;
  if (expected === undefined) return { status: "failed", reason: missing.join(", "), differences };
  const bare = caseJson.options.peer_mode === "bare";
  const found = compareConn(expected, ours.rows.get("conn") ?? [], { bare });
  differences.push(...found.differences);
  const measures = {
    connRows: expected.rows.length,
    connRowsEqual: found.equal,
    serviceRowsUnequal: found.servicesUnequal,
  };
  if (differences.length > 0 || found.servicesUnequal > 0) {
    const reason = missing.length > 0 ? `not produced: ${missing.join(", ")}` : "conn differs";
    return { status: "failed", reason, differences, measures };
  }
  if (hasSettings(caseJson)) {
    return { status: "left_out", reason: "settings of the source", differences, measures };
  }
  return { status: "passed", differences, measures };
}

function runEngine(
  captures: readonly Uint8Array[],
  options: EngineOptions,
  filter: (packet: PacketRecord) => boolean,
): { produced: Set<string>; rows: Map<string, Row[]> } {
  const rows = new Map<string, Row[]>();
  for (const capture of captures) {
    const engine = new Engine(options, {
      batch(batch) {
        const writer = new ZeekJsonWriter(batch.schema);
        const list = rows.get(batch.schema.name) ?? [];
        for (let row = 0; row < batch.rowCount; row++) list.push(writer.row(batch, row));
        rows.set(batch.schema.name, list);
      },
      postings() {},
    });
    const reader = new CaptureReader({
      onPacket: (packet) => {
        if (filter(packet)) engine.onPacket(packet);
      },
    });
    reader.push(capture);
    reader.end();
    engine.end();
  }
  return { produced: new Set(["conn"]), rows };
}

function engineOptions(caseJson: CaseJson): EngineOptions {
  const settings = (caseJson.options.peer_settings ?? []) as string[];
  const nets = /Site::local_nets \+?= \{([^}]*)\}/.exec(settings.join("\n"));
  return {
    captureId: "conformance",
    checksums: caseJson.options.ignore_checksums === true ? "ignore" : "verify",
    serverPorts: zeekServerPorts(caseJson),
    limits: { liveFlows: 100_000, postingBytes: 1 << 20 },
    ...(nets === null ? {} : { localNetworks: nets[1]!.split(",").map((text) => text.trim()) }),
  };
}

function hasSettings(caseJson: CaseJson): boolean {
  return ((caseJson.options.peer_settings ?? []) as string[]).length > 0;
}

function compareConn(
  expected: ExpectedLog,
  ours: readonly Row[],
  options: { bare: boolean },
): { equal: number; servicesUnequal: number; differences: string[] } {
  const compared = expected.fields.filter(
    (field) => !LABELS.has(field) && !TIMES.has(field) && field !== "service",
  );
  const times = expected.fields.filter((field) => TIMES.has(field));
  const key = (row: Row) => JSON.stringify(compared.map((field) => row[field] ?? null));
  const left = new Map<string, Row[]>();
  for (const row of ours) left.set(key(row), [...(left.get(key(row)) ?? []), row]);
  const differences: string[] = [];
  let equal = 0;
  let servicesUnequal = 0;
  for (const row of expected.rows) {
    const candidates = left.get(key(row)) ?? [];
    const index = candidates.findIndex((candidate) =>
      times.every((field) => isSameTime(row[field], candidate[field])),
    );
    if (index < 0) {
      differences.push(`conn expects ${describe(row, expected.fields)}`);
      continue;
    }
    const [match] = candidates.splice(index, 1);
    equal++;
    if (expected.fields.includes("service") && !isSameService(row, match!, options))
      servicesUnequal++;
  }
  for (const rest of left.values()) {
    for (const row of rest) differences.push(`conn has    ${describe(row, expected.fields)}`);
  }
  return { equal, servicesUnequal, differences };
}

function isSameTime(expected: unknown, ours: unknown): boolean {
  if (typeof expected !== "number" || typeof ours !== "number") {
    return (expected ?? null) === (ours ?? null);
  }
  return Math.abs(expected - ours) < TIME_TOLERANCE;
}

function isSameService(expected: Row, ours: Row, options: { bare: boolean }): boolean {
  const names = (row: Row) =>
    String(row.service ?? "")
      .split(",")
      .filter((name) => name !== "");
  const wanted = names(expected);
  const has = new Set(names(ours));
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
