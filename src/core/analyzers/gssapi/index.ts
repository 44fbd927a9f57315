import type { Protocol } from "../shared/index.ts";
import { GssapiAnalyzer } from "./gssapi-analyzer.ts";

/** GSS-API with SPNEGO (RFC 2743, RFC 4178), which other protocols carry. */
export const gssapi: Protocol = {
  name: "gssapi",
  logs: [],
  start: () => ({ open: (conversation) => new GssapiAnalyzer(conversation) }),
};
