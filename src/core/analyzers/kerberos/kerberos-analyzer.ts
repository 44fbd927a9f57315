import type { CreateDigest, Limit } from "../../base/index.ts";
import {
  type CertificateAnalysis,
  type Conversation,
  DOUBTED_BYTES,
  type FileAnalysis,
  hexText,
  type LogWriter,
  type MessageReader,
  MessageStream,
  type Session,
  type Side,
  type StreamBuffer,
} from "../shared/index.ts";
import { cipherName, errorName, KERBEROS } from "./kerberos-names.ts";
import { type KerberosMessage, parseKerberos, type Ticket } from "./kerberos-parser.ts";

/** What all flows of Kerberos share. */
export interface KerberosShared {
  readonly log: LogWriter;
  readonly createDigest: CreateDigest | undefined;
  readonly certificates: CertificateAnalysis;
  readonly files: FileAnalysis;
  /** Bytes of one message over TCP; tickets with many groups take tens of thousands. */
  readonly messageBytes: Limit;
}

/** Errors that say only that a password is to be proven: not worth a row, the next request is. */
const PASSED_OVER: ReadonlySet<string> = new Set([
  "NEEDED_PREAUTH",
  "Need to use PA-ENC-TIMESTAMP/PA-PK-AS-REQ",
]);
const FORWARDABLE = 0x40000000;
const RENEWABLE = 0x00800000;
/** Seconds since 1970 that a column of nanoseconds can hold; tickets ask for the year 9999. */
const TIME_MAX = 9_223_372_036;
/** The prefix of a message over TCP (RFC 4120 7.2.2). */
const PREFIX_BYTES = 4;

interface Exchange {
  readonly time: number;
  requestType?: string;
  client?: string | undefined;
  service?: string | undefined;
  success?: boolean;
  error?: string | undefined;
  from?: number | undefined;
  till?: number | undefined;
  cipher?: string;
  options?: number | undefined;
  authorisedBy?: string | undefined;
  granted?: string | undefined;
  errorCode?: number | undefined;
  replyCipher?: string | undefined;
  readonly certificates: [CertificateSeen | undefined, CertificateSeen | undefined];
}

interface CertificateSeen {
  readonly subject: string | undefined;
  readonly fuid: string;
}

/** Kerberos over UDP and TCP, and single messages that another protocol carries; one row a flow. */
export class KerberosAnalyzer implements Session, MessageReader {
  readonly #conversation: Conversation;
  readonly #shared: KerberosShared;
  readonly #stream: MessageStream;
  /** Messages come with their lengths, as over TCP. */
  #isFramed = false;
  #exchange: Exchange | undefined;
  #isWritten = false;
  #seenBytes = 0;

  constructor(conversation: Conversation, shared: KerberosShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#stream = new MessageStream(this, { heldBytesMax: shared.messageBytes.maximum });
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#stream.isClosed || bytes.length === 0) return;
    this.#seenBytes += bytes.length;
    // A message alone begins with an application tag, the prefix of a stream with a zero.
    this.#isFramed ||= this.#conversation.transport === "tcp" && bytes[0]! < 0x60;
    if (!this.#isFramed) this.#message(side, bytes, position);
    else if (this.#conversation.isMidStream) this.#stream.close();
    else if (!this.#stream.data(side, bytes, position)) this.#tooLong();
  }

  gap(): void {
    this.#stream.close();
  }

  end(): void {
    this.#write();
  }

  /** One message behind its length. */
  readMessage(side: Side, { bytes, position }: StreamBuffer): number {
    if (bytes.length < PREFIX_BYTES) return 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset, PREFIX_BYTES);
    const length = PREFIX_BYTES + view.getUint32(0);
    if (length > this.#shared.messageBytes.maximum) this.#tooLong();
    else if (bytes.length >= length) {
      this.#message(side, bytes.subarray(PREFIX_BYTES, length), position + PREFIX_BYTES);
      return length;
    }
    return 0;
  }

  #tooLong(): void {
    this.#shared.messageBytes.reached++;
    this.#violate("message too long");
  }

  /** It is not Kerberos; what was seen before is told all the same. */
  #violate(reason: string): void {
    this.#stream.close();
    if (this.#seenBytes > DOUBTED_BYTES) return;
    this.#write();
    this.#conversation.reject(reason);
  }

  #message(side: Side, bytes: Uint8Array, position: number): void {
    const { trace } = this.#conversation;
    const mark =
      trace &&
      ((field: string, start: number, length: number): void =>
        trace.mark("kerberos", field, side, position + start, length));
    const message = parseKerberos(bytes, mark);
    if (message === undefined) {
      this.#violate("broken message");
      return;
    }
    this.#conversation.confirm(this.#isFramed ? "krb_tcp" : "krb");
    if (this.#isWritten) return;
    if (message.certificate !== undefined) this.#certificate(side, message.certificate);
    switch (message.type) {
      case KERBEROS.asRequest:
      case KERBEROS.tgsRequest:
        this.#request(message);
        break;
      case KERBEROS.asReply:
      case KERBEROS.tgsReply:
        this.#reply(message);
        break;
      case KERBEROS.apRequest:
        this.#use(message.ticket!);
        break;
      case KERBEROS.apReply:
        this.#open().success = true;
        this.#write();
        break;
      case KERBEROS.error:
        this.#error(message);
        break;
    }
  }

  #open(): Exchange {
    this.#exchange ??= { time: this.#conversation.now, certificates: [undefined, undefined] };
    return this.#exchange;
  }

  #request(message: KerberosMessage): void {
    const exchange = this.#open();
    const isFirst = message.type === KERBEROS.asRequest;
    exchange.requestType = isFirst ? "AS" : "TGS";
    if (isFirst) exchange.client = `${message.client ?? ""}/${message.realm ?? ""}`;
    exchange.service = message.service ?? exchange.service;
    exchange.from = message.from ?? exchange.from;
    exchange.till = message.till ?? exchange.till;
    exchange.options = message.options ?? exchange.options;
    if (message.authorisation !== undefined) {
      exchange.authorisedBy = this.#digest(message.authorisation);
    }
  }

  #reply(message: KerberosMessage): void {
    const exchange = this.#open();
    exchange.client ??= `${message.client ?? ""}/${message.realm ?? ""}`;
    const ticket = message.ticket!;
    exchange.service = ticket.service;
    exchange.cipher = cipherName(ticket.cipher);
    exchange.success = true;
    const { replyCipher } = message;
    exchange.replyCipher = replyCipher === undefined ? undefined : cipherName(replyCipher);
    exchange.granted = this.#digest(ticket);
    this.#write();
  }

  #use(ticket: Ticket): void {
    const exchange = this.#open();
    exchange.requestType = "AP";
    exchange.service = ticket.service;
    exchange.cipher = cipherName(ticket.cipher);
    // Who uses it is encrypted; only the realm is to be seen.
    exchange.client = `/${ticket.realm}`;
    exchange.authorisedBy = this.#digest(ticket);
  }

  #error(message: KerberosMessage): void {
    const { client, realm, errorText } = message;
    if (errorText !== undefined && PASSED_OVER.has(errorText)) {
      this.#exchange = undefined;
      return;
    }
    const exchange = this.#open();
    if (exchange.client === undefined && (client !== undefined || realm !== undefined)) {
      exchange.client = `${client === undefined ? "" : `${client}/`}${realm ?? ""}`;
    }
    exchange.service = message.service ?? exchange.service;
    exchange.success = false;
    exchange.error = errorText ?? errorName(message.errorCode!);
    exchange.errorCode = message.errorCode;
    this.#write();
  }

  #certificate(side: Side, der: Uint8Array): void {
    const conversation = this.#conversation;
    const file = this.#shared.files.open(conversation, {
      source: this.#isFramed ? "KRB_TCP" : "KRB",
      side,
      mimeType: "application/x-x509-user-cert",
    });
    file.data(der);
    file.end();
    // Like Zeek, a file id is given to the place of the certificate even when it is empty.
    const start = { der, isHost: true, isClient: side === 0 };
    const { certificates } = this.#shared;
    const seen = der.length === 0 ? undefined : certificates.see(conversation, start);
    this.#open().certificates[side] = { subject: seen?.subject, fuid: file.fuid };
  }

  #digest(ticket: Ticket): string | undefined {
    const digest = this.#shared.createDigest?.("sha256");
    digest?.update(ticket.encrypted);
    return digest && hexText(digest.digest());
  }

  #write(): void {
    const exchange = this.#exchange;
    if (exchange === undefined || this.#isWritten) return;
    this.#isWritten = true;
    const { options } = exchange;
    const [client, server] = exchange.certificates;
    const time = (seconds: number | undefined): number | undefined =>
      seconds === undefined ? undefined : Math.min(seconds, TIME_MAX);
    this.#shared.log
      .row(exchange.time, this.#conversation)
      .text("request_type", exchange.requestType)
      .text("client", exchange.client)
      .text("service", exchange.service)
      .bool("success", exchange.success)
      .text("error_msg", exchange.error)
      .statedTime("from", time(exchange.from))
      .statedTime("till", time(exchange.till))
      .text("cipher", exchange.cipher)
      .bool("forwardable", options === undefined ? undefined : (options & FORWARDABLE) !== 0)
      .bool("renewable", options === undefined ? undefined : (options & RENEWABLE) !== 0)
      .text("client_cert_subject", client?.subject)
      .text("client_cert_fuid", client?.fuid)
      .text("server_cert_subject", server?.subject)
      .text("server_cert_fuid", server?.fuid)
      .text("auth_ticket_sha256", exchange.authorisedBy)
      .text("new_ticket_sha256", exchange.granted)
      .count("error_code", exchange.errorCode && Math.min(exchange.errorCode, 0xffff))
      .text("reply_cipher", exchange.replyCipher);
    this.#exchange = undefined;
  }
}
