import { ByteReader } from "../../base/index.ts";
import type { ClientHello, ServerHello } from "../shared/index.ts";

/** Messages of SSL 2.0 (its specification, 2.5 and 2.6). */
export const SSL2 = { error: 0, clientHello: 1, clientMasterKey: 2, serverHello: 4 } as const;

/** CLIENT-HELLO of SSL 2.0, which may ask for a newer version; undefined when it ends too early. */
export function parseSsl2ClientHello(message: Uint8Array): ClientHello | undefined {
  const reader = new ByteReader(message);
  reader.skip(1);
  const version = reader.u16("version");
  const [cipherBytes, idBytes, challengeBytes] = [
    reader.u16("ciphersLength"),
    reader.u16("sessionIdLength"),
    reader.u16("challengeLength"),
  ];
  const ciphers = numbers24(reader.take("ciphers", cipherBytes));
  const sessionId = reader.take("sessionId", idBytes).slice();
  const random = reader.take("challenge", challengeBytes).slice();
  if (reader.short) return undefined;
  return {
    ...EMPTY_LISTS(),
    version,
    random,
    sessionId,
    ciphers,
    compressions: new Uint8Array(0),
    serverNames: [],
    otherNames: [],
    groups: [],
    signatureAlgorithms: [],
    pskModes: [],
    ech: undefined,
  };
}

/** SERVER-HELLO of SSL 2.0 with its certificate; undefined when it ends too early. */
export function parseSsl2ServerHello(
  message: Uint8Array,
): { hello: ServerHello; certificate: Uint8Array } | undefined {
  const reader = new ByteReader(message);
  reader.skip(3);
  const version = reader.u16("version");
  const [certificateBytes, cipherBytes, connectionBytes] = [
    reader.u16("certificateLength"),
    reader.u16("ciphersLength"),
    reader.u16("connectionIdLength"),
  ];
  const certificate = reader.take("certificate", certificateBytes);
  const [cipher = 0] = numbers24(reader.take("ciphers", cipherBytes));
  const random = reader.take("connectionId", connectionBytes).slice();
  if (reader.short) return undefined;
  const hello = { ...EMPTY_LISTS(), version, random, sessionId: new Uint8Array(0), cipher };
  return { hello, certificate };
}

const EMPTY_LISTS = () => ({
  extensions: [],
  alpn: [],
  alpnEnds: undefined,
  supportedVersions: [],
  keyShareGroups: [],
  pointFormats: [],
});

function numbers24(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  for (let n = 0; n + 2 < bytes.length; n += 3) {
    numbers.push((bytes[n]! << 16) | (bytes[n + 1]! << 8) | bytes[n + 2]!);
  }
  return numbers;
}
