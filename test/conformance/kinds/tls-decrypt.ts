import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Protocol, protocols } from "../../../src/core/analyzers/index.ts";
import { Engine } from "../../../src/core/engine/index.ts";
import { CaptureReader } from "../../../src/core/pcap/index.ts";
import { analysisPorts } from "../../../src/platform/index.ts";
import { readCaptures } from "../captures.ts";
import type { CaseJson, CaseResult } from "../corpus.ts";

interface ExpectedStream {
  readonly client_bytes: number;
  readonly client_sha256: string;
  readonly server_bytes: number;
  readonly server_sha256: string;
}

/** Compares the application bytes of TLS streams, decrypted with a key log, with what tshark made of them. */
export async function runTlsDecrypt(caseFolder: string, caseJson: CaseJson): Promise<CaseResult> {
  const expected = (caseJson.expect["decrypted_streams"] ?? []) as readonly ExpectedStream[];
  const found: string[] = [];
  for (const capture of readCaptures(caseFolder, caseJson)) {
    found.push(...decryptedStreams(capture, keyLogOf(caseFolder, caseJson, capture)));
  }
  const differences: string[] = [];
  const left = [...found];
  for (const stream of expected) {
    const wanted = describe([
      [stream.client_bytes, stream.client_sha256],
      [stream.server_bytes, stream.server_sha256],
    ]);
    const index = left.indexOf(wanted);
    if (index >= 0) left.splice(index, 1);
    else differences.push(`expects ${wanted}`);
  }
  if (differences.length > 0) differences.push(...left.map((stream) => `has ${stream}`));
  return {
    status: differences.length === 0 ? "passed" : "failed",
    differences,
    measures: { streams: expected.length, streamsEqual: expected.length - differences.length },
  };
}

/** Who of a stream is the client differs between tools: the two sides are told in one order. */
function describe(sides: readonly (readonly [bytes: number, sha256: string])[]): string {
  return sides
    .map(([bytes, sha256]) => `${bytes}:${sha256}`)
    .sort()
    .join(" ");
}

function keyLogOf(caseFolder: string, caseJson: CaseJson, capture: Uint8Array): string {
  const name = String(caseJson.options["keylog"] ?? "");
  if (name.endsWith(".txt")) return readFileSync(join(caseFolder, name), "utf8");
  let text = "";
  const reader = new CaptureReader({
    onPacket: () => {},
    onSecret: ({ bytes }) => {
      text += `${Buffer.from(bytes).toString("latin1")}\n`;
    },
  });
  reader.push(capture);
  reader.end();
  return text;
}

/** Takes whatever TLS carries. */
function decryptedStreams(capture: Uint8Array, keyLog: string): string[] {
  const streams: [Uint8Array[], Uint8Array[]][] = [];
  const probe: Protocol = {
    name: "probe",
    logs: [],
    recognises: () => "yes",
    start: () => ({
      open: (conversation) => {
        const sides: [Uint8Array[], Uint8Array[]] = [[], []];
        // Opened before TLS was seen it is beside it, not inside.
        if (conversation.hasService("ssl")) streams.push(sides);
        return { data: (side, bytes) => void sides[side].push(bytes.slice()) };
      },
    }),
  };
  const tls = protocols.filter(({ name }) => name === "ssl");
  const options = { captureId: "conformance", ...analysisPorts, keyLog };
  const engine = new Engine(
    { ...options, checksums: "ignore", protocols: [...tls, probe] },
    { batch() {}, postings() {} },
  );
  const reader = new CaptureReader({ onPacket: engine.onPacket });
  reader.push(capture);
  reader.end();
  engine.end();
  return streams.map((sides) =>
    describe(
      sides.map((pieces) => {
        const bytes = Buffer.concat(pieces);
        return [bytes.length, createHash("sha256").update(bytes).digest("hex")] as const;
      }),
    ),
  );
}
