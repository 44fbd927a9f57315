import { ByteReader } from "../../base/index.ts";
import {
  type AnalyzerServices,
  type ClientHello,
  type Conversation,
  hexText,
  type LogWriter,
  parseClientHello,
  parseServerHello,
  type ServerHello,
  type Side,
  TLS_EXTENSION,
} from "../shared/index.ts";
import type { Ja4Carrier } from "./fingerprints.ts";
import { CHAIN_MAX, SslFacts } from "./ssl-facts.ts";
import { alertName, cipherName, isDraft13, isKnownVersion, VERSION } from "./tls-names.ts";
import type { WeaknessWatch } from "./weakness-watch.ts";

/** Where a message lies in its stream or datagram; `isWhole` when no record begins inside it. */
export interface MessagePlace {
  readonly position: number;
  readonly length: number;
  readonly isWhole: boolean;
}

/** What all handshakes of a capture share. */
export interface HandshakeServices {
  readonly log: LogWriter;
  readonly services: AnalyzerServices;
  readonly weaknesses: WeaknessWatch;
}

const TYPE = {
  helloRequest: 0,
  clientHello: 1,
  serverHello: 2,
  helloVerifyRequest: 3,
  sessionTicket: 4,
  certificate: 11,
  serverKeyExchange: 12,
  clientKeyExchange: 16,
  certificateStatus: 22,
} as const;

/** History letters of the handshake messages that Zeek reads; any other ends the analysis. */
const LETTERS: ReadonlyMap<number, string> = new Map([
  [TYPE.helloRequest, "h"],
  [TYPE.clientHello, "c"],
  [TYPE.serverHello, "s"],
  [TYPE.helloVerifyRequest, "v"],
  [TYPE.sessionTicket, "t"],
  [TYPE.certificate, "x"],
  [TYPE.serverKeyExchange, "k"],
  [13, "r"],
  [14, "n"],
  [15, "y"],
  [TYPE.clientKeyExchange, "g"],
  [20, "f"],
  [21, "w"],
  [TYPE.certificateStatus, "u"],
]);

/** RFC 8446 4.1.3: the random of a ServerHello that is a retry. */
const RETRY_RANDOM = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";
const NAMED_CURVE = 3;

/** The handshake of one flow: takes its messages in clear, keeps what they say, writes the row. */
export class TlsHandshake {
  /** What the server chose: by extension if it sent one, else in its hello; 0 before. */
  chosenVersion = 0;
  facts: SslFacts | undefined;
  /** True when who sends hellos as a client is the flow's responder. */
  isFlipped = false;
  /** What is known of the connection's secrets, where any were given. */
  secrets: { readonly state: string } | undefined;
  readonly #conversation: Conversation;
  readonly #shared: HandshakeServices;
  readonly #carrier: Ja4Carrier;
  readonly #service: "ssl" | "dtls";
  #isWritten = false;
  #hasAlerted = false;

  constructor(conversation: Conversation, shared: HandshakeServices, carrier: Ja4Carrier) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#carrier = carrier;
    this.#service = carrier === "d" ? "dtls" : "ssl";
  }

  get isWritten(): boolean {
    return this.#isWritten;
  }

  /** Name of the cipher suite that was agreed on. */
  get cipherName(): string {
    return cipherName(this.facts?.cipher ?? -1);
  }

  get isTls13(): boolean {
    return this.chosenVersion === VERSION.tls13 || isDraft13(this.chosenVersion);
  }

  isClient(side: Side): boolean {
    return (side === 0) !== this.isFlipped;
  }

  /** Something of the protocol was seen: there will be a row. */
  touch(): SslFacts {
    this.facts ??= new SslFacts(this.#conversation.now);
    return this.facts;
  }

  note(letter: string, side: Side): void {
    if (this.touch().note(letter, this.isClient(side))) {
      this.#conversation.weird("SSL_max_ssl_history_length_reached");
    }
  }

  alert(description: number, side: Side): void {
    this.note("l", side);
    this.touch().lastAlert = alertName(description);
  }

  changeCipherSpec(side: Side): void {
    this.note("i", side);
    const facts = this.touch();
    if (this.isClient(side) && facts.hasTicketWithoutId && !facts.hasKeyExchange) {
      facts.isResumed = true;
    }
  }

  established(): void {
    const facts = this.touch();
    if (!facts.isEstablished) {
      this.#shared.weaknesses.established(this.#conversation, facts.serverChain?.[0]);
    }
    facts.isEstablished = true;
    this.write();
  }

  /** Writes the row, if there is something to tell and it is not written yet. */
  write(): void {
    if (this.#isWritten || this.facts === undefined) return;
    this.#isWritten = true;
    this.facts.write(this.#shared.log, this.#conversation, this.secrets?.state);
  }

  /** Takes a whole message; says what is wrong when this cannot be the protocol. */
  message(side: Side, type: number, body: Uint8Array, place: MessagePlace): string | undefined {
    const fault = this.#read(side, type, body, place);
    if (fault !== undefined) return fault;
    const letter = LETTERS.get(type);
    if (letter === undefined) return `unknown handshake message (${type})`;
    const facts = this.touch();
    if (type === TYPE.serverHello && facts.isRetry) {
      facts.isRetry = false;
      this.note("j", side);
    } else this.note(letter, side);
    if (type === TYPE.clientKeyExchange && this.isClient(side)) facts.hasKeyExchange = true;
    return undefined;
  }

  /** Keeps a client's hello, of whatever format. */
  clientHello(hello: ClientHello): string | undefined {
    const facts = this.touch();
    const { services } = this.#shared;
    facts.keepClientHello(hello, this.#carrier, services.createDigest);
    for (const { type, length } of hello.extensions) {
      if (type === TLS_EXTENSION.sessionTicket && length > 0) facts.hasTicketWithoutId = true;
      if (type === TLS_EXTENSION.preSharedKey) facts.hasPsk = true;
    }
    this.#serverNames(facts, hello);
    if (hello.ech?.isInner) {
      this.#conversation.weird("ssl_unexpected_inner_encrypted_client_hello");
    }
    if (!isKnownVersion(hello.version)) return `unsupported client version ${hello.version}`;
    this.#conversation.confirm(this.#service);
    const sessionId = sessionKey(hello.sessionId);
    if (sessionId !== "") {
      facts.sessionId = sessionId;
      facts.hasTicketWithoutId = false;
    }
    return undefined;
  }

  /** Keeps a server's hello; `sessionId` stands in the hello, whatever its format. */
  serverHello(hello: ServerHello): string | undefined {
    const facts = this.touch();
    facts.keepServerHello(hello, this.#shared.services.createDigest);
    const [chosen] = hello.supportedVersions;
    if (chosen !== undefined) facts.version = chosen;
    if (this.chosenVersion === 0) this.chosenVersion = chosen ?? hello.version;
    if (hello.keyShareGroups[0] !== undefined) facts.curve = hello.keyShareGroups[0];
    if (hello.alpn[0] !== undefined) facts.nextProtocol = hello.alpn[0];
    const hasPsk = hello.extensions.some(({ type }) => type === TLS_EXTENSION.preSharedKey);
    if (hasPsk && facts.hasPsk) facts.isResumed = true;
    if (!isKnownVersion(hello.version)) return `unsupported server version ${hello.version}`;
    facts.version ??= hello.version;
    facts.cipher = hello.cipher;
    this.#shared.weaknesses.serverHello(this.#conversation, hello.version, this.cipherName);
    if (hexText(hello.random) === RETRY_RANDOM) facts.isRetry = true;
    const sameId = facts.sessionId !== "" && facts.sessionId === sessionKey(hello.sessionId);
    if (sameId && !isDraft13(facts.version) && facts.version !== VERSION.tls13) {
      facts.isResumed = true;
    }
    return undefined;
  }

  certificate(side: Side, der: Uint8Array, index: number): void {
    if (der.length === 0) {
      this.#conversation.weird("zero_length_certificate");
      return;
    }
    const facts = this.touch();
    facts.serverChain ??= [];
    facts.clientChain ??= [];
    const isClient = this.isClient(side);
    const chain = isClient ? facts.clientChain : facts.serverChain;
    if (chain.length >= CHAIN_MAX) return;
    const start = { der, isHost: index === 0, isClient };
    chain.push(this.#shared.services.certificates.see(this.#conversation, start));
  }

  #read(side: Side, type: number, body: Uint8Array, place: MessagePlace): string | undefined {
    switch (type) {
      case TYPE.helloRequest:
        this.#checkDirection(side, { fromClient: false });
        return undefined;
      case TYPE.clientHello: {
        this.#checkDirection(side, { fromClient: true });
        const hello = parseClientHello(body);
        if (hello === undefined) return "broken client hello";
        this.#trace(side, place, hello);
        return this.clientHello(hello);
      }
      case TYPE.serverHello: {
        this.#checkDirection(side, { fromClient: false });
        const hello = parseServerHello(body);
        if (hello === undefined) return "broken server hello";
        this.#trace(side, place, hello);
        return this.serverHello(hello);
      }
      case TYPE.certificate:
        return this.#certificates(side, body);
      case TYPE.serverKeyExchange:
        return this.#serverKeyExchange(body);
      case TYPE.sessionTicket:
        if (body.length < 6) return "broken session ticket";
        this.touch().ticketLifetime = new DataView(body.buffer, body.byteOffset).getUint32(0);
        return undefined;
      case TYPE.certificateStatus:
        return this.#stapledOcsp(side, body);
      default:
        return undefined;
    }
  }

  /** A hello from the wrong side says that the flow was begun by the server. */
  #checkDirection(side: Side, { fromClient }: { fromClient: boolean }): void {
    const fits = fromClient === (side === 0);
    if (fits !== this.isFlipped) return;
    this.isFlipped = !fits;
    this.touch().history += "^";
    if (!this.isFlipped && !this.#hasAlerted) {
      this.#hasAlerted = true;
      this.#conversation.weird("SSL_unclear_connection_direction");
    }
  }

  #serverNames(facts: SslFacts, { serverNames, otherNames }: ClientHello): void {
    for (const kind of otherNames) {
      this.#conversation.weird("ssl_ext_unknown_server_name_type", String(kind));
    }
    if (serverNames[0] !== undefined) facts.serverName = serverNames[0];
    if (serverNames.length > 1) {
      this.#conversation.weird("SSL_many_server_names", `[${serverNames.join(", ")}]`);
    }
  }

  /** RFC 5246 7.4.2. */
  #certificates(side: Side, body: Uint8Array): string | undefined {
    const reader = new ByteReader(body, { end: Math.min(body.length, 3 + uint24(body, 0)) });
    reader.skip(3);
    const chain: Uint8Array[] = [];
    while (reader.remaining > 0 && !reader.short) {
      const length = (reader.u8("length") << 16) | reader.u16("length");
      chain.push(reader.take("certificate", length));
    }
    if (reader.short || uint24(body, 0) + 3 > body.length) return "broken certificate message";
    chain.forEach((der, index) => {
      this.certificate(side, der, index);
    });
    return undefined;
  }

  /** RFC 5246 7.4.3, RFC 8422 5.4: the curve, or the size of the Diffie-Hellman value. */
  #serverKeyExchange(body: Uint8Array): string | undefined {
    const cipher = cipherName(this.facts?.cipher ?? -1);
    const reader = new ByteReader(body);
    if (cipher.startsWith("TLS_ECDHE_") || cipher.startsWith("TLS_ECDH_ANON_")) {
      if (reader.u8("curveType") !== NAMED_CURVE) return undefined;
      const curve = reader.u16("curve");
      reader.skip(reader.u8("pointLength"));
      if (reader.short) return "broken server key exchange";
      this.touch().curve = curve;
    } else if (cipher.startsWith("TLS_DHE_") || cipher.startsWith("TLS_DH_ANON_")) {
      const primeBits = reader.u16("primeLength") * 8;
      reader.skip(primeBits / 8);
      reader.skip(reader.u16("generatorLength"));
      const length = reader.u16("publicLength");
      reader.skip(length);
      if (reader.short) return "broken server key exchange";
      const facts = this.touch();
      facts.dhBits = Math.min(0xffff, length * 8);
      this.#shared.weaknesses.prime(this.#conversation, primeBits, facts.serverChain?.[0]);
    }
    return undefined;
  }

  /** RFC 6066 8: the answer about the certificate's revocation is a file of its own. */
  #stapledOcsp(side: Side, body: Uint8Array): string | undefined {
    if (body.length < 4) return "broken certificate status";
    const response = body.subarray(4);
    if (body[0] !== 1) return undefined;
    if (response.length === 0) {
      this.#conversation.weird("SSL_zero_length_stapled_OCSP_message");
      return undefined;
    }
    const mimeType = "application/ocsp-response";
    const file = this.#shared.services.files.open(this.#conversation, {
      source: "SSL",
      side,
      mimeType,
    });
    file.data(response);
    file.end();
    return undefined;
  }

  #trace(side: Side, place: MessagePlace, hello: ClientHello | ServerHello): void {
    const { trace } = this.#conversation;
    // Inside QUIC the bytes are decrypted ones: they have no place in the datagram.
    if (trace === undefined || this.#carrier === "q") return;
    const { position, length, isWhole } = place;
    const mark = (field: string, at: number, size: number) =>
      trace.mark(
        "ssl",
        field,
        side,
        isWhole ? position + 4 + at : position,
        isWhole ? size : length,
      );
    const extension = (type: number) => hello.extensions.find((one) => one.type === type);
    if ("ciphers" in hello) {
      for (const field of ["ja3", "ja4"]) trace.mark("ssl", field, side, position, length);
      const name = extension(TLS_EXTENSION.serverName);
      if (name !== undefined) mark("server_name", name.start, name.length);
      return;
    }
    trace.mark("ssl", "ja3s", side, position, length);
    const version = extension(TLS_EXTENSION.supportedVersions);
    mark("version", version?.start ?? 0, 2);
    mark("cipher", 35 + hello.sessionId.length, 2);
    const group = extension(TLS_EXTENSION.keyShare);
    if (group !== undefined) mark("curve", group.start, 2);
    const protocol = extension(TLS_EXTENSION.alpn);
    if (protocol !== undefined) mark("next_protocol", protocol.start, protocol.length);
  }
}

/** A session id without the zeros that Zeek fills it up with; empty when there is none. */
function sessionKey(sessionId: Uint8Array): string {
  if (sessionId.length > 32) return "";
  let end = sessionId.length;
  while (end > 0 && sessionId[end - 1] === 0) end--;
  return hexText(sessionId.subarray(0, end));
}

function uint24(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
}
