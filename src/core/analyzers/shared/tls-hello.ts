import { ByteReader } from "../../base/index.ts";
import { bytesToText } from "./text.ts";

/** Extensions whose content is read, by number (IANA registry of TLS extensions). */
export const TLS_EXTENSION = {
  serverName: 0,
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  alpn: 16,
  sessionTicket: 35,
  keyShareOld: 40,
  preSharedKey: 41,
  supportedVersions: 43,
  pskModes: 45,
  keyShare: 51,
  encryptedClientHello: 65037,
} as const;

/** An extension: its number and where its content lies in the message. */
export interface TlsExtension {
  readonly type: number;
  readonly start: number;
  readonly length: number;
}

/** What ClientHello and ServerHello have in common (RFC 8446 4.1). */
export interface TlsHello {
  readonly version: number;
  /** 32 bytes; copied, as all of a hello is. */
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly extensions: TlsExtension[];
  readonly alpn: string[];
  /** First and last byte of the first of them. */
  alpnEnds: readonly [number, number] | undefined;
  supportedVersions: number[];
  keyShareGroups: number[];
  pointFormats: number[];
}

/** ClientHello (RFC 8446 4.1.2, RFC 5246 7.4.1.2; with DTLS's cookie where its versions say so). */
export interface ClientHello extends TlsHello {
  readonly ciphers: number[];
  readonly compressions: Uint8Array;
  readonly serverNames: string[];
  /** Kinds of server names that are no host names. */
  readonly otherNames: number[];
  groups: number[];
  signatureAlgorithms: number[];
  pskModes: number[];
  /** Encrypted ClientHello's algorithms; `isInner` where the inner form stands in clear. */
  ech: { readonly kdf: number; readonly aead: number; readonly isInner: boolean } | undefined;
}

/** ServerHello (RFC 8446 4.1.3, RFC 5246 7.4.1.3). */
export interface ServerHello extends TlsHello {
  readonly cipher: number;
}

const DTLS_10 = 0xfeff;
const DTLS_12 = 0xfefd;

/** Reads the body of a ClientHello; undefined when it ends too early. Never throws. */
export function parseClientHello(body: Uint8Array): ClientHello | undefined {
  const reader = new ByteReader(body);
  const version = reader.u16("version");
  const random = reader.take("random", 32).slice();
  const sessionId = reader.take("sessionId", reader.u8("sessionIdLength")).slice();
  if (version === DTLS_10 || version === DTLS_12) reader.skip(reader.u8("cookieLength"));
  const ciphers = numbers16(reader, reader.u16("ciphersLength"));
  const compressions = reader.take("compressions", reader.u8("compressionsLength")).slice();
  if (reader.short) return undefined;
  const hello: ClientHello = {
    ...emptyHello(version, random, sessionId),
    ciphers,
    compressions,
    serverNames: [],
    otherNames: [],
    groups: [],
    signatureAlgorithms: [],
    pskModes: [],
    ech: undefined,
  };
  return readExtensions(reader, hello, readClientExtension) ? hello : undefined;
}

/** Reads the body of a ServerHello; drafts of TLS 1.3 before 22 leave two fields out. */
export function parseServerHello(body: Uint8Array): ServerHello | undefined {
  const reader = new ByteReader(body);
  const version = reader.u16("version");
  const random = reader.take("random", 32).slice();
  const isOldDraft = version === 0x0304 || version >> 8 === 0x7f;
  const idLength = isOldDraft ? 0 : reader.u8("sessionIdLength");
  const sessionId = reader.take("sessionId", idLength).slice();
  const cipher = reader.u16("cipher");
  if (!isOldDraft) reader.skip(1);
  if (reader.short) return undefined;
  const hello: ServerHello = { ...emptyHello(version, random, sessionId), cipher };
  return readExtensions(reader, hello, readServerExtension) ? hello : undefined;
}

function emptyHello(version: number, random: Uint8Array, sessionId: Uint8Array): TlsHello {
  return {
    version,
    random,
    sessionId,
    extensions: [],
    alpn: [],
    alpnEnds: undefined,
    supportedVersions: [],
    keyShareGroups: [],
    pointFormats: [],
  };
}

/** Reads all extensions, if there are any; false when one ends behind the message. */
function readExtensions<T extends TlsHello>(
  reader: ByteReader,
  hello: T,
  readOne: (hello: T, type: number, content: ByteReader) => void,
): boolean {
  if (reader.remaining < 2) return reader.remaining === 0;
  reader.skip(2);
  while (reader.remaining > 0) {
    const type = reader.u16("extension");
    const length = reader.u16("extensionLength");
    const start = reader.position;
    if (length > reader.remaining) return false;
    hello.extensions.push({ type, start, length });
    readOne(hello, type, new ByteReader(reader.bytes, { start, end: start + length }));
    reader.skip(length);
  }
  return !reader.short;
}

function readClientExtension(hello: ClientHello, type: number, content: ByteReader): void {
  switch (type) {
    case TLS_EXTENSION.serverName:
      readServerNames(hello, content);
      break;
    case TLS_EXTENSION.supportedGroups:
      hello.groups = numbers16(content, content.u16("length"));
      break;
    case TLS_EXTENSION.signatureAlgorithms:
      hello.signatureAlgorithms = numbers16(content, content.u16("length"));
      break;
    case TLS_EXTENSION.supportedVersions:
      hello.supportedVersions = numbers16(content, content.u8("length"));
      break;
    case TLS_EXTENSION.pskModes:
      hello.pskModes = [...content.take("modes", content.u8("length"))];
      break;
    case TLS_EXTENSION.keyShare:
    case TLS_EXTENSION.keyShareOld:
      content.skip(2);
      while (content.remaining >= 4) {
        hello.keyShareGroups.push(content.u16("group"));
        content.skip(content.u16("length"));
      }
      break;
    case TLS_EXTENSION.encryptedClientHello: {
      const isInner = content.u8("type") !== 0;
      hello.ech = { kdf: content.u16("kdf"), aead: content.u16("aead"), isInner };
      break;
    }
    default:
      readCommonExtension(hello, type, content);
  }
}

function readServerExtension(hello: ServerHello, type: number, content: ByteReader): void {
  switch (type) {
    case TLS_EXTENSION.supportedVersions:
      if (content.remaining >= 2) hello.supportedVersions = [content.u16("version")];
      break;
    case TLS_EXTENSION.keyShare:
    case TLS_EXTENSION.keyShareOld:
      if (content.remaining >= 2) hello.keyShareGroups = [content.u16("group")];
      break;
    default:
      readCommonExtension(hello, type, content);
  }
}

function readCommonExtension(hello: TlsHello, type: number, content: ByteReader): void {
  if (type === TLS_EXTENSION.alpn) {
    content.skip(2);
    while (content.remaining > 0) {
      const name = content.take("protocol", content.u8("length"));
      if (content.short) return;
      if (hello.alpn.length === 0 && name.length > 0) {
        hello.alpnEnds = [name[0]!, name[name.length - 1]!];
      }
      hello.alpn.push(bytesToText(name));
    }
  } else if (type === TLS_EXTENSION.pointFormats) {
    hello.pointFormats = [...content.take("formats", content.u8("length"))];
  }
}

/** RFC 6066 3. */
function readServerNames(hello: ClientHello, content: ByteReader): void {
  content.skip(2);
  while (content.remaining > 0) {
    const kind = content.u8("kind");
    if (kind !== 0) {
      hello.otherNames.push(kind);
      return;
    }
    const name = content.take("name", content.u16("length"));
    if (!content.short) hello.serverNames.push(bytesToText(name));
  }
}

function numbers16(reader: ByteReader, length: number): number[] {
  const bytes = reader.take("numbers", length);
  const numbers: number[] = [];
  for (let n = 0; n + 1 < bytes.length; n += 2) numbers.push((bytes[n]! << 8) | bytes[n + 1]!);
  return numbers;
}
