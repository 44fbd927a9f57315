import { createPrivateKey, X509Certificate } from "node:crypto";
import { Duplex } from "node:stream";
import tls from "node:tls";
import type { Piece } from "./conversation.ts";
import { TEST_CERTIFICATE, TEST_KEY } from "./tls-messages.ts";

/** A TLS connection in memory: what went over the wire, and the secrets of it. */
export interface TlsTalk {
  readonly pieces: readonly Piece[];
  readonly keyLog: string;
}

/** Lets node's own TLS talk to itself: the client asks, the server answers, both close. */
export async function talkTls(options: {
  readonly version: tls.SecureVersion;
  readonly ciphers: string;
  readonly request: string;
  readonly response: string;
}): Promise<TlsTalk> {
  const pieces: Piece[] = [];
  const [near, far] = wire(pieces);
  const key = createPrivateKey({ key: Buffer.from(TEST_KEY), format: "der", type: "pkcs8" });
  const { version, ciphers } = options;
  const versions = { minVersion: version, maxVersion: version, ciphers };
  const server = new tls.TLSSocket(far, {
    isServer: true,
    key: key.export({ format: "pem", type: "pkcs8" }),
    cert: new X509Certificate(TEST_CERTIFICATE).toString(),
    ...versions,
  });
  let keyLog = "";
  const client = tls.connect({ socket: near, rejectUnauthorized: false, ...versions });
  client.on("keylog", (line: Buffer) => {
    keyLog += line.toString();
  });
  await new Promise<void>((resolve, reject) => {
    client.on("error", reject).on("secureConnect", () => client.write(options.request));
    server.on("error", reject).on("data", () => server.write(options.response));
    let received = "";
    client.on("data", (data: Buffer) => {
      received += data.toString();
      if (received.length >= options.response.length) resolve();
    });
  });
  client.destroy();
  server.destroy();
  return { pieces, keyLog };
}

/** Two ends of one wire; what is written on one side is noted and read on the other. */
function wire(pieces: Piece[]): [Duplex, Duplex] {
  const end = (side: 0 | 1, other: () => Duplex): Duplex =>
    new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        pieces.push([side, new Uint8Array(chunk)]);
        other().push(chunk);
        done();
      },
    });
  const near: Duplex = end(0, () => far);
  const far: Duplex = end(1, () => near);
  return [near, far];
}
