import { z } from "zod";

export const nanoseconds = z
  .string()
  .regex(/^-?\d+$/)
  .describe("nanoseconds since 1970, decimal");
/** A time that is asked for: no more digits than a clock has. */
export const askedNanoseconds = z
  .string()
  .regex(/^-?\d{1,19}$/, "a time is nanoseconds since 1970, at most 19 digits");
const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe("SHA-256, hexadecimal");

export const caseName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    "a case is named by letters, digits, dot, dash and underscore, at most 64",
  )
  .describe("name of a case");

export const question = z.object({
  q: z.string().max(4096).default("").describe("query text; empty matches everything"),
  case: caseName.optional(),
  relativeTo: z
    .enum(["now", "end"])
    .default("now")
    .describe(
      "what relative times such as 3h ago count from: the clock, or the end of what was recorded",
    ),
});

export const coverage = z.object({
  from_ns: nanoseconds.nullable(),
  to_ns: nanoseconds.nullable(),
  captures: z.array(
    z.object({
      capture: z.string(),
      name: z.string(),
      case: z.string(),
      segment: z.string(),
      from_ns: nanoseconds.nullable(),
      to_ns: nanoseconds.nullable(),
      packets: z.number(),
      complete: z.boolean().describe("false: the file ended early or was damaged"),
      fault: z.string().nullable(),
    }),
  ),
  captures_total: z.number().describe("captures searched; the list names the first 100"),
  gaps: z
    .array(z.object({ from_ns: nanoseconds, to_ns: nanoseconds }))
    .describe("times between captures of which nothing was recorded"),
  not_recorded: z.array(z.string()).describe("what the captures say was lost or left out"),
  running: z.boolean().describe("an import is still adding rows"),
});

export const row = z.record(z.string(), z.unknown());

export const segmentFacts = z.object({
  segment: z.string(),
  capture: z.string(),
  case: z.string(),
  kind: z.enum(["original", "working"]),
  derived_from: z.string().nullable(),
  name: z.string(),
  sealed_at: z.string(),
  seq: z.number().describe("number of the ledger entry that makes it exist"),
  plaintext_sha256: digest,
  plaintext_bytes: z.number(),
  body_sha256: digest,
  body_bytes: z.number(),
  head_sha256: digest,
  chunk_root: digest,
  events_sha256: digest.nullable(),
  compression: z.string(),
  packets: z.number(),
  first_ns: nanoseconds.nullable(),
  last_ns: nanoseconds.nullable(),
  complete: z.boolean(),
  fault: z.string().nullable(),
});

export const captureFacts = z.object({
  capture: z.string(),
  case: z.string(),
  purpose: z.string(),
  name: z.string(),
  started_at: z.string(),
  state: z.enum(["running", "sealed", "failed", "unfinished"]),
  bytes: z.number().nullable(),
  packets: z.number(),
  segments: z.array(z.string()),
  first_ns: nanoseconds.nullable(),
  last_ns: nanoseconds.nullable(),
  fault: z.string().nullable(),
  plaintext_sha256: digest.nullable(),
});

export const progress = z.object({
  type: z.literal("progress"),
  what: z.string().describe("what is being done, for a person"),
  done: z.number(),
  total: z.number().nullable(),
  unit: z.enum(["bytes", "entries", "segments", "packets"]),
  per_second: z.number(),
  seconds_left: z.number().nullable(),
});

export const importEvent = z.discriminatedUnion("type", [
  progress.extend({ capture: z.string(), packets: z.number(), flows: z.number() }),
  z.object({ type: z.literal("done"), duplicate_of: z.string().nullable(), capture: captureFacts }),
  z.object({
    type: z.literal("failed"),
    capture: z.string().nullable(),
    code: z.string(),
    message: z.string(),
    remedy: z.string().nullable(),
  }),
]);

export const finding = z.object({
  type: z.literal("finding"),
  level: z
    .enum(["bad", "note"])
    .describe(
      "bad: evidence or ledger is not what was sealed; note: worth knowing, nothing is wrong",
    ),
  where: z.string(),
  message: z.string(),
});

export const verifyEvent = z.discriminatedUnion("type", [
  progress,
  finding,
  z.object({
    type: z.literal("result"),
    ok: z.boolean(),
    entries: z.number(),
    segments: z.number(),
    attachments: z.number(),
    bytes: z.number(),
    decrypted: z.boolean(),
    root: z.string().describe("root hash of the ledger, base64"),
    seconds: z.number(),
  }),
]);

export const reindexEvent = z.discriminatedUnion("type", [
  progress,
  z.object({ type: z.literal("result"), segments: z.number(), seconds: z.number() }),
]);

export const packetRow = z.object({
  number: z.number().describe("place among the answer's packets, from 1"),
  ts_ns: nanoseconds,
  captured_bytes: z.number(),
  original_bytes: z.number(),
  link_type: z.number(),
  segment: z.string(),
  offset: z.number().describe("of the packet's record in the segment's plaintext"),
  chunk: z.number().describe("first encrypted chunk of the body that holds it"),
  bytes: z.string().describe("the packet, base64"),
});

export const attached = z.object({
  attachment: z.string(),
  seq: z.number().describe("number of the ledger entry that makes it exist"),
  sealed_before: z.boolean().describe("the case had these bytes already: nothing was added"),
});

export const check = z.object({
  name: z.string(),
  state: z.enum(["good", "warning", "bad"]),
  says: z.string(),
  remedy: z.string().nullable(),
});

export const field = z.object({
  log: z.string(),
  name: z.string(),
  kind: z.string(),
  says: z.string(),
  values: z.array(z.string()).nullable(),
  brief: z.boolean().describe("one of the fields that a person sees first"),
  zeek_type: z.string().describe("its type in Zeek's text form"),
});
