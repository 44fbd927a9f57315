import { z } from "zod";
import { operation } from "./operation.ts";
import * as s from "./schemas.ts";

/** What a client may ask of a home as a whole: what it holds, imports, proof. */
export const homeOperations = {
  status: operation({
    method: "GET",
    path: "/api/v1/status",
    needs: "metadata",
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
    needs: "known",
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
    needs: "metadata",
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
    needs: "cases",
    summary: "Opens a case.",
    input: z.object({ case: s.caseName, purpose: z.string().max(1000).default("") }),
    output: z.object({ case: z.string(), seq: z.number() }),
    answer: "json",
  }),
  importFile: operation({
    method: "POST",
    path: "/api/v1/imports",
    needs: "machine",
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
    needs: "import",
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
    needs: "metadata",
    summary: "All captures, running, sealed, failed or unfinished.",
    input: z.object({ case: s.caseName.optional() }),
    output: z.object({ captures: z.array(s.captureFacts) }),
    answer: "json",
  }),
  segments: operation({
    method: "GET",
    path: "/api/v1/segments",
    needs: "metadata",
    summary: "All sealed segments.",
    input: z.object({ case: s.caseName.optional() }),
    output: z.object({ segments: z.array(s.segmentFacts) }),
    answer: "json",
  }),
  segmentPart: operation({
    method: "GET",
    path: "/api/v1/segments/:segment/:part",
    needs: "packets",
    summary: "A sealed segment's head, body or events, as it lies in the vault: ciphertext.",
    input: z.object({ segment: z.string(), part: z.enum(["head", "body", "events"]) }),
    output: z.object({ bytes: z.number() }),
    answer: "bytes",
    mediaType: "application/octet-stream",
  }),
  verify: operation({
    method: "POST",
    path: "/api/v1/verify",
    needs: "verify",
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
    needs: "configure",
    summary: "Rebuilds the index from vault and ledger.",
    input: z.object({}),
    output: s.reindexEvent,
    answer: "ndjson",
  }),
  ledger: operation({
    method: "GET",
    path: "/api/v1/ledger",
    needs: "ledger",
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
    needs: "configure",
    summary: "Whether this home and machine are fit: privileges, modes, keys, space, clock.",
    input: z.object({}),
    output: z.object({ ok: z.boolean(), checks: z.array(s.check) }),
    answer: "json",
  }),
} as const;
