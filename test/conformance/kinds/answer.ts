import { Engine } from "../../../src/core/engine/index.ts";
import {
  createDecodedPacket,
  decodePacket,
  formatAddress,
} from "../../../src/core/packet/index.ts";
import { CaptureReader, type PacketRecord } from "../../../src/core/pcap/index.ts";
import { analysisPorts } from "../../../src/platform/index.ts";
import { LogRows, type Row } from "../../support/log-rows.ts";
import { readCaptures } from "../captures.ts";
import type { CaseJson, CaseResult } from "../corpus.ts";
import { NAMINGS, type Naming } from "./answer-names.ts";

interface Finding {
  readonly finding: string;
  readonly src?: string;
  readonly dst?: string;
  readonly proof?: { readonly frames?: readonly number[] };
  readonly [detail: string]: unknown;
}

interface Answer {
  readonly verdict: string;
  readonly packets: number;
  readonly must_find?: readonly Finding[];
  readonly must_not_find?: readonly { readonly finding: string }[];
  readonly not_visible?: readonly string[];
  readonly tolerated?: readonly (string | { readonly finding: string })[];
}

/** Details of a finding that what is shown must hold. */
const DETAILS = [
  "service_name",
  "binary_path",
  "display_name",
  "path",
  "share",
  "file",
  "user",
  "client_name",
  "secret",
  "opnum",
  "cve",
];
/** Logs that a person is led to from a notice, by its flow. */
const CONTEXT_LOGS = ["dce_rpc", "ntlm", "smb_mapping", "smb_files", "kerberos"];
/** Notices that name no intrusion. */
const HARMLESS = /^(SSL|CaptureLoss|Weird|Verdict)::/;
const NOT_VISIBLE = "not visible";

/** Asks whether a capture's documented intrusion is found and named, and nothing else is. */
export async function runAnswer(caseFolder: string, caseJson: CaseJson): Promise<CaseResult> {
  const answer = caseJson.expect as unknown as Answer;
  const frames = new Set((answer.must_find ?? []).flatMap(({ proof }) => proof?.frames ?? []));
  const seen = runEngine(readCaptures(caseFolder, caseJson), frames);
  const notices = seen.rows.of("notice");
  const differences: string[] = [];
  const measures = {
    mustFind: answer.must_find?.length ?? 0,
    lookedFor: 0,
    found: 0,
    named: 0,
    falseAlarms: 0,
    benignPackets: answer.verdict === "benign" ? answer.packets : 0,
    hidden: answer.not_visible?.length ?? 0,
    saidHidden: notices.some((row) => String(row["sub"] ?? "").includes(NOT_VISIBLE)) ? 1 : 0,
  };
  for (const wanted of answer.must_find ?? []) {
    const naming = NAMINGS[wanted.finding];
    if (naming === undefined) {
      differences.push(`${wanted.finding} is not looked for`);
      continue;
    }
    measures.lookedFor++;
    const { found, named, missing } = judge(wanted, naming, seen);
    measures.found += found ? 1 : 0;
    measures.named += named;
    if (!found) differences.push(`${wanted.finding} ${wanted.src} > ${wanted.dst} is not found`);
    else if (named < 1) differences.push(`${wanted.finding} is found but lacks ${missing}`);
  }
  for (const alarm of falseAlarms(answer, notices)) {
    measures.falseAlarms++;
    differences.push(`false alarm: ${alarm}`);
  }
  return { status: differences.length === 0 ? "passed" : "failed", differences, measures };
}

interface Seen {
  readonly rows: LogRows;
  /** The flows of the frames that prove something, as both ends in order. */
  readonly flows: ReadonlyMap<number, string>;
}

function runEngine(captures: readonly Uint8Array[], frames: ReadonlySet<number>): Seen {
  const rows = new LogRows();
  const flows = new Map<number, string>();
  const decoded = createDecodedPacket();
  let frame = 0;
  for (const capture of captures) {
    const engine = new Engine(
      { captureId: "conformance", ...analysisPorts, checksums: "ignore" },
      rows,
    );
    const onPacket = (packet: PacketRecord): void => {
      frame++;
      if (frames.has(frame)) {
        decodePacket(packet, decoded);
        const d = decoded;
        const source = `${formatAddress(d.src0, d.src1, d.src2, d.src3)} ${d.sourcePort}`;
        const destination = `${formatAddress(d.dst0, d.dst1, d.dst2, d.dst3)} ${d.destinationPort}`;
        flows.set(frame, [source, destination].sort().join(" "));
      }
      engine.onPacket(packet);
    };
    const reader = new CaptureReader({ onPacket });
    reader.push(capture);
    reader.end();
    engine.end();
  }
  return { rows, flows };
}

function judge(
  wanted: Finding,
  naming: Naming,
  { rows, flows }: Seen,
): { found: boolean; named: number; missing: string } {
  const proven = new Set((wanted.proof?.frames ?? []).map((frame) => flows.get(frame)));
  const isOurs = (row: Row): boolean => isBetween(row, wanted) && proven.has(flowOf(row));
  if (naming.fact !== undefined) {
    const [log, text] = naming.fact;
    const found = rows.of(log).some((row) => isOurs(row) && JSON.stringify(row).includes(text));
    return { found, named: found ? 1 : 0, missing: "" };
  }
  const of = (notes: readonly string[] = []): Row[] =>
    rows.of("notice").filter((row) => notes.includes(String(row["note"])) && isOurs(row));
  const exact = of(naming.notes);
  const shown = exact.length > 0 ? exact : of(naming.vaguer);
  if (shown.length === 0) return { found: false, named: 0, missing: "" };
  const text = contextOf(shown, rows, wanted);
  const missing = DETAILS.filter((detail) => !holds(text, detail, wanted[detail]));
  const share = exact.length > 0 ? 1 : 0.5;
  return {
    found: true,
    named: missing.length === 0 ? share : share / 2,
    missing: [...missing, ...(share < 1 ? ["its exact name"] : [])].join(", "),
  };
}

/** All that the notices and the rows of their flows and hosts say, as one text. */
function contextOf(notices: readonly Row[], rows: LogRows, wanted: Finding): string {
  const uids = new Set(notices.map((row) => row.uid));
  const context = CONTEXT_LOGS.flatMap((log) =>
    rows.of(log).filter((row) => uids.has(row.uid) || isBetween(row, wanted)),
  );
  return plain(JSON.stringify([...notices, ...context]));
}

function holds(text: string, detail: string, value: unknown): boolean {
  if (value === undefined) return true;
  if (detail === "opnum") return text.includes(`, opnum ${value}`);
  // A domain before a user's name stands in a field of its own.
  const whole = plain(JSON.stringify(String(value)).slice(1, -1));
  const words = detail === "user" ? (whole.split("\\").at(-1) ?? whole) : whole;
  return text.includes((words.split("...")[0] ?? words).trimEnd());
}

/** Backslashes count as one, however many, and letters have no case. */
function plain(text: string): string {
  return text.toLowerCase().replace(/\\+/g, "\\");
}

function isBetween(row: Row, { src, dst }: Finding): boolean {
  const ends = [row["id.orig_h"], row["id.resp_h"]];
  return ends.includes(src) && (dst === undefined || ends.includes(dst));
}

function flowOf(row: Row): string {
  const ends = [
    `${row["id.orig_h"]} ${row["id.orig_p"]}`,
    `${row["id.resp_h"]} ${row["id.resp_p"]}`,
  ];
  return ends.sort().join(" ");
}

function falseAlarms(answer: Answer, notices: readonly Row[]): string[] {
  const tolerated = new Set(
    (answer.tolerated ?? []).flatMap((one) => {
      const name = typeof one === "string" ? one : one.finding;
      return NAMINGS[name]?.notes ?? [];
    }),
  );
  const wrong = (answer.must_not_find ?? []).flatMap(({ finding }) => {
    if (finding !== "*") return NAMINGS[finding]?.notes ?? [];
    return notices.map((row) => String(row["note"])).filter((note) => !HARMLESS.test(note));
  });
  return notices
    .map((row) => String(row["note"]))
    .filter((note) => wrong.includes(note) && !tolerated.has(note));
}
