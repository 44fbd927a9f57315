import type { AnalyzerServices, Conversation, Protocol, Session } from "../shared/index.ts";
import { DtlsSession } from "./dtls-analyzer.ts";
import { createHandshakeBounds } from "./handshake-buffer.ts";
import { recognisesDtls, recognisesTls } from "./recognise.ts";
import { SslSession } from "./ssl-analyzer.ts";
import { sslSchema } from "./ssl-events.ts";

/** TLS 1.0 to 1.3 and SSL over TCP, or inside whatever carries it. */
export const ssl: Protocol = {
  name: "ssl",
  logs: [sslSchema],
  tcpPorts: [443, 465, 563, 585, 614, 636, 989, 990, 992, 993, 995, 5223],
  recognises: recognisesTls,
  start: (services) => startRun(services, SslSession),
};

/** DTLS 1.0 to 1.3. */
export const dtls: Protocol = {
  name: "dtls",
  logs: [sslSchema],
  udpPorts: [443],
  recognises: recognisesDtls,
  start: (services) => startRun(services, DtlsSession),
};

function startRun(
  services: AnalyzerServices,
  Kind: typeof SslSession | typeof DtlsSession,
): ReturnType<Protocol["start"]> {
  const shared = { log: services.log(sslSchema), services };
  const bounds = createHandshakeBounds(Kind === SslSession ? "ssl" : "dtls");
  const limits = [bounds.message, bounds.held];
  return {
    limits: Kind === SslSession ? [...limits, ...services.certificates.limits] : limits,
    open: (conversation: Conversation): Session => new Kind(conversation, shared, bounds),
  };
}
