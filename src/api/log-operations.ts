import { z } from "zod";
import { operation } from "./operation.ts";
import * as s from "./schemas.ts";

/** Questions about all that was recorded: rows, how many over time, packets. */
export const logOperations = {
  query: operation({
    method: "POST",
    path: "/api/v1/query",
    needs: "metadata",
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
  logs: operation({
    method: "POST",
    path: "/api/v1/logs",
    needs: "metadata",
    summary: "How many rows of each log answer a question.",
    input: s.question,
    output: z.object({ logs: z.array(z.object({ log: z.string(), rows: z.number() })) }),
    answer: "json",
  }),
  histogram: operation({
    method: "POST",
    path: "/api/v1/histogram",
    needs: "metadata",
    summary:
      "Flows, packets and bytes over time, by when the flow began, and by service; of logs other than conn, rows.",
    input: s.question.extend({
      log: z.string().default("conn"),
      bins: z.number().int().min(1).max(2000).default(120).describe("at most so many"),
      measure: z
        .enum(["flows", "packets", "bytes"])
        .default("flows")
        .describe("what services are measured by"),
      services: z
        .number()
        .int()
        .min(0)
        .max(20)
        .default(6)
        .describe("how many are told apart; the others are summed up"),
      from_ns: s.askedNanoseconds.optional(),
      to_ns: s.askedNanoseconds.optional(),
    }),
    output: z.object({
      from_ns: s.nanoseconds.nullable(),
      to_ns: s.nanoseconds.nullable(),
      width_ns: z.string().describe("of a bin, 1 ms at the least"),
      measure: z.enum(["flows", "packets", "bytes"]),
      bins: z.array(
        z.object({
          from_ns: z.string(),
          flows: z.number().describe("rows of the log"),
          packets: z.number().describe("0 where rows have none"),
          bytes: z.number(),
        }),
      ),
      services: z
        .array(
          z.object({
            kind: z.enum(["service", "other", "none"]),
            values: z.array(z.string()).describe("of the field `service`, which may be several"),
            total: z.number().describe("by the measure"),
            bins: z.array(z.number()).describe("one for each bin, by the measure"),
          }),
        )
        .describe("largest first, then all others, then flows without any; of conn only"),
      gaps: z
        .array(z.object({ from_ns: z.string(), to_ns: z.string() }))
        .describe("times of the range of which nothing was recorded"),
      not_recorded: z.array(z.string()).describe("what captures say was lost, at times unknown"),
      running: z.boolean().describe("an import is still adding rows: gaps are not known yet"),
    }),
    answer: "json",
  }),
  packets: operation({
    method: "POST",
    path: "/api/v1/packets",
    needs: "packets",
    needsWith: { secrets: "keys" },
    summary:
      "Exactly the matching packets as pcapng, in time order. The read is in the ledger before the first byte.",
    input: s.question.extend({
      uid: z.string().optional(),
      purpose: z.string().max(1000).default(""),
      secrets: z
        .boolean()
        .default(false)
        .describe(
          "with the TLS secrets of the case that open these packets, and no others, as a Decryption Secrets Block",
        ),
      places: z
        .boolean()
        .default(false)
        .describe(
          "each packet says in the option epb_packetid where it lies: its offset in the segment's plaintext, and in the upper 16 bits which segment of the section's comments, from 0",
        ),
    }),
    output: z.object({
      seq: z.number(),
      candidates: z.number(),
      postings_sha256: z.string(),
      key_logs: z.array(z.string()).describe("names of the key logs that those secrets came from"),
      coverage: s.coverage,
    }),
    answer: "bytes",
    mediaType: "application/x-pcapng",
  }),
  packetList: operation({
    method: "POST",
    path: "/api/v1/packets/list",
    needs: "packets",
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
} as const;
