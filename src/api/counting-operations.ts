import { z } from "zod";
import { operation } from "./operation.ts";
import * as s from "./schemas.ts";

const limit = (most: number) => z.number().int().min(1).max(10_000).default(most);

/** Which ends are told apart: addresses, or addresses and ports of one transport. */
const ends = z.enum(["ip", "tcp", "udp"]).default("ip");

/** Questions that are answered with sums over rows: who, with whom, how much, by what protocol. */
export const countingOperations = {
  top: operation({
    method: "POST",
    path: "/api/v1/top",
    needs: "metadata",
    summary: "The largest groups of rows by one or several fields: talkers, names, services.",
    input: s.question.extend({
      log: z.string().default("conn"),
      by: z
        .array(z.string())
        .min(1)
        .max(4)
        .describe("fields; for conn also ip.src, ip.dst, ip.addr, port_src, port_dst of packets"),
      measure: z.enum(["rows", "packets", "bytes"]).default("rows"),
      limit: limit(20),
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
    needs: "metadata",
    summary: "Who talked with whom, both ways together: packets, bytes, first and last time.",
    input: s.question.extend({
      kind: ends.describe("pairs of addresses, or of addresses and ports of one transport"),
      limit: limit(100),
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
  endpoints: operation({
    method: "POST",
    path: "/api/v1/endpoints",
    needs: "metadata",
    summary: "Who talked at all: packets and bytes sent and received, first and last time.",
    input: s.question.extend({
      kind: ends.describe("addresses, or addresses and ports of one transport"),
      limit: limit(100),
    }),
    output: z.object({
      endpoints: z.array(
        z.object({
          address: z.string(),
          port: z.number().nullable(),
          flows: z.number(),
          sent_packets: z.number().describe("frames that it sent"),
          sent_bytes: z.number().describe("their bytes on the wire"),
          received_packets: z.number(),
          received_bytes: z.number(),
          first_ns: s.nanoseconds,
          last_ns: s.nanoseconds,
        }),
      ),
      total: z.number(),
      coverage: s.coverage,
    }),
    answer: "json",
  }),
  hierarchy: operation({
    method: "POST",
    path: "/api/v1/hierarchy",
    needs: "metadata",
    summary: "Connections, packets and bytes by network, transport and service, as a tree.",
    input: s.question,
    output: z.object({
      nodes: z
        .array(
          z.object({
            path: z.array(z.string()).describe("from the network protocol down to this one"),
            flows: z.number().describe("connections that run over this path or below it"),
            packets: z.number().describe("their frames"),
            bytes: z.number().describe("bytes of those frames on the wire"),
          }),
        )
        .describe("each before what runs over it, those with most bytes first"),
      flows: z.number(),
      packets: z.number(),
      bytes: z.number(),
      coverage: s.coverage,
    }),
    answer: "json",
  }),
  findings: operation({
    method: "POST",
    path: "/api/v1/findings",
    needs: "metadata",
    summary: "What is new and odd, in sentences, each with the log and the query that show it.",
    input: s.question,
    output: z.object({
      findings: z.array(
        z.object({
          kind: z.enum([
            "notice",
            "upload",
            "scan",
            "long-connection",
            "program",
            "burst",
            "damage",
          ]),
          text: z.string(),
          log: z.string(),
          query: z.string().describe("what shows it, in that log"),
          uid: z.string().nullable().describe("the one connection that it is about"),
          count: z.number(),
        }),
      ),
      coverage: s.coverage,
    }),
    answer: "json",
  }),
} as const;
