import { z } from "zod";
import { operation } from "./operation.ts";
import * as s from "./schemas.ts";

const tag = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,31}$/u,
    "a tag is a word of at most 32 letters and digits",
  );

const packet = z
  .object({
    segment: z.string(),
    offset: z.number().int().min(0).describe("of the packet's record in the segment's plaintext"),
  })
  .describe("one packet, by where it lies");

const seq = z.number().describe("the ledger entry");

/** What people add: notes on what they saw, and searches worth keeping. All of it is in the ledger. */
export const noteOperations = {
  notes: operation({
    method: "GET",
    path: "/api/v1/notes",
    needs: "metadata",
    summary: "Notes of a case, or on one connection and its packets.",
    input: z.object({
      case: s.caseName.optional(),
      uid: z.string().optional(),
      tag: tag.optional(),
    }),
    output: z.object({
      notes: z.array(
        z.object({
          note: z.string(),
          case: z.string(),
          uid: z.string().nullable(),
          packet: packet.nullable(),
          from_ns: s.nanoseconds.nullable(),
          to_ns: s.nanoseconds.nullable(),
          text: z.string(),
          tags: z.array(z.string()),
          by: z.string(),
          at: z.string(),
          seq,
        }),
      ),
    }),
    answer: "json",
  }),
  addNote: operation({
    method: "POST",
    path: "/api/v1/notes",
    needs: "metadata",
    summary: "Puts a note on a case, a connection, one of its packets or a stretch of time.",
    input: z.object({
      case: s.caseName.optional().describe("needed where no connection is named"),
      uid: z.string().optional(),
      packet: packet.optional(),
      from_ns: s.nanoseconds.optional(),
      to_ns: s.nanoseconds.optional(),
      text: z.string().trim().min(1, "a note says something").max(4000),
      tags: z.array(tag).max(16).default([]),
    }),
    output: z.object({ note: z.string(), case: z.string(), seq }),
    answer: "json",
  }),
  withdrawNote: operation({
    method: "POST",
    path: "/api/v1/notes/:note/withdraw",
    needs: "metadata",
    summary: "Takes a note back: it stays in the ledger and is shown no more.",
    input: z.object({ note: z.string(), reason: z.string().max(1000).default("") }),
    output: z.object({ seq }),
    answer: "json",
  }),
  savedQueries: operation({
    method: "GET",
    path: "/api/v1/saved-queries",
    needs: "metadata",
    summary: "Searches that were kept under a name, of a case and of all cases.",
    input: z.object({ case: s.caseName.optional() }),
    output: z.object({
      saved: z.array(
        z.object({
          saved: z.string(),
          case: z.string().describe("* is all cases"),
          name: z.string(),
          address: z.string().describe("of the page's search, with everything chosen in it"),
          by: z.string(),
          at: z.string(),
          seq,
        }),
      ),
    }),
    answer: "json",
  }),
  saveQuery: operation({
    method: "POST",
    path: "/api/v1/saved-queries",
    needs: "metadata",
    summary: "Keeps a search under a name, for everybody of the case.",
    input: z.object({
      case: s.caseName.optional(),
      name: z.string().trim().min(1, "a saved search has a name").max(80),
      address: z
        .string()
        .max(8000)
        .regex(/^\/(?!\/)[^\s\\]*$/, "an address of this page begins with one slash"),
    }),
    output: z.object({ saved: z.string(), seq }),
    answer: "json",
  }),
  forgetQuery: operation({
    method: "POST",
    path: "/api/v1/saved-queries/:saved/forget",
    needs: "metadata",
    summary: "Takes a kept search off the list; that it was there stays in the ledger.",
    input: z.object({ saved: z.string() }),
    output: z.object({ seq }),
    answer: "json",
  }),
} as const;
