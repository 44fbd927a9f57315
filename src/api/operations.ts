import { z } from "zod";
import * as microbursts from "./burst-schemas.ts";
import { operation } from "./operation.ts";
import * as s from "./schemas.ts";
import * as streams from "./stream-schemas.ts";
import * as verdicts from "./verdict-schemas.ts";

/** Everything a client may ask of a home. Names are the command line's and the page's alike. */
export const operations = {
  status: operation({
    method: "GET",
    path: "/api/v1/status",
    summary: "What this home holds and in what state it is: the evidence strip.",
    input: z.object({ case: s.caseName.optional() }),
    output: z.object({
      version: z.string(),
      home: z.string(),
      origin: z.string().describe("the ledger's name"),
      cases: z.array(
        z.object({
          case: z.string(),
          opened_at: z.string(),
          captures: z.number(),
          packets: z.number(),
        }),
      ),
      captures: z.number(),
      segments: z.number(),
      packets: z.number(),
      bytes: z.number(),
      stored_bytes: z.number(),
      first_ns: z.string().nullable(),
      last_ns: z.string().nullable(),
      gaps: z.number(),
      lost: z
        .number()
        .nullable()
        .describe("packets the captures say were lost; null if they do not say"),
      keep: z.string(),
      verified_at: z.string().nullable(),
      verified_ok: z.boolean().nullable(),
      key: z.enum(["on this disk", "passphrase"]),
      ledger_size: z.number(),
      headline: z
        .object({ text: z.string(), uid: z.string(), query: z.string() })
        .nullable()
        .describe(
          "the one thing most worth looking at: the largest upload to an address first met then",
        ),
    }),
    answer: "json",
  }),
  fields: operation({
    method: "GET",
    path: "/api/v1/fields",
    summary: "All fields of all logs, each with its sentence.",
    input: z.object({}),
    output: z.object({
      logs: z.array(z.object({ log: z.string(), says: z.string() })),
      fields: z.array(s.field),
    }),
    answer: "json",
  }),
  cases: operation({
    method: "GET",
    path: "/api/v1/cases",
    summary: "All cases.",
    input: z.object({}),
    output: z.object({
      cases: z.array(
        z.object({
          case: z.string(),
          opened_at: z.string(),
          purpose: z.string(),
          captures: z.number(),
        }),
      ),
    }),
    answer: "json",
  }),
  openCase: operation({
    method: "POST",
    path: "/api/v1/cases",
    summary: "Opens a case.",
    input: z.object({ case: s.caseName, purpose: z.string().max(1000).default("") }),
    output: z.object({ case: z.string(), seq: z.number() }),
    answer: "json",
  }),
  importFile: operation({
    method: "POST",
    path: "/api/v1/imports",
    summary: "Imports a capture file that this machine can read.",
    input: z.object({
      path: z.string(),
      case: s.caseName.default("scratch"),
      purpose: z.string().max(1000).default(""),
      follow: z.boolean().default(false).describe("the file still grows: read on until it rests"),
      restSeconds: z.number().positive().max(86_400).default(5),
    }),
    output: s.importEvent,
    answer: "ndjson",
  }),
  importUpload: operation({
    method: "POST",
    path: "/api/v1/imports/upload",
    summary: "Imports the capture in the request's body.",
    input: z.object({
      name: z.string().max(255),
      case: s.caseName.default("scratch"),
      purpose: z.string().max(1000).default(""),
      bytes: z.coerce.number().int().nonnegative().optional(),
    }),
    output: s.importEvent,
    answer: "ndjson",
    takesBody: true,
  }),
  captures: operation({
    method: "GET",
    path: "/api/v1/captures",
    summary: "All captures, running, sealed, failed or unfinished.",
    input: z.object({ case: s.caseName.optional() }),
    output: z.object({ captures: z.array(s.captureFacts) }),
    answer: "json",
  }),
  query: operation({
    method: "POST",
    path: "/api/v1/query",
    summary: "Rows of a log.",
    input: s.question.extend({
      log: z.string().default("conn"),
      limit: z.number().int().min(1).max(10_000).default(100),
      offset: z.number().int().min(0).default(0),
      orderBy: z
        .string()
        .default("ts")
        .describe("a field, or `arrival`: the order in which rows were written"),
      descending: z.boolean().default(false),
    }),
    output: z.object({
      log: z.string(),
      fields: z.array(s.field),
      rows: z.array(s.row),
      total: z.number(),
      first_ns: z.string().nullable(),
      last_ns: z.string().nullable(),
      coverage: s.coverage,
    }),
    answer: "json",
  }),
  histogram: operation({
    method: "POST",
    path: "/api/v1/histogram",
    summary: "Flows, packets and bytes over time.",
    input: s.question.extend({
      bins: z.number().int().min(1).max(2000).default(120),
      from_ns: z.string().optional(),
      to_ns: z.string().optional(),
    }),
    output: z.object({
      from_ns: z.string().nullable(),
      to_ns: z.string().nullable(),
      width_ns: z.string(),
      bins: z.array(
        z.object({
          from_ns: z.string(),
          flows: z.number(),
          packets: z.number(),
          bytes: z.number(),
        }),
      ),
      gaps: z.array(z.object({ from_ns: z.string(), to_ns: z.string() })),
    }),
    answer: "json",
  }),
  top: operation({
    method: "POST",
    path: "/api/v1/top",
    summary: "The largest groups of rows by one or several fields: talkers, names, services.",
    input: s.question.extend({
      log: z.string().default("conn"),
      by: z
        .array(z.string())
        .min(1)
        .max(4)
        .describe("fields; for conn also ip.src, ip.dst, ip.addr, port_src, port_dst of packets"),
      measure: z.enum(["rows", "packets", "bytes"]).default("rows"),
      limit: z.number().int().min(1).max(10_000).default(20),
    }),
    output: z.object({
      log: z.string(),
      by: z.array(z.string()),
      groups: z.array(
        z.object({
          values: z.array(z.unknown()).describe("in the order of `by`; null where unset"),
          rows: z.number(),
          packets: z.number().nullable(),
          bytes: z.number().nullable(),
        }),
      ),
      total: z.number().describe("groups there are"),
      coverage: s.coverage,
    }),
    answer: "json",
  }),
  conversations: operation({
    method: "POST",
    path: "/api/v1/conversations",
    summary: "Who talked with whom, both ways together: packets, bytes, first and last time.",
    input: s.question.extend({
      kind: z
        .enum(["ip", "tcp", "udp"])
        .default("ip")
        .describe("pairs of addresses, or of addresses and ports of one transport"),
      limit: z.number().int().min(1).max(10_000).default(100),
    }),
    output: z.object({
      conversations: z.array(
        z.object({
          a: z.string(),
          a_port: z.number().nullable(),
          b: z.string(),
          b_port: z.number().nullable(),
          flows: z.number(),
          a_packets: z.number().describe("frames that a sent"),
          a_bytes: z.number().describe("their bytes on the wire"),
          b_packets: z.number(),
          b_bytes: z.number(),
          first_ns: s.nanoseconds,
          last_ns: s.nanoseconds,
        }),
      ),
      total: z.number(),
      coverage: s.coverage,
    }),
    answer: "json",
  }),
  packets: operation({
    method: "POST",
    path: "/api/v1/packets",
    summary:
      "Exactly the matching packets as pcapng, in time order. The read is in the ledger before the first byte.",
    input: s.question.extend({
      uid: z.string().optional(),
      purpose: z.string().max(1000).default(""),
    }),
    output: z.object({
      seq: z.number(),
      candidates: z.number(),
      postings_sha256: z.string(),
      coverage: s.coverage,
    }),
    answer: "bytes",
    mediaType: "application/x-pcapng",
  }),
  packetList: operation({
    method: "POST",
    path: "/api/v1/packets/list",
    summary: "Matching packets with their bytes and where they lie, a page at a time.",
    input: s.question.extend({
      uid: z.string().optional(),
      purpose: z.string().max(1000).default(""),
      limit: z.number().int().min(1).max(1000).default(100),
      offset: z.number().int().min(0).default(0),
    }),
    output: z.object({
      seq: z.number(),
      total: z.number(),
      packets: z.array(s.packetRow),
      coverage: s.coverage,
    }),
    answer: "json",
  }),
  show: operation({
    method: "GET",
    path: "/api/v1/connections/:uid",
    summary: "One connection: its row, a sentence, and where its packets lie.",
    input: z.object({ uid: z.string() }),
    output: z.object({
      sentence: z.string(),
      row: s.row,
      rhythm: z
        .object({
          bursts: z.number(),
          period_seconds: z.number(),
          spread_seconds: z.number(),
          says: z.string(),
        })
        .nullable()
        .describe("when the originator spoke again and again: how often, and how evenly"),
      packets: z.object({
        state: z.enum(["available", "damaged", "expired"]),
        says: z.string(),
        count: z.number(),
        places: z.array(
          z.object({
            segment: z.string(),
            runs: z.number(),
            packets: z.number(),
            first_chunk: z.number(),
            last_chunk: z.number(),
          }),
        ),
      }),
      segments: z.array(s.segmentFacts),
    }),
    answer: "json",
  }),
  explain: operation({
    method: "GET",
    path: "/api/v1/connections/:uid/explain",
    summary: "Which bytes of which packets a field came from, by replay.",
    input: z.object({
      uid: z.string(),
      field: z.string().describe("log and name, such as conn.resp_bytes or http.uri"),
      row: z.coerce
        .number()
        .int()
        .min(1)
        .optional()
        .describe("of several rows of that log in the connection, only this one"),
      purpose: z.string().default(""),
    }),
    output: z.object({
      uid: z.string(),
      field: z.string(),
      says: z.string(),
      value: z.unknown(),
      steps: z.array(
        z.object({
          packet: z.number().describe("place among the connection's packets, from 1"),
          ts_ns: z.string(),
          segment: z.string(),
          offset: z.number(),
          row: z.number().optional().describe("row of the log in the connection, from 1"),
          before: z.unknown(),
          after: z.unknown(),
          ranges: z.array(
            z.object({
              name: z.string(),
              offset: z.number(),
              length: z.number(),
              bytes: z.string(),
            }),
          ),
        }),
      ),
    }),
    answer: "json",
  }),
  object: operation({
    method: "GET",
    path: "/api/v1/objects/:fuid",
    summary:
      "A file that travelled, taken out of its packets. The read is in the ledger before the first byte.",
    input: z.object({ fuid: z.string(), purpose: z.string().max(1000).default("") }),
    output: z.object({
      seq: z.number(),
      fuid: z.string(),
      uid: z.string(),
      filename: z.string().nullable().describe("as the protocol said it: never a path to write to"),
      mime_type: z.string().nullable().describe("told from its first bytes"),
      sha256: z.string().nullable(),
      seen_bytes: z.number(),
      missing_bytes: z.number(),
    }),
    answer: "bytes",
    mediaType: "application/octet-stream",
  }),
  stream: operation({
    method: "GET",
    path: "/api/v1/connections/:uid/stream",
    summary:
      "A TCP connection's bytes in order, line by line. The read is in the ledger before the first byte.",
    input: z.object({
      uid: z.string(),
      policy: streams.policy.default("first"),
      purpose: z.string().max(1000).default(""),
    }),
    output: streams.streamEvent,
    answer: "ndjson",
  }),
  streamDiff: operation({
    method: "GET",
    path: "/api/v1/connections/:uid/stream/differences",
    summary: "Where two packets of a TCP connection disagree, and which host takes which.",
    input: z.object({ uid: z.string(), purpose: z.string().max(1000).default("") }),
    output: streams.streamDifferences,
    answer: "json",
  }),
  verdict: operation({
    method: "GET",
    path: "/api/v1/connections/:uid/verdict",
    summary:
      "Whether a slow or broken TCP connection was the network's, the client's or the server's doing, with the packets that show it. The read is in the ledger before any packet is read.",
    input: z.object({ uid: z.string(), purpose: z.string().max(1000).default("") }),
    output: verdicts.verdict,
    answer: "json",
  }),
  bursts: operation({
    method: "POST",
    path: "/api/v1/bursts",
    summary: "The fullest moments of each interface and direction, and who filled them.",
    input: s.question.extend({
      q: s.question.shape.q.describe("a capture's id or query text; empty is everything"),
      bin: microbursts.burstBin.optional().describe("one width only"),
      link: z.number().positive().max(1e15).optional().describe("bit/s that the link carries"),
      limit: z.number().int().min(1).max(100).default(10),
    }),
    output: z.object({
      links: z.array(microbursts.burstLink),
      bursts: z.array(microbursts.burst),
      coverage: s.coverage,
    }),
    answer: "json",
  }),
  segments: operation({
    method: "GET",
    path: "/api/v1/segments",
    summary: "All sealed segments.",
    input: z.object({ case: s.caseName.optional() }),
    output: z.object({ segments: z.array(s.segmentFacts) }),
    answer: "json",
  }),
  segmentPart: operation({
    method: "GET",
    path: "/api/v1/segments/:segment/:part",
    summary: "A sealed segment's head, body or events, as it lies in the vault: ciphertext.",
    input: z.object({ segment: z.string(), part: z.enum(["head", "body", "events"]) }),
    output: z.object({ bytes: z.number() }),
    answer: "bytes",
    mediaType: "application/octet-stream",
  }),
  verify: operation({
    method: "POST",
    path: "/api/v1/verify",
    summary: "Checks ledger and vault against each other, in both directions.",
    input: z.object({
      quick: z.boolean().default(false).describe("ciphertext digests only, nothing is decrypted"),
    }),
    output: s.verifyEvent,
    answer: "ndjson",
  }),
  reindex: operation({
    method: "POST",
    path: "/api/v1/reindex",
    summary: "Rebuilds the index from vault and ledger.",
    input: z.object({}),
    output: s.reindexEvent,
    answer: "ndjson",
  }),
  ledger: operation({
    method: "GET",
    path: "/api/v1/ledger",
    summary: "Entries of the custody ledger.",
    input: z.object({
      from: z.coerce.number().int().min(0).optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      type: z.string().optional(),
    }),
    output: z.object({ size: z.number(), checkpoint: z.string(), entries: z.array(s.row) }),
    answer: "json",
  }),
  doctor: operation({
    method: "GET",
    path: "/api/v1/doctor",
    summary: "Whether this home and machine are fit: privileges, modes, keys, space, clock.",
    input: z.object({}),
    output: z.object({ ok: z.boolean(), checks: z.array(s.check) }),
    answer: "json",
  }),
} as const;

export type Operations = typeof operations;
export type OperationName = keyof Operations;
