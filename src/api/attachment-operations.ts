import { z } from "zod";
import { operation } from "./operation.ts";
import * as s from "./schemas.ts";

const kind = z.enum(["tls-key-log", "object"]);

/** What opens sessions and what travelled, sealed beside the captures of a case. */
export const attachmentOperations = {
  attachKeyLog: operation({
    method: "POST",
    path: "/api/v1/key-logs",
    needs: "keys",
    summary:
      "Seals the TLS secrets in the request's body (NSS key log) as an attachment of a case.",
    input: z.object({
      name: z.string().max(255),
      case: s.caseName.default("scratch"),
      purpose: z.string().max(1000).default(""),
    }),
    output: s.attached.extend({
      secrets: z.number(),
      sessions: z.number().describe("that the secrets belong to, by the client's random"),
      ignored_lines: z.number().describe("lines that are no secret"),
    }),
    answer: "json",
    takesBody: true,
  }),
  keyLogs: operation({
    method: "GET",
    path: "/api/v1/key-logs",
    needs: "metadata",
    summary: "Key logs of cases: what they are called and their digests, never their secrets.",
    input: z.object({ case: s.caseName.optional() }),
    output: z.object({
      key_logs: z.array(
        z.object({
          attachment: z.string(),
          case: z.string(),
          name: z.string(),
          purpose: z.string(),
          bytes: z.number(),
          sha256: z.string(),
          at: z.string(),
          seq: z.number(),
        }),
      ),
    }),
    answer: "json",
  }),
  sealObject: operation({
    method: "POST",
    path: "/api/v1/objects/:fuid/seal",
    needs: "objects",
    summary:
      "Seals a file that travelled as an attachment of its case. The read of its packets is in the ledger first.",
    input: z.object({
      fuid: z.string(),
      case: s.caseName.optional().describe("only if it is of this case"),
      purpose: z.string().max(1000).default(""),
    }),
    output: s.attached.extend({
      fuid: z.string(),
      case: z.string(),
      name: z.string().describe("as the protocol said it: never a path to write to"),
      bytes: z.number(),
      sha256: z.string().describe("of what was sealed"),
      log_sha256: z.string().nullable().describe("as the log has it, of whole files only"),
      missing_bytes: z.number(),
    }),
    answer: "json",
  }),
  attachments: operation({
    method: "GET",
    path: "/api/v1/attachments",
    needs: "metadata",
    summary: "Attachments of cases: what they are and where they came from.",
    input: z.object({ case: s.caseName.optional(), kind: kind.optional() }),
    output: z.object({
      attachments: z.array(
        z.object({
          attachment: z.string(),
          case: z.string(),
          kind,
          name: z.string(),
          purpose: z.string(),
          bytes: z.number(),
          sha256: z.string().describe("of its content"),
          sealed_bytes: z.number(),
          sealed_sha256: z.string().describe("of its file in the vault"),
          at: z.string(),
          by: z.string(),
          seq: z.number().describe("number of the ledger entry that makes it exist"),
          object: z
            .object({
              capture: z.string(),
              uid: z.string(),
              fuid: z.string(),
              source: z.string(),
              read_seq: z.number().describe("the entry by which its packets were read"),
              mime_type: z.string().nullable(),
              missing_bytes: z.number(),
              md5: z.string().nullable(),
              sha1: z.string().nullable(),
              sha256: z.string().nullable(),
            })
            .nullable(),
        }),
      ),
    }),
    answer: "json",
  }),
  attachment: operation({
    method: "GET",
    path: "/api/v1/attachments/:attachment",
    needs: "objects",
    summary: "A sealed object as it was sealed. The read is in the ledger before the first byte.",
    input: z.object({
      attachment: z.string(),
      case: s.caseName.optional().describe("only if it is of this case"),
      purpose: z.string().max(1000).default(""),
    }),
    output: z.object({
      seq: z.number(),
      attachment: z.string(),
      case: z.string(),
      kind,
      name: z.string(),
      mime_type: z.string().nullable(),
      bytes: z.number(),
      sha256: z.string(),
    }),
    answer: "bytes",
    mediaType: "application/octet-stream",
  }),
} as const;
