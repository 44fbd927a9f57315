import { Engine } from "../../../src/core/engine/index.ts";
import { CaptureReader } from "../../../src/core/pcap/index.ts";
import { analysisPorts } from "../../../src/platform/index.ts";
import { LogRows, type Row } from "../../support/log-rows.ts";
import { readCaptures } from "../captures.ts";
import type { CaseJson, CaseResult } from "../corpus.ts";

interface Value {
  readonly value: string;
  readonly by: readonly string[];
}

type ExpectedStream = Readonly<Record<string, string | readonly Value[]>>;

/** Fingerprints that are ours, with the log and the field that hold them. */
const COMPARED: Readonly<Record<string, readonly [log: string, field: string]>> = {
  ja4: ["ssl", "ja4"],
  hassh: ["ssh", "hassh"],
  hassh_server: ["ssh", "hassh_server"],
};

/** Compares fingerprints per stream; a value is firm that two implementations, or JA4's own in Rust, gave. */
export async function runJa4(caseFolder: string, caseJson: CaseJson): Promise<CaseResult> {
  const streams = (caseJson.expect["streams"] ?? []) as readonly ExpectedStream[];
  const rows = new LogRows();
  for (const capture of readCaptures(caseFolder, caseJson)) {
    const engine = new Engine(
      { captureId: "conformance", ...analysisPorts, checksums: "ignore" },
      rows,
    );
    const reader = new CaptureReader({ onPacket: engine.onPacket });
    reader.push(capture);
    reader.end();
    engine.end();
  }
  const differences: string[] = [];
  const measures = { firm: 0, firmEqual: 0, advisory: 0, advisoryEqual: 0, notShipped: 0 };
  for (const stream of streams) {
    for (const [name, values] of Object.entries(stream)) {
      if (typeof values === "string") continue;
      const place = COMPARED[name];
      if (place === undefined) {
        if (name.startsWith("ja4")) measures.notShipped++;
        continue;
      }
      const ours = valuesOf(rows.of(place[0]), String(stream["stream"]), place[1]);
      for (const { value, by } of values) {
        const isFirm = by.length > 1 || (name === "ja4" && by.includes("rust"));
        const isEqual = ours.includes(value);
        measures[isFirm ? "firm" : "advisory"]++;
        if (isEqual) measures[isFirm ? "firmEqual" : "advisoryEqual"]++;
        if (isFirm && !isEqual) {
          const has = ours.length === 0 ? "none" : ours.join(" ");
          differences.push(`${stream["stream"]} ${name} expects ${value} has ${has}`);
        }
      }
    }
  }
  return { status: differences.length === 0 ? "passed" : "failed", differences, measures };
}

/** A field of the rows of one stream, which stands as `client:port>server:port`, in either direction. */
function valuesOf(rows: readonly Row[], stream: string, field: string): string[] {
  const [from, to] = stream.split(">");
  return rows.flatMap((row) => {
    const originator = `${row["id.orig_h"]}:${row["id.orig_p"]}`;
    const responder = `${row["id.resp_h"]}:${row["id.resp_p"]}`;
    const isStream =
      (originator === from && responder === to) || (originator === to && responder === from);
    const value = row[field];
    return isStream && typeof value === "string" ? [value] : [];
  });
}
