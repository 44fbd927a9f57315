import { z } from "zod";
import * as microbursts from "./burst-schemas.ts";
import { operation } from "./operation.ts";
import * as s from "./schemas.ts";
import * as streams from "./stream-schemas.ts";
import * as verdicts from "./verdict-schemas.ts";

const binSide = z.object({
  packets: z.number(),
  bytes: z.number().describe("of whole frames, on the wire"),
  again: z.number().describe("TCP segments sent again or late"),
  closed: z.number().describe("packets with a closed window"),
});

const connectionBin = z.object({
  from_ns: s.nanoseconds,
  number: z.number().describe("of its first packet among the connection's, from 1"),
  first_ns: s.nanoseconds.describe("when that packet came"),
  orig: binSide.describe("what the originator sent"),
  resp: binSide.describe("what the responder sent"),
});

/** Questions about one connection, one file that travelled, and moments of a link. */
export const connectionOperations = {
  show: operation({
    method: "GET",
    path: "/api/v1/connections/:uid",
    needs: "metadata",
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
  events: operation({
    method: "GET",
    path: "/api/v1/connections/:uid/events",
    needs: "metadata",
    summary: "What the logs say of one connection: rows of all logs but conn, in time order.",
    input: z.object({
      uid: z.string(),
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(5000)
        .default(500)
        .describe("at most so many of each log, the first that were written"),
    }),
    output: z.object({
      logs: z.array(z.object({ log: z.string(), rows: z.number() })).describe("those with rows"),
      events: z.array(
        z.object({
          log: z.string(),
          row: z.number().describe("row of the log in the connection, from 1, as explain counts"),
          values: s.row,
        }),
      ),
    }),
    answer: "json",
  }),
  explain: operation({
    method: "GET",
    path: "/api/v1/connections/:uid/explain",
    needs: "packets",
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
      key_logs: z
        .array(z.string())
        .describe("names of the key logs whose secrets opened what the field was read from"),
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
              bytes: z.string().describe("those of the packet, in hexadecimal, the first 256"),
              opened: z
                .string()
                .optional()
                .describe(
                  "what the field was read from, where the packet only carries it, encrypted say",
                ),
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
    needs: "objects",
    summary:
      "A file that travelled, taken out of its packets. The read is in the ledger before the first byte.",
    input: z.object({
      fuid: z.string(),
      case: s.caseName.optional().describe("only if it is of this case"),
      purpose: z.string().max(1000).default(""),
    }),
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
    needs: "packets",
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
  streamDecrypted: operation({
    method: "GET",
    path: "/api/v1/connections/:uid/stream/decrypted",
    needs: "keys",
    summary:
      "What a TLS connection carried, opened with its case's key logs, line by line. The read and the use of the keys are in the ledger before the first byte.",
    input: z.object({ uid: z.string(), purpose: z.string().max(1000).default("") }),
    output: streams.decryptedEvent,
    answer: "ndjson",
  }),
  streamDiff: operation({
    method: "GET",
    path: "/api/v1/connections/:uid/stream/differences",
    needs: "packets",
    summary: "Where two packets of a TCP connection disagree, and which host takes which.",
    input: z.object({ uid: z.string(), purpose: z.string().max(1000).default("") }),
    output: streams.streamDifferences,
    answer: "json",
  }),
  verdict: operation({
    method: "GET",
    path: "/api/v1/connections/:uid/verdict",
    needs: "packets",
    summary:
      "Whether a slow or broken TCP connection was the network's, the client's or the server's doing, with the packets that show it. The read is in the ledger before any packet is read.",
    input: z.object({ uid: z.string(), purpose: z.string().max(1000).default("") }),
    output: verdicts.verdict,
    answer: "json",
  }),
  connectionBins: operation({
    method: "GET",
    path: "/api/v1/connections/:uid/bins",
    needs: "packets",
    summary:
      "Packets and bytes of one connection over time, each direction apart, in bins down to a microsecond. The read is in the ledger before any packet is read.",
    input: z.object({
      uid: z.string(),
      from_ns: s.askedNanoseconds.optional().describe("the connection's begin if left out"),
      to_ns: s.askedNanoseconds.optional().describe("its end if left out"),
      width_ns: z.coerce
        .number()
        .int()
        .min(1000, "a bin is 1 µs wide at the least")
        .max(Number.MAX_SAFE_INTEGER)
        .optional()
        .describe("of a bin; left out, the narrowest from 10 µs up that `bins` of cover the range"),
      bins: z.coerce
        .number()
        .int()
        .min(1)
        .max(10_000)
        .default(500)
        .describe("at most so many with packets; packets behind them are left out, and counted"),
      purpose: z.string().max(1000).default(""),
    }),
    output: z.object({
      seq: z.number().describe("the ledger entry of this read"),
      uid: z.string(),
      from_ns: s.nanoseconds,
      to_ns: s.nanoseconds,
      width_ns: z.string(),
      bins: z.array(connectionBin).describe("those with packets, by time"),
      orig: binSide,
      resp: binSide,
      left_out: z.number().describe("packets of the range behind the last bin of this answer"),
    }),
    answer: "json",
  }),
  bursts: operation({
    method: "POST",
    path: "/api/v1/bursts",
    needs: "metadata",
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
} as const;
