import { ContentDecoders, httpSchema } from "../shared/http-content/index.ts";
import {
  type AnalyzerServices,
  type Protocol,
  ProxyTunnels,
  tunnelSchema,
} from "../shared/index.ts";
import { Http2Session } from "./http2-analyzer.ts";
import { recognisesHttp2 } from "./http2-parser.ts";
import type { Http2Shared } from "./http2-shared.ts";
import { Http3Session } from "./http3-session.ts";

/** HTTP/2 (RFC 9113): found by its preface, in TLS, and after a change from HTTP/1.1. */
export const http2: Protocol = {
  name: "http2",
  // Its rows are the `http` log's, whose home is HTTP/1.
  logs: [],
  recognises: (head, side, transport) => (transport === "tcp" ? recognisesHttp2(head, side) : "no"),
  start(services) {
    const shared = sharedOf(services, "http2");
    return { open: (conversation) => new Http2Session(conversation, shared) };
  },
};

/** HTTP/3 (RFC 9114): the same exchanges over the streams of QUIC, which gives them once it is opened. */
export const http3: Protocol = {
  name: "http3",
  logs: [],
  start(services) {
    const blockedSections = services.limit("http3.blockedSections", 100);
    const shared = { ...sharedOf(services, "http3"), blockedSections };
    return { open: (conversation) => new Http3Session(conversation, shared) };
  },
};

function sharedOf(services: AnalyzerServices, name: "http2" | "http3"): Http2Shared {
  const limit = (what: string, maximum: number) => services.limit(`${name}.${what}`, maximum);
  return {
    log: services.log(httpSchema),
    createDigest: services.createDigest,
    files: services.files,
    software: services.software,
    tunnels: new ProxyTunnels(services.log(tunnelSchema), limit("tunnels", 10_000), "Tunnel::HTTP"),
    decoders: new ContentDecoders({
      atWork: limit("decoders", 4096),
      decodedBytes: limit("decodedBytes", 256 * 1024 * 1024),
    }),
    headers: {
      headerBytes: limit("headerBytes", 128 * 1024),
      headerListBytes: limit("headerListBytes", 256 * 1024),
      headerTableBytes: limit("headerTableBytes", 64 * 1024),
      continuations: limit("continuations", 128),
    },
    floods: {
      settings: limit("settings", 1000),
      pings: limit("pings", 10_000),
      resets: limit("resets", 200),
      emptyFrames: limit("emptyFrames", 1000),
    },
    streams: limit("streams", 1000),
    heldHeaderBytes: limit("heldHeaderBytes", 4 * 1024 * 1024),
    dnsBytes: limit("dnsBytes", 65_535),
  };
}
