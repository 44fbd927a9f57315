import { ContentDecoders, httpSchema } from "../shared/http-content/index.ts";
import { type Protocol, ProxyTunnels, tunnelSchema } from "../shared/index.ts";
import { Http2Session } from "./http2-analyzer.ts";
import { recognisesHttp2 } from "./http2-parser.ts";
import type { Http2Shared } from "./http2-shared.ts";

/** HTTP/2 (RFC 9113): found by its preface, in TLS, and after a change from HTTP/1.1. */
export const http2: Protocol = {
  name: "http2",
  // Its rows are the `http` log's, whose home is HTTP/1.
  logs: [],
  recognises: (head, side, transport) => (transport === "tcp" ? recognisesHttp2(head, side) : "no"),
  start(services) {
    const { limit } = services;
    const shared: Http2Shared = {
      log: services.log(httpSchema),
      createDigest: services.createDigest,
      files: services.files,
      software: services.software,
      tunnels: new ProxyTunnels(
        services.log(tunnelSchema),
        limit("http2.tunnels", 10_000),
        "Tunnel::HTTP",
      ),
      decoders: new ContentDecoders({
        atWork: limit("http2.decoders", 4096),
        decodedBytes: limit("http2.decodedBytes", 256 * 1024 * 1024),
      }),
      headers: {
        headerBytes: limit("http2.headerBytes", 128 * 1024),
        headerListBytes: limit("http2.headerListBytes", 256 * 1024),
        headerTableBytes: limit("http2.headerTableBytes", 64 * 1024),
        continuations: limit("http2.continuations", 128),
      },
      floods: {
        settings: limit("http2.settings", 1000),
        pings: limit("http2.pings", 10_000),
        resets: limit("http2.resets", 200),
        emptyFrames: limit("http2.emptyFrames", 1000),
      },
      streams: limit("http2.streams", 1000),
      heldHeaderBytes: limit("http2.heldHeaderBytes", 4 * 1024 * 1024),
      dnsBytes: limit("http2.dnsBytes", 65_535),
    };
    return { open: (conversation) => new Http2Session(conversation, shared) };
  },
};
