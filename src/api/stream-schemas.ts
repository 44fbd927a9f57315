import { z } from "zod";
import { nanoseconds } from "./schemas.ts";

export const policy = z
  .enum(["first", "last", "bsd", "linux", "windows", "solaris"])
  .describe("whose bytes count where packets overlap: a host's way, or what came first or last");

const side = z.enum(["orig", "resp"]).describe("who sent the bytes");

const packetPlace = z
  .object({
    number: z.number().describe("place among the connection's packets, from 1"),
    ts_ns: nanoseconds,
    segment: z.string(),
    offset: z.number().describe("of the packet's record in the segment's plaintext"),
  })
  .nullable()
  .describe("null where bytes come from several packets, or waited for too many");

const counts = z.object({
  segments: z.number(),
  bytes: z.number(),
  duplicateBytes: z.number(),
  lateBytes: z.number().describe("came after their place had been given up as a gap"),
  lostBytes: z.number(),
  cutBytes: z.number().describe("on the wire and cut off by the capture"),
  gaps: z.number(),
  conflicts: z.number(),
  keepAlives: z.number(),
  outOfWindow: z.number(),
  beforeStart: z.number(),
  afterFin: z.number(),
});

const version = z.object({ bytes: z.string().describe("base64"), packet: packetPlace });

const startEvent = z.object({
  type: z.literal("start"),
  seq: z.number().describe("the ledger entry of this read"),
  uid: z.string(),
  orig: z.string(),
  resp: z.string(),
  packets: z.number(),
});

const dataEvent = z.object({
  type: z.literal("data"),
  side,
  position: z.number().describe("of the first byte in its direction, from 0"),
  bytes: z.string().describe("base64"),
  packet: packetPlace,
});

export const streamEvent = z.discriminatedUnion("type", [
  startEvent.extend({ policy }),
  dataEvent,
  z.object({
    type: z.literal("gap"),
    side,
    position: z.number(),
    length: z.number(),
    kind: z.enum(["lost", "cut"]),
  }),
  z.object({
    type: z.literal("conflict"),
    side,
    position: z.number(),
    length: z.number(),
    first: version,
    second: version,
  }),
  z.object({
    type: z.literal("end"),
    counts: z.object({ orig: counts, resp: counts }),
    signs: z.object({
      packets: z.number(),
      synSequence: z.number().describe("-1: not seen"),
      synAckSequence: z.number().describe("-1: not seen"),
      isEstablished: z.boolean(),
      fins: z.number(),
      resets: z.number(),
      resetPayloadBytes: z.number(),
      synPayloads: z.number(),
      urgentPackets: z.number(),
      badChecksums: z.number(),
      skippedPackets: z.number(),
    }),
    limits: z.array(z.object({ name: z.string(), reached: z.number() })),
  }),
]);

export const decryptedEvent = z.discriminatedUnion("type", [
  startEvent,
  dataEvent.extend({ packet: packetPlace.describe("the packet that completed the record") }),
  z.object({
    type: z.literal("end"),
    bytes: z.object({ orig: z.number(), resp: z.number() }),
    key_logs: z.array(z.string()).describe("names of the key logs whose secrets opened it"),
  }),
]);

const policyResult = z.object({ bytes: z.number(), sha256: z.string() });

export const streamDifferences = z.object({
  seq: z.number().describe("the ledger entry of this read"),
  uid: z.string(),
  total: z.number().describe("places that differ; the list holds the first 1000"),
  differences: z.array(
    z.object({
      side,
      position: z.number(),
      length: z.number(),
      versions: z.array(
        z.object({
          hex: z.string().describe("the first 1024 bytes at most"),
          text: z.string(),
          packet: packetPlace,
          policies: z.array(policy).describe("who takes this version"),
        }),
      ),
    }),
  ),
  results: z.array(z.object({ policy, orig: policyResult, resp: policyResult })),
});
