import type { CreateDigest, Limit } from "../../base/index.ts";
import type { ContentDecoders } from "../shared/http-content/index.ts";
import type { FileAnalysis, LogWriter, ProxyTunnels, SoftwareInventory } from "../shared/index.ts";
import type { Transactions } from "./transactions.ts";

/** What all HTTP flows of a capture share. */
export interface HttpShared {
  readonly log: LogWriter;
  readonly createDigest: CreateDigest | undefined;
  readonly files: FileAnalysis;
  readonly software: SoftwareInventory;
  readonly tunnels: ProxyTunnels;
  readonly pendingLimit: Limit;
  readonly lineLimit: Limit;
  readonly decoders: ContentDecoders;
  /** Exchanges of flows that carry another protocol: HTTP inside goes on counting. */
  readonly carriers: Map<string, Transactions>;
}
