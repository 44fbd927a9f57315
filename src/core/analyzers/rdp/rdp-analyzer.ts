import type { Limit } from "../../base/index.ts";
import {
  bytesToText,
  type CertificateAnalysis,
  type Conversation,
  DOUBTED_BYTES,
  type FileAnalysis,
  type LogWriter,
  type MessageReader,
  MessageStream,
  type Session,
  type Side,
  type StreamBuffer,
} from "../shared/index.ts";
import {
  BUILDS,
  CERTIFICATE_TYPES,
  COLOR_DEPTHS,
  ENCRYPTION_LEVELS,
  ENCRYPTION_METHODS,
  FAILURES,
  keyboardName,
  nameOf,
  RESULTS,
  SECURITY_PROTOCOLS,
} from "./rdp-names.ts";
import {
  BLOCK,
  type Block,
  type ClientCore,
  type Place,
  parseChannels,
  parseClientCore,
  parseConference,
  parseCookie,
  parseNegotiation,
  parseServerSecurity,
  parseX224,
  type ServerSecurity,
  unitLength,
  X224,
} from "./rdp-parser.ts";

/** What all flows of RDP share. */
export interface RdpShared {
  readonly log: LogWriter;
  readonly certificates: CertificateAnalysis;
  readonly files: FileAnalysis;
  /** Bytes of one unit. */
  readonly unitBytes: Limit;
}

/** Channels that MS-RDPBCGR 2.2.1.3.4 allows. */
const CHANNELS_MAX = 31;

/** Remote desktop (MS-RDPBCGR) up to where it is encrypted; what TLS carries goes to `ssl`. */
export class RdpAnalyzer implements Session, MessageReader {
  readonly #conversation: Conversation;
  readonly #shared: RdpShared;
  readonly #stream: MessageStream;
  #isWritten = false;
  #seenBytes = 0;
  #startTime = -1;
  #cookie: string | undefined;
  #result: string | undefined;
  #securityProtocol: string | undefined;
  #channels: string[] | undefined;
  #core: ClientCore | undefined;
  #security: ServerSecurity | undefined;
  #certificateCount = 0;

  constructor(conversation: Conversation, shared: RdpShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#stream = new MessageStream(this, { heldBytesMax: shared.unitBytes.maximum });
    if (conversation.isMidStream) this.#stream.close();
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    this.#seenBytes += bytes.length;
    if (this.#stream.data(side, bytes, position)) return;
    this.#shared.unitBytes.reached++;
    this.#violate("unit too long");
  }

  gap(side: Side, length: number, position: number): void {
    this.#stream.gap(side, length, position);
  }

  finished(side: Side): void {
    this.#stream.finished(side);
  }

  end(): void {
    this.#write();
    this.#stream.end();
  }

  /** One unit of TPKT (RFC 1006 6). */
  readMessage(side: Side, { bytes, position }: StreamBuffer): number {
    const length = unitLength(bytes);
    if (length < 0) this.#violate("no unit");
    if (length <= 0 || bytes.length < length) return 0;
    this.#unit(side, bytes.subarray(0, length), position);
    return length;
  }

  #unit(side: Side, unit: Uint8Array, position: number): void {
    const x224 = parseX224(unit);
    if (x224 === undefined) return;
    const { kind, start, end } = x224;
    if (kind === X224.connectRequest) {
      const place = parseCookie(unit, start, end);
      this.#open();
      this.#mark("cookie", side, position, place);
      this.#cookie = bytesToText(unit.subarray(place.start, place.start + place.length));
    } else if (kind === X224.connectConfirm) {
      this.#mark("security_protocol", side, position, { start, length: end - start });
      this.#negotiated(unit, start, end);
    } else if (kind === X224.data) this.#conference(side, unit, { start, position });
  }

  #negotiated(unit: Uint8Array, start: number, end: number): void {
    const negotiation = parseNegotiation(unit, start, end);
    if (negotiation.kind === "none") return;
    this.#open();
    // Client and server have understood each other, whatever comes of it.
    if (this.#cookie !== undefined) this.#conversation.confirm("rdp");
    if (negotiation.kind === "failure") {
      this.#result = nameOf(FAILURES, negotiation.number, "failure_code");
      return;
    }
    this.#encrypted(negotiation.number);
    // What comes behind the server's answer is TLS.
    if (negotiation.number > 0) this.#stream.giveTo(this.#conversation.inner("ssl"));
  }

  #encrypted(protocol: number): void {
    this.#securityProtocol = nameOf(SECURITY_PROTOCOLS, protocol, "security_protocol");
    if (protocol > 0) this.#result ??= "encrypted";
  }

  #conference(side: Side, unit: Uint8Array, at: { start: number; position: number }): void {
    const conference = parseConference(unit, at.start);
    if (conference === undefined) return;
    this.#open();
    this.#conversation.confirm("rdp");
    if (!conference.isClient) {
      this.#result = nameOf(RESULTS, conference.result, "result");
    }
    for (const block of conference.blocks) this.#block(side, unit, block, at.position);
  }

  #block(side: Side, unit: Uint8Array, block: Block, position: number): void {
    const whole = { start: block.start, length: block.end - block.start };
    switch (block.type) {
      case BLOCK.clientCore:
        this.#core = parseClientCore(unit, block) ?? this.#core;
        this.#mark("client_name", side, position, { start: block.start + 20, length: 32 });
        this.#mark("keyboard_layout", side, position, { start: block.start + 12, length: 4 });
        break;
      case BLOCK.clientNetwork: {
        const channels = parseChannels(unit, block);
        if (channels.length > 0) this.#channels = channels;
        this.#mark("client_channels", side, position, whole);
        if (channels.length > CHANNELS_MAX) {
          const count = String(channels.length);
          this.#conversation.weird("RDP_channels_requested_exceeds_max", count);
        }
        break;
      }
      case BLOCK.serverSecurity: {
        const security = parseServerSecurity(unit, block);
        if (security === undefined) break;
        this.#mark("encryption_method", side, position, whole);
        this.#protected(side, unit, security);
        break;
      }
    }
  }

  #protected(side: Side, unit: Uint8Array, security: ServerSecurity): void {
    this.#security = security;
    if (security.certificateType === 1) this.#certificateCount++;
    for (const { start, length } of security.certificates) {
      this.#certificateCount++;
      const der = unit.subarray(start, start + length);
      const file = this.#shared.files.open(this.#conversation, {
        source: "RDP",
        side,
        mimeType: "application/x-x509-user-cert",
      });
      file.data(der);
      file.end();
      const role = { der, isHost: true, isClient: false };
      this.#shared.certificates.see(this.#conversation, role);
    }
    if (security.method === 0 || security.level === 0) return;
    this.#result ??= "encrypted";
    this.#encrypted(0);
    // RDP's own encryption: nothing more is to be read.
    this.#stream.close();
  }

  #open(): void {
    if (this.#startTime < 0) this.#startTime = this.#conversation.now;
  }

  #mark(field: string, side: Side, position: number, { start, length }: Place): void {
    this.#conversation.trace?.mark("rdp", field, side, position + start, length);
  }

  #violate(reason: string): void {
    this.#stream.close();
    if (this.#seenBytes > DOUBTED_BYTES) return;
    this.#write();
    this.#conversation.reject(reason);
  }

  #write(): void {
    const core = this.#core;
    const security = this.#security;
    const isRdp = this.#cookie !== undefined || core !== undefined || this.#result !== undefined;
    if (this.#isWritten || !isRdp) return;
    this.#isWritten = true;
    this.#shared.log
      .row(this.#startTime, this.#conversation)
      .text("cookie", this.#cookie)
      .text("result", this.#result)
      .text("security_protocol", this.#securityProtocol)
      .list("client_channels", this.#channels)
      .text("keyboard_layout", core && keyboardName(core.keyboard))
      .text("client_build", core && nameOf(BUILDS, core.build, "client_build"))
      .text("client_name", core?.name)
      .text("client_dig_product_id", core?.productId)
      .count("desktop_width", core?.width)
      .count("desktop_height", core?.height)
      .text("requested_color_depth", core && colorDepth(core))
      .text(
        "cert_type",
        security?.certificateType === undefined
          ? undefined
          : nameOf(CERTIFICATE_TYPES, security.certificateType, "cert_type"),
      )
      .count("cert_count", this.#certificateCount)
      .bool(
        "cert_permanent",
        security?.certificateType === undefined ? undefined : security.isPermanent,
      )
      .text(
        "encryption_level",
        security && nameOf(ENCRYPTION_LEVELS, security.level, "encryption_level"),
      )
      .text(
        "encryption_method",
        security && nameOf(ENCRYPTION_METHODS, security.method, "encryption_method"),
      );
  }
}

function colorDepth(core: ClientCore): string | undefined {
  if (core.wants32Bits) return "32bit";
  if (core.colorDepth === undefined) return undefined;
  return nameOf(COLOR_DEPTHS, core.colorDepth, "high_color_depth");
}
