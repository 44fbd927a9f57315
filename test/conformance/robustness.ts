import { CaptureReader } from "../../src/core/pcap/index.ts";
import { readCaptures } from "./captures.ts";
import type { CaseJson, CaseResult } from "./corpus.ts";
import { createEngineRun } from "./engine-run.ts";

/** Puts every capture of a case through reader and engine: nothing may crash, whatever comes out. */
export async function runRobustness(caseFolder: string, caseJson: CaseJson): Promise<CaseResult> {
  let packets = 0;
  for (const capture of readCaptures(caseFolder, caseJson)) {
    const engine = createEngineRun();
    const reader = new CaptureReader({ onPacket: engine.onPacket });
    reader.push(capture);
    reader.end();
    engine.finish();
    packets += reader.packetCount;
  }
  return { status: "passed", differences: [], measures: { packets } };
}
