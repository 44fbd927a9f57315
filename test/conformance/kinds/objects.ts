import { createHash, type Hash } from "node:crypto";
import { Engine, type EngineOptions } from "../../../src/core/engine/index.ts";
import { CaptureReader } from "../../../src/core/pcap/index.ts";
import { analysisPorts } from "../../../src/platform/index.ts";
import { LogRows } from "../../support/log-rows.ts";
import { readCaptures } from "../captures.ts";
import type { CaseJson, CaseResult } from "../corpus.ts";

interface ExpectedObject {
  readonly protocol: string;
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Columns with the digest of a body that is not one file: several parts, or a part of a whole. */
const BODY_DIGESTS = ["request_body_sha256", "response_body_sha256"];

/** Finds the objects of a case among the files that the engine took out (kind `objects`). */
export async function runObjects(caseFolder: string, caseJson: CaseJson): Promise<CaseResult> {
  const expected = (caseJson.expect["objects"] ?? []) as readonly ExpectedObject[];
  const found = new Map<string, number>();
  for (const capture of readCaptures(caseFolder, caseJson)) {
    for (const sha256 of objectsOf(capture)) found.set(sha256, (found.get(sha256) ?? 0) + 1);
  }
  const differences: string[] = [];
  for (const { protocol, name, bytes, sha256 } of expected) {
    const left = found.get(sha256) ?? 0;
    if (left === 0) differences.push(`expects ${protocol} ${name}: ${bytes} bytes, ${sha256}`);
    else found.set(sha256, left - 1);
  }
  return {
    status: differences.length === 0 ? "passed" : "failed",
    differences,
    measures: { objects: expected.length, objectsFound: expected.length - differences.length },
  };
}

/** SHA-256 of every file and body in a capture. */
function objectsOf(capture: Uint8Array): string[] {
  const hashes = new Map<string, Hash>();
  const rows = new LogRows();
  const onFile: NonNullable<EngineOptions["onFile"]> = {
    begin: (fuid) => hashes.set(fuid, createHash("sha256")),
    bytes: (fuid, bytes) => hashes.get(fuid)?.update(bytes),
    end: () => {},
  };
  const engine = new Engine(
    {
      captureId: "conformance",
      ...analysisPorts,
      // The source takes every packet, whatever its checksum.
      checksums: "ignore",
      limits: { liveFlows: 100_000, postingBytes: 1 << 20 },
      onFile,
    },
    rows,
  );
  const reader = new CaptureReader({ onPacket: (packet) => engine.onPacket(packet) });
  reader.push(capture);
  reader.end();
  engine.end();
  const bodies = rows
    .of("http")
    .flatMap((row) => BODY_DIGESTS.map((field) => row[field]))
    .filter((digest) => typeof digest === "string");
  return [...bodies, ...[...hashes.values()].map((hash) => hash.digest("hex"))];
}
