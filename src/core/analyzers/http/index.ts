import { ContentDecoders, httpSchema } from "../shared/http-content/index.ts";
import { type Protocol, ProxyTunnels, tunnelSchema } from "../shared/index.ts";
import { HttpSession } from "./http-analyzer.ts";
import { recognisesReply, recognisesRequest } from "./http-parser.ts";
import type { HttpShared } from "./http-shared.ts";

/** HTTP/1.x and 0.9 (RFC 9112), and what it carries: tunnels, upgraded protocols. */
export const http: Protocol = {
  name: "http",
  logs: [httpSchema],
  tcpPorts: [80, 81, 631, 1080, 3128, 8000, 8080, 8888],
  recognises(head, side, transport) {
    if (transport !== "tcp") return "no";
    return side === 0 ? recognisesRequest(head) : recognisesReply(head);
  },
  start(services) {
    const shared: HttpShared = {
      log: services.log(httpSchema),
      createDigest: services.createDigest,
      files: services.files,
      software: services.software,
      tunnels: new ProxyTunnels(
        services.log(tunnelSchema),
        services.limit("http.tunnels", 10_000),
        "Tunnel::HTTP",
      ),
      pendingLimit: services.limit("http.pendingRequests", 100),
      lineLimit: services.limit("http.lineBytes", 1024 * 1024),
      decoders: new ContentDecoders({
        atWork: services.limit("http.decoders", 4096),
        decodedBytes: services.limit("http.decodedBytes", 256 * 1024 * 1024),
      }),
      carriers: new Map(),
    };
    return { open: (conversation) => new HttpSession(conversation, shared) };
  },
};
