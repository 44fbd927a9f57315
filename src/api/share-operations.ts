import { z } from "zod";
import { operation } from "./operation.ts";
import * as s from "./schemas.ts";

const seq = z.number().describe("the ledger entry");
const shared = z.object({
  share: z.string(),
  case: z.string().describe("* is all cases"),
  title: z.string(),
  address: z.string().describe("path and query within the page"),
  by: z.string(),
  at: z.string(),
  expires_at: z.string(),
  state: z.enum(["open", "expired", "revoked"]),
  seq,
});

/** Views under an address that ends: it leads there, and opens nothing that is not one's own. */
export const shareOperations = {
  share: operation({
    method: "POST",
    path: "/api/v1/shares",
    needs: "metadata",
    summary: "Shares a view of the page with who may see its case, until it expires.",
    input: z.object({
      address: z
        .string()
        .max(8000)
        .regex(
          /^\/(?![/]|s\/|api\/|login)[^\s\\]*$/,
          "an address within the page begins with one slash, such as /search?q=port+53",
        ),
      case: s.caseName.optional().describe("who sees it may open the share; all cases if left out"),
      title: z.string().trim().max(120).default(""),
      expires_days: z.number().int().min(1).max(365).default(7),
    }),
    output: z.object({
      share: z.string(),
      path: z.string(),
      link: z.string().nullable().describe("null while no server runs on the home"),
      expires_at: z.string(),
      seq,
    }),
    answer: "json",
  }),
  shares: operation({
    method: "GET",
    path: "/api/v1/shares",
    needs: "metadata",
    summary: "Shared views of one's cases, those that ended too.",
    input: z.object({ case: s.caseName.optional() }),
    output: z.object({ shares: z.array(shared) }),
    answer: "json",
  }),
  openShare: operation({
    method: "GET",
    path: "/api/v1/shares/:share",
    needs: "metadata",
    summary: "Where a shared view is; what is seen there is decided for whoever looks.",
    input: z.object({ share: z.string() }),
    output: shared,
    answer: "json",
  }),
  revokeShare: operation({
    method: "POST",
    path: "/api/v1/shares/:share/revoke",
    needs: "metadata",
    summary: "Ends a shared view at once; that it was there stays in the ledger.",
    input: z.object({ share: z.string(), reason: z.string().max(1000).default("") }),
    output: z.object({ share: z.string(), seq }),
    answer: "json",
  }),
} as const;
