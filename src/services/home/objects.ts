import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import { schemasByName } from "../../core/analyzers/index.ts";
import { formatUid, HoldfastError } from "../../core/base/index.ts";
import type { Actor } from "../../core/custody/index.ts";
import { FileExtractor } from "../../core/engine/index.ts";
import { compileRows, parseQuery } from "../../core/query/index.ts";
import { readPackets } from "../evidence/index.ts";
import type { Row } from "../index/index.ts";
import { type Attached, findSealed, sealAttachment } from "./attachments.ts";
import { placeOf } from "./connection-place.ts";
import type { Home } from "./home.ts";
import { recordRead } from "./packets.ts";
import { replayOptions } from "./replay-options.ts";
import { untilAborted } from "./until-aborted.ts";

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
  const row = await findFile(home, input, context.signal);
  const purpose = input.purpose || `extract object ${input.fuid}`;
  const { seq, bytes } = await replayFile(home, row, { purpose, context });
  return {
    facts: {
      seq,
      fuid: input.fuid,
      uid: String(row["uid"]),
      filename: textOf(row, "filename"),
      mime_type: textOf(row, "mime_type"),
      sha256: textOf(row, "sha256"),
      seen_bytes: Number(row["seen_bytes"]),
      missing_bytes: Number(row["missing_bytes"]),
    },
    bytes,
  };
}

/**
 * A file that travelled, sealed as an attachment of its capture's case. Bytes that the case has already
 * are not sealed twice: where the log's digest shows it, not even replayed.
 */
export async function sealObject(
  home: Home,
  input: ParsedInputOf<Operations["sealObject"]>,
  context: Context,
): Promise<OutputOf<Operations["sealObject"]>> {
  const { fuid } = input;
  const row = await findFile(home, input, context.signal);
  const { capture, case: caseName } = await placeOf(home, String(row["uid"]), context.signal);
  const logged = textOf(row, "sha256");
  const kind = "object" as const;
  const known =
    logged === null ? undefined : await findSealed(home, { case: caseName, kind }, logged);
  if (known !== undefined) return factsOf(home, known, fuid);
  const purpose = input.purpose || `seal object ${fuid}`;
  const { seq, bytes } = await replayFile(home, row, { purpose, context });
  const request = {
    case: caseName,
    kind,
    name: textOf(row, "filename") ?? textOf(row, "origin") ?? fuid,
    purpose,
    object: {
      capture,
      uid: String(row["uid"]),
      fuid,
      source: String(row["source"]),
      read_seq: seq,
      mime_type: textOf(row, "mime_type"),
      missing_bytes: Number(row["missing_bytes"]),
      md5: textOf(row, "md5"),
      sha1: textOf(row, "sha1"),
      sha256: logged,
    },
  };
  return factsOf(home, await sealAttachment(home, bytes, request, context.actor), fuid);
}

function factsOf(home: Home, attached: Attached, fuid: string): OutputOf<Operations["sealObject"]> {
  const { entry } = home.projection.attachments.get(attached.attachment)!;
  return {
    ...attached,
    fuid,
    case: entry.case,
    name: entry.name,
    bytes: entry.plaintext_bytes,
    sha256: entry.plaintext_sha256,
    log_sha256: entry.object?.sha256 ?? null,
    missing_bytes: entry.object?.missing_bytes ?? 0,
  };
}

/** Puts the read on record and replays the file's packets. */
async function replayFile(
  home: Home,
  row: Row,
  { purpose, context }: { readonly purpose: string; readonly context: Context },
): Promise<{ seq: number; bytes: AsyncIterable<Uint8Array> }> {
  const fuid = String(row["fuid"]);
  const { capture, segment } = await placeOf(home, String(row["uid"]), context.signal);
  const hosts = `host ${row["id.orig_h"]} and host ${row["id.resp_h"]}`;
  const q = ANNOUNCED.has(String(row["source"])) ? hosts : `uid == ${row["uid"]}`;
  const read = await recordRead(
    home,
    { q, relativeTo: "now", purpose, opensKeys: true, segments: [segment] },
    context,
  );
  const extractor = new FileExtractor(fuid, replayOptions(home, capture, read.keys));
  const packets = readPackets(home.shelf.open, read.located, read.plan);
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for await (const { packet } of untilAborted(packets, context.signal)) {
      yield* extractor.packet(packet);
      if (extractor.isComplete !== undefined) return;
    }
    yield* extractor.end();
    if (!extractor.isFound) {
      throw new HoldfastError("home/unknown-object", `${fuid} does not come up in its flow`, {
        remedy: "it may lie inside encryption whose key was given at import; see holdfast explain",
      });
    }
  }
  return { seq: read.seq, bytes: bytes() };
}

function textOf(row: Row, name: string): string | null {
  return (row[name] as string | undefined) ?? null;
}

/** Where files have their rows: as the log reads them, and as they can be read otherwise. */
const FILE_LOGS = ["files", "file_readings"] as const;

async function findFile(
  home: Home,
  { fuid, case: caseName }: { readonly fuid: string; readonly case?: string | undefined },
  signal: AbortSignal,
): Promise<Row> {
  const isName = /^F[A-Za-z0-9]{1,11}$/.test(fuid);
  for (const name of isName ? FILE_LOGS : []) {
    const { logs } = home.index;
    const parsed = parseQuery(`${name}.fuid == ${fuid}`, {
      logs,
      now: { seconds: 0, nanoseconds: 0 },
    });
    if (parsed.status !== "ok") continue;
    const condition = compileRows(parsed.query, { log: schemasByName.get(name)!, logs });
    const scope = caseName === undefined ? {} : { case: caseName };
    const request = { scope, log: name, condition, limit: 1, offset: 0 };
    const [row] = await home.index.rows(request, signal);
    if (row !== undefined) return { ...row, uid: uidText(row["uid"]) };
  }
  throw new HoldfastError(
    "home/unknown-object",
    `no file ${fuid} is in ${caseName === undefined ? "this home" : `case ${caseName}`}`,
    {
      remedy: "fuids are in the fuid column of holdfast objects",
    },
  );
}

function uidText(uid: unknown): string {
  return typeof uid === "bigint" ? formatUid(uid) : String(uid);
}
