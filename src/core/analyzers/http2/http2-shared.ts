import type { CreateDigest, Limit } from "../../base/index.ts";
import type { ContentDecoders } from "../shared/http-content/index.ts";
import type { FileAnalysis, LogWriter, ProxyTunnels, SoftwareInventory } from "../shared/index.ts";
import type { FloodLimits } from "./frame-floods.ts";
import type { HeaderLimits } from "./header-blocks.ts";

/** What all HTTP/2 flows of a capture share. */
export interface Http2Shared {
  readonly log: LogWriter;
  readonly createDigest: CreateDigest | undefined;
  readonly files: FileAnalysis;
  readonly software: SoftwareInventory;
  readonly tunnels: ProxyTunnels;
  readonly decoders: ContentDecoders;
  readonly headers: HeaderLimits;
  readonly floods: FloodLimits;
  /** Streams of a flow that are open at once. */
  readonly streams: Limit;
  /** Bytes of headers that the open streams of a flow hold. */
  readonly heldHeaderBytes: Limit;
  /** Bytes of a DNS message in a body. */
  readonly dnsBytes: Limit;
}
