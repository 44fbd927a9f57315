import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import { schemasByName } from "../../core/analyzers/index.ts";
import { formatUid, HoldfastError } from "../../core/base/index.ts";
import type { Actor } from "../../core/custody/index.ts";
import { FileExtractor } from "../../core/engine/index.ts";
import { compileRows, parseQuery } from "../../core/query/index.ts";
import { createDigest, nodeCiphers } from "../../platform/index.ts";
import { readPackets } from "../evidence/index.ts";
import type { Row } from "../index/index.ts";
import type { Home } from "./home.ts";
import { recordRead, untilAborted } from "./packets.ts";

interface Context {
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

/** What carries files over flows that another flow announced: both are replayed then. */
const ANNOUNCED: ReadonlySet<string> = new Set(["FTP_DATA", "TFTP"]);

/**
 * A file that travelled, taken out of its packets by replay. The read is in the ledger before the first
 * byte; nothing is run, rendered or unpacked.
 */
export async function extractObject(
  home: Home,
  input: ParsedInputOf<Operations["object"]>,
  context: Context,
): Promise<{ facts: OutputOf<Operations["object"]>; bytes: AsyncIterable<Uint8Array> }> {
  const row = await findFile(home, input.fuid, context.signal);
  const uid = String(row["uid"]);
  const hosts = `host ${row["id.orig_h"]} and host ${row["id.resp_h"]}`;
  const q = ANNOUNCED.has(String(row["source"])) ? hosts : `uid == ${uid}`;
  const purpose = input.purpose || `extract object ${input.fuid}`;
  const read = await recordRead(home, { q, relativeTo: "now", purpose, opensKeys: true }, context);
  const segment = read.located.segments[0]?.segment ?? "";
  const capture = home.projection.segments.get(segment)?.entry.capture ?? "extract";
  const extractor = new FileExtractor(input.fuid, {
    captureId: capture,
    ...home.analysis,
    createDigest,
    ciphers: nodeCiphers,
    ...(read.keyLog !== undefined && { keyLog: read.keyLog }),
  });
  const packets = readPackets(home.shelf.open, read.located, read.plan);
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for await (const { packet } of untilAborted(packets, context.signal)) {
      yield* extractor.packet(packet);
      if (extractor.isComplete !== undefined) return;
    }
    yield* extractor.end();
    if (!extractor.isFound) {
      throw new HoldfastError("home/unknown-object", `${input.fuid} does not come up in its flow`, {
        remedy: "it may lie inside encryption whose key was given at import; see holdfast explain",
      });
    }
  }
  const text = (name: string): string | null => (row[name] as string | undefined) ?? null;
  return {
    facts: {
      seq: read.seq,
      fuid: input.fuid,
      uid,
      filename: text("filename"),
      mime_type: text("mime_type"),
      sha256: text("sha256"),
      seen_bytes: Number(row["seen_bytes"]),
      missing_bytes: Number(row["missing_bytes"]),
    },
    bytes: bytes(),
  };
}

async function findFile(home: Home, fuid: string, signal: AbortSignal): Promise<Row> {
  const log = schemasByName.get("files")!;
  const isName = /^F[A-Za-z0-9]{1,11}$/.test(fuid);
  const parsed = isName
    ? parseQuery(`files.fuid == ${fuid}`, {
        logs: home.index.logs,
        now: { seconds: 0, nanoseconds: 0 },
      })
    : undefined;
  if (parsed?.status === "ok") {
    const condition = compileRows(parsed.query, { log, logs: home.index.logs });
    const request = { scope: {}, log: "files", condition, limit: 1, offset: 0 };
    const [row] = await home.index.rows(request, signal);
    if (row !== undefined) return { ...row, uid: uidText(row["uid"]) };
  }
  throw new HoldfastError("home/unknown-object", `no file ${fuid} is in this home`, {
    remedy: "fuids are in the fuid column of holdfast objects",
  });
}

function uidText(uid: unknown): string {
  return typeof uid === "bigint" ? formatUid(uid) : String(uid);
}
