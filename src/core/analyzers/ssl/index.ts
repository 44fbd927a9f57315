import {
  type AnalyzerServices,
  type Conversation,
  KeyLog,
  type Protocol,
  type Session,
} from "../shared/index.ts";
import { DtlsSession } from "./dtls-analyzer.ts";
import { createHandshakeBounds } from "./handshake-buffer.ts";

import { recognisesDtls, recognisesTls } from "./recognise.ts";
import { SslSession } from "./ssl-analyzer.ts";
import { sslSchema } from "./ssl-events.ts";
import type { DecryptionSources } from "./tls-decryption.ts";
import { WeaknessWatch } from "./weakness-watch.ts";

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
  const sources = decryptionOf(services);
  const log = services.log(sslSchema);
  const weaknesses = new WeaknessWatch(services, log);
  const bounds = createHandshakeBounds(services, Kind === SslSession ? "ssl" : "dtls");
  return {
    open: (conversation: Conversation): Session => {
      // Secrets may have been found in the capture since the last flow began.
      const decryption = sources?.keyLog.refresh() ? sources : undefined;
      return new Kind(conversation, { log, services, weaknesses, decryption }, bounds);
    },
  };
}

/** Decryption needs secrets, ciphers and digests. */
function decryptionOf(services: AnalyzerServices): DecryptionSources | undefined {
  const { ciphers, createDigest, keys } = services;
  if (keys === undefined || ciphers === undefined || createDigest === undefined) return undefined;
  const keyLog = new KeyLog(keys, services.limit("ssl.keyLogSecrets", 1_000_000));
  return { keyLog, ciphers, createDigest };
}
