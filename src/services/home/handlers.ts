import type {
  CallContext,
  Handlers,
  Operations,
  OutputOf,
  ParsedInputOf,
} from "../../api/index.ts";
import { HoldfastError, isSegmentId } from "../../core/base/index.ts";
import type { Authority } from "../../core/custody/index.ts";
import {
  openForReading,
  openReadStream,
  pathsOf,
  sleep,
  toStorageError,
} from "../../platform/index.ts";
import { segmentPaths } from "../vault/index.ts";
import { listAttachments, takeAttachment } from "./attachments.ts";
import { findBursts } from "./bursts.ts";
import { findConnection, showConnection } from "./connection.ts";
import { binConnection } from "./connection-bins.ts";
import { queryConversations, queryEndpoints, queryGroups, queryHierarchy } from "./counting.ts";
import { decryptConnection } from "./decrypted-stream.ts";
import { examine } from "./doctor.ts";
import { listEvents } from "./events.ts";
import { explainField } from "./explain.ts";
import { captureFacts, segmentFacts } from "./facts.ts";
import { queryFindings } from "./findings/index.ts";
import { guardHandlers } from "./guard-handlers.ts";
import { queryHistogram } from "./histogram.ts";
import type { Home, WholeHome } from "./home.ts";
import { homeWithin } from "./home-within.ts";
import { type ImportEvent, importCapture } from "./import-capture.ts";
import { attachKeyLog, listKeyLogs } from "./key-logs.ts";
import { addNote, listNotes, withdrawNote } from "./notes.ts";
import { extractObject, sealObject } from "./objects.ts";
import { exportPackets, listPackets } from "./packets.ts";
import { createPeopleHandlers } from "./people/index.ts";
import { reindex } from "./rebuild.ts";
import { countLogs, fieldsOf, queryRows } from "./rows.ts";
import { forgetQuery, listSavedQueries, saveQuery } from "./saved-queries.ts";
import { createShare, listShares, openShare, revokeShare } from "./shares.ts";
import { statusOf } from "./status.ts";
import { diffConnection, streamConnection } from "./stream.ts";
import { judgeHomeConnection } from "./verdict.ts";
import { verifyHome } from "./verify-home.ts";

/** A home's answers to every operation of the contract, as far as whoever asks may have them. */
export function createHandlers(whole: WholeHome, authority: Authority): Handlers {
  const home = homeWithin(whole, authority);
  const own = { ...answersOf(home), ...sharesOf(home, whole.people) };
  return guardHandlers(whole.people, authority, {
    ...own,
    ...createPeopleHandlers(whole.people, authority),
    // What is about a home as a whole has no case.
    verify: (input, { signal }) => verifyHome(whole, input.quick, signal),
    reindex: (_, { signal }) => reindex(whole, signal),
    ledger: (input) => readLedger(whole, input),
    doctor: () => examine(whole),
    ...(home !== whole && onlyOwn(home, own)),
  });
}

type Narrowed = Pick<
  Handlers,
  "packets" | "packetList" | "events" | "notes" | "saveQuery" | "share"
>;

/** To those who see some cases only, a connection named must be theirs, and what they keep has a case. */
function onlyOwn(home: Home, own: Narrowed): Narrowed {
  const known = async ({ uid }: { uid?: string | undefined }, context: CallContext) => {
    if (uid !== undefined) await findConnection(home, uid, context);
  };
  return {
    packets: async (input, context) => {
      await known(input, context);
      return await own.packets(input, context);
    },
    packetList: async (input, context) => {
      await known(input, context);
      return await own.packetList(input, context);
    },
    events: async (input, context) => {
      await known(input, context);
      return await own.events(input, context);
    },
    notes: async (input, context) => {
      await known(input, context);
      return await own.notes(input, context);
    },
    saveQuery: async (input, context) => {
      if (input.case !== undefined) return await own.saveQuery(input, context);
      throw new HoldfastError("request/bad-input", "name the case that the search is for");
    },
    share: async (input, context) => {
      if (input.case !== undefined) return await own.share(input, context);
      throw new HoldfastError("request/bad-input", "name the case that the view is of");
    },
  };
}

/** Answers of a home, or of what an authority reaches of it. */
function answersOf(home: Home) {
  const ofCase = <T extends { start: { case: string } }>(
    list: Iterable<T>,
    name: string | undefined,
  ): T[] => [...list].filter(({ start }) => name === undefined || start.case === name);
  return {
    status: (input, { signal }) => statusOf(home, input.case, signal),
    fields: async () => {
      const logs = home.index.logs.filter(({ shown }) => shown);
      return {
        logs: logs.map(({ name, says }) => ({ log: name, says })),
        fields: logs.flatMap(fieldsOf),
      };
    },
    cases: async () => ({
      cases: [...home.projection.cases.values()].map(({ case: name, openedAt, purpose }) => ({
        case: name,
        opened_at: openedAt,
        purpose,
        captures: ofCase(home.projection.captures.values(), name).filter(
          ({ state }) => state === "sealed",
        ).length,
      })),
    }),
    openCase: async ({ case: name, purpose }, { actor }) => {
      if (home.projection.cases.has(name)) {
        throw new HoldfastError("home/case-exists", `case ${name} is open already`);
      }
      await home.ensureCase(name, actor, purpose);
      return { case: name, seq: home.ledger.size - 1 };
    },
    importFile: (input, context) => importPath(home, input, context),
    importUpload: (input, { actor, signal, body }) =>
      importCapture(
        home,
        {
          name: input.name,
          bytes_total: input.bytes ?? null,
          descriptor: "pipe",
          bytes: body ?? emptyBody(),
        },
        { case: input.case, purpose: input.purpose, actor, signal },
      ),
    attachKeyLog: (input, { actor, body }) => attachKeyLog(home, input, body ?? emptyBody(), actor),
    keyLogs: async (input) => listKeyLogs(home, input.case),
    attachments: async (input) => listAttachments(home, input),
    attachment: (input, context) => takeAttachment(home, input, context),
    captures: async (input) => ({
      captures: ofCase(home.projection.captures.values(), input.case).map((capture) =>
        captureFacts(home, capture),
      ),
    }),
    query: (input, context) => queryRows(home, input, context),
    logs: (input, context) => countLogs(home, input, context),
    top: (input, context) => queryGroups(home, input, context),
    conversations: (input, context) => queryConversations(home, input, context),
    endpoints: (input, context) => queryEndpoints(home, input, context),
    hierarchy: (input, context) => queryHierarchy(home, input, context),
    findings: (input, context) => queryFindings(home, input, context),
    histogram: (input, context) => queryHistogram(home, input, context),
    packets: (input, context) => exportPackets(home, input, context),
    packetList: (input, context) => listPackets(home, input, context),
    show: (input, context) => showConnection(home, input, context),
    object: (input, context) => extractObject(home, input, context),
    sealObject: (input, context) => sealObject(home, input, context),
    events: (input, context) => listEvents(home, input, context),
    notes: async (input) => listNotes(home, input),
    addNote: (input, context) => addNote(home, input, context),
    withdrawNote: (input, context) => withdrawNote(home, input, context),
    savedQueries: async (input) => listSavedQueries(home, input),
    saveQuery: (input, { actor }) => saveQuery(home, input, actor),
    forgetQuery: (input, { actor }) => forgetQuery(home, input, actor),
    explain: (input, context) => explainField(home, input, context),
    stream: (input, context) => streamConnection(home, input, context),
    streamDecrypted: (input, context) => decryptConnection(home, input, context),
    streamDiff: (input, context) => diffConnection(home, input, context),
    verdict: (input, context) => judgeHomeConnection(home, input, context),
    connectionBins: (input, context) => binConnection(home, input, context),
    bursts: (input, context) => findBursts(home, input, context),
    segments: async (input) => ({
      segments: [...home.projection.segments.values()]
        .filter(({ entry }) => input.case === undefined || entry.case === input.case)
        .map((segment) => segmentFacts(home, segment)),
    }),
    segmentPart: (input) => segmentPart(home, input),
  } satisfies Partial<Handlers>;
}

function sharesOf(home: Home, people: WholeHome["people"]) {
  return {
    share: (input, { actor }) => createShare(home, input, { actor, servedAt: people.linkOrigin }),
    shares: async (input) => listShares(home, input),
    openShare: async (input) => openShare(home, input),
    revokeShare: (input, { actor }) => home.inTurn(() => revokeShare(home, input, actor)),
  } satisfies Partial<Handlers>;
}

async function* importPath(
  home: Home,
  input: ParsedInputOf<Operations["importFile"]>,
  { actor, signal }: CallContext,
): AsyncGenerator<ImportEvent> {
  let file: ReturnType<typeof openForReading>;
  try {
    file = openForReading(input.path);
  } catch (error) {
    throw toStorageError("import", `cannot read ${input.path}`, error);
  }
  const options = { case: input.case, purpose: input.purpose, actor, signal };
  try {
    if (file.isDirectory) {
      throw new HoldfastError("import/not-a-capture", `${input.path} is a folder`, {
        remedy: "name the capture files in it",
      });
    }
    if (!input.follow) {
      const source = {
        name: input.path,
        bytes_total: file.isFile ? file.bytes : null,
        descriptor: file.fd,
      };
      yield* importCapture(home, source, options);
      return;
    }
    const bytes = followFile(input.path, input.restSeconds, signal);
    yield* importCapture(
      home,
      { name: input.path, bytes_total: null, descriptor: "pipe", bytes },
      options,
    );
  } finally {
    file.close();
  }
}

const FOLLOW_LOOK_MS = 250;

/** A file that still grows, until it has rested for so many seconds. */
async function* followFile(
  path: string,
  restSeconds: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  let restedMs = 0;
  while (!signal.aborted && restedMs < restSeconds * 1000) {
    let grew = false;
    for await (const chunk of openReadStream(path, { start: at })) {
      at += (chunk as Uint8Array).length;
      grew = true;
      yield chunk as Uint8Array;
    }
    restedMs = grew ? 0 : restedMs + FOLLOW_LOOK_MS;
    await sleep(FOLLOW_LOOK_MS);
  }
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {
  // A request without a body is an empty file, and is refused as one.
}

async function segmentPart(
  home: Home,
  { segment, part }: ParsedInputOf<Operations["segmentPart"]>,
) {
  const state = isSegmentId(segment) ? home.projection.segments.get(segment) : undefined;
  if (state === undefined || (part === "events" && state.entry.events_sha256 === null)) {
    throw new HoldfastError("home/unknown-segment", `there is no ${part} of a segment ${segment}`, {
      remedy: "see holdfast segments",
    });
  }
  const path = segmentPaths(pathsOf(home.directory).vault, state.entry.segment)[part];
  const { bytes, close } = openForReading(path);
  close();
  return { facts: { bytes }, bytes: openReadStream(path) as AsyncIterable<Uint8Array> };
}

const LEDGER_SCAN_MAX = 100_000;

/** The newest entries first asked for, in their order; `type` narrows. */
async function readLedger(
  home: WholeHome,
  input: ParsedInputOf<Operations["ledger"]>,
): Promise<OutputOf<Operations["ledger"]>> {
  const { size } = home.ledger;
  const entries: Record<string, unknown>[] = [];
  if (input.from !== undefined || input.type === undefined) {
    const from = input.from ?? Math.max(0, size - input.limit);
    for (const entry of await home.ledger.read(from, Math.min(size, from + LEDGER_SCAN_MAX))) {
      if (input.type !== undefined && entry.type !== input.type) continue;
      entries.push({ ...entry });
      if (entries.length === input.limit) break;
    }
  } else {
    for (const entry of await home.ledger.read(Math.max(0, size - LEDGER_SCAN_MAX), size)) {
      if (entry.type !== input.type) continue;
      entries.push({ ...entry });
      if (entries.length > input.limit) entries.shift();
    }
  }
  return { size, checkpoint: home.ledger.checkpoint, entries };
}
