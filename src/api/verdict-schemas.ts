import { z } from "zod";
import { nanoseconds } from "./schemas.ts";

const party = z
  .enum(["network", "client", "server", "unknown", "none"])
  .describe("whose doing it was; none when nothing was slow or broken");

const packet = z.object({
  number: z.number().describe("place among the connection's packets, from 1"),
  ts_ns: nanoseconds,
  segment: z.string(),
  offset: z.number().describe("of the packet's record in the segment's plaintext"),
});

const side = z.object({
  packets: z.number(),
  segments: z.number().describe("with payload, those sent again too"),
  bytes: z.number(),
  round_trip: z
    .number()
    .nullable()
    .describe("seconds from the capture point to this side and back"),
  lost_before: z.number().describe("sent by this side and lost before the capture point"),
  lost_behind: z.number().describe("sent by this side and lost behind the capture point"),
  needless: z.number().describe("sent again though the acknowledgement had come by"),
  reordered: z.number(),
  duplicate_acks: z.number(),
  zero_windows: z.number(),
  closed_time: z.number().describe("seconds for which this side's window was closed"),
  pauses: z.number().describe("silences in its data that nothing else explains"),
  pause_time: z.number(),
  missed_bytes: z.number().describe("acknowledged, but not in the capture"),
  bad_checksums: z.number(),
  copies: z.number().describe("packets captured twice; each counts once above"),
  keep_alives: z.number(),
});

export const verdict = z.object({
  seq: z.number().describe("the ledger entry of this read"),
  uid: z.string(),
  client: z.string(),
  server: z.string(),
  server_port: z.number(),
  party,
  cause: z.string().describe("a word for what decided, such as slow-answers"),
  sentence: z.string(),
  reasons: z
    .array(
      z.object({
        party,
        cause: z.string(),
        says: z.string(),
        seconds: z.number().describe("of the connection's time that it cost"),
        packets: z.array(packet).describe("that show it"),
      }),
    )
    .describe("what decided first"),
  missing: z.array(z.string()).describe("what would have to be captured to know more"),
  numbers: z.object({
    duration: z.number(),
    handshake: z.boolean().describe("whether it was captured"),
    answers: z.number(),
    slow_answers: z.number(),
    answer_time: z.number().describe("seconds the server took for all answers"),
    longest_answer: z.number(),
    think_time: z.number().describe("seconds the client took before its requests"),
    resets: z.number(),
    forged: z.number().describe("places for which two packets gave different bytes"),
    orig: side,
    resp: side,
  }),
});
