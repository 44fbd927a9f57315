import {
  createExchange,
  type Exchange,
  isInformational,
  type SoftwareHeaders,
  takeHeader,
} from "../shared/http-content/index.ts";
import {
  asciiText,
  bytesToText,
  type Conversation,
  type Session,
  type Side,
  unescapeUri,
} from "../shared/index.ts";
import { dnsMessageOf, framed, isDnsMessage, NO_PLACE } from "./dns-body.ts";
import type { PlacedField } from "./header-blocks.ts";
import { type BodyHost, Http2Body } from "./http2-body.ts";
import type { Http2Shared } from "./http2-shared.ts";
import type { Hole } from "./http2-side.ts";

/** Which part of a message a header block is (RFC 9113 8.1). */
type Phase = "head" | "body" | "over";

/** What a stream needs of its flow. */
export interface StreamHost {
  readonly conversation: Conversation;
  readonly shared: Http2Shared;
  readonly software: SoftwareHeaders;
}

/** A request with its reply: one stream of a connection (RFC 9113 5). */
export class Http2Stream implements BodyHost {
  readonly id: number;
  readonly exchange: Exchange;
  /** Bytes of headers that its exchange holds. */
  heldBytes = 0;
  readonly #host: StreamHost;
  readonly #phases: [Phase, Phase] = ["head", "head"];
  readonly #bodies: readonly [Http2Body, Http2Body];
  /** Status of the block at hand. */
  #status: number | undefined;
  #isConnect = false;
  #isExtended = false;
  #hostHeader: string | undefined;
  #tunnel: Session | undefined;
  #dns: Session | undefined;

  constructor(host: StreamHost, id: number, depth: number) {
    this.#host = host;
    this.id = id;
    this.exchange = createExchange(host.conversation.now, depth);
    this.exchange.version = "2";
    this.exchange.streamId = id;
    this.#bodies = [new Http2Body(this, 0), new Http2Body(this, 1)];
  }

  get conversation(): Conversation {
    return this.#host.conversation;
  }

  get shared(): Http2Shared {
    return this.#host.shared;
  }

  get isClosed(): boolean {
    return this.#phases[0] === "over" && this.#phases[1] === "over";
  }

  /** True once a final reply came. */
  get isAnswered(): boolean {
    return this.#phases[1] !== "head";
  }

  /** Takes a field of a message; `from` is who sent it, another than the message's side for promises. */
  field(side: Side, field: PlacedField, from: Side): void {
    const { name, value } = field;
    if (name.startsWith(":")) {
      // Behind the head only trailers come, which have none of these.
      if (this.#phases[side] === "head") this.#pseudo(side, field, from);
      return;
    }
    this.#host.software.header(side, name, () => bytesToText(value));
    if (this.#phases[side] === "head") this.#bodies[side].header(name, value);
    if (side === 0 && name === "host") this.#hostHeader = bytesToText(value);
    const known = side === 0 && name === "host" && this.exchange.texts.has("host");
    const header = { name, writtenName: name, value };
    const proxiesBefore = this.exchange.proxied?.length;
    const column = known ? undefined : takeHeader(this.exchange, side, header);
    if (column !== undefined) this.#mark(column, from, field);
    const isHeld = column !== undefined || this.exchange.proxied?.length !== proxiesBefore;
    if (isHeld) this.heldBytes += value.length;
    if (side === 0 && this.#isDnsQuestion(name, value)) this.#askInUri();
  }

  /** A header block is over. */
  headersDone(side: Side): void {
    if (this.#phases[side] !== "head") return;
    const status = this.#status;
    this.#status = undefined;
    if (side === 0) this.#checkHost();
    else if (status !== undefined && isInformational(status)) return;
    this.#phases[side] = "body";
    if (side === 1 && this.#isConnect && status !== undefined && status >= 200 && status < 300) {
      this.shared.tunnels.found(this.conversation);
      if (!this.#isExtended) this.#tunnel = this.conversation.innerByContent();
    }
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#phases[side] === "over") return;
    if (this.#tunnel !== undefined) this.#tunnel.data(side, bytes, position);
    else this.#bodies[side].data(bytes, position);
  }

  gap(side: Side, { length, position }: Hole): void {
    if (this.#phases[side] === "over") return;
    if (this.#tunnel !== undefined) this.#tunnel.gap?.(side, length, position);
    else this.#bodies[side].gap(length);
  }

  /** A side has sent all. */
  end(side: Side): void {
    if (this.#phases[side] === "over") return;
    this.#phases[side] = "over";
    this.#bodies[side].end();
    this.#tunnel?.finished?.(side);
  }

  /** Nothing more comes: what is there is all. */
  close(): void {
    this.end(0);
    this.end(1);
    this.#tunnel?.end?.();
    this.#dns?.end?.();
  }

  dns(side: Side, message: Uint8Array, position: number): void {
    this.#dns ??= this.conversation.inner("dns");
    // The message itself stands at its place; its length is ours, and datagrams have none.
    if (this.conversation.transport === "tcp") this.#dns?.data(side, message, position - 2);
    else this.#dns?.data(side, message.subarray(2), position);
  }

  #pseudo(side: Side, field: PlacedField, from: Side): void {
    const { name, value } = field;
    const { exchange } = this;
    switch (name) {
      case ":method":
        exchange.method = bytesToText(value);
        this.#isConnect = exchange.method === "CONNECT";
        this.#mark("method", from, field);
        break;
      case ":path":
        exchange.texts.set(
          "uri",
          unescapeUri(value, (weird) => this.conversation.weird(weird)),
        );
        this.#mark("uri", from, field);
        break;
      case ":authority":
        exchange.texts.set("host", bytesToText(value));
        this.#mark("host", from, field);
        break;
      case ":protocol":
        // RFC 8441: WebSocket without the handshake that shows what it is.
        this.#isExtended = true;
        break;
      case ":status":
        if (side === 1) this.#takeStatus(field, from);
        break;
      default:
        return;
    }
    this.heldBytes += value.length;
  }

  #takeStatus(field: PlacedField, from: Side): void {
    const text = asciiText(field.value.subarray(0, 4));
    const code = /^[1-9]\d\d$/.test(text) ? Number(text) : 0;
    this.#status = code;
    this.exchange.statusCode = code;
    if (isInformational(code)) this.exchange.infoCode = code;
    this.#mark("status_code", from, field);
  }

  /** RFC 9113 8.3.1: both say the same, or somebody wants to be understood in two ways. */
  #checkHost(): void {
    const { exchange } = this;
    const authority = exchange.texts.get("host");
    const header = this.#hostHeader;
    if (header !== undefined && authority !== undefined && header !== authority) {
      this.conversation.weird("HTTP2_authority_host_mismatch", `${authority} ${header}`);
    }
    if (this.#isConnect && authority !== undefined && !exchange.texts.has("uri")) {
      exchange.texts.set("uri", authority);
    }
  }

  #isDnsQuestion(name: string, value: Uint8Array): boolean {
    return name === "accept" && this.exchange.method === "GET" && isDnsMessage(value);
  }

  #askInUri(): void {
    const message = dnsMessageOf(this.exchange.texts.get("uri") ?? "");
    if (message === undefined || message.length === 0) return;
    if (message.length > this.shared.dnsBytes.maximum) {
      this.shared.dnsBytes.reached++;
      return;
    }
    this.dns(0, framed(message), NO_PLACE);
  }

  /** Marks wait for their row: streams end in another order than they begin. */
  #mark(column: string, side: Side, { position, length }: PlacedField): void {
    const { trace } = this.conversation;
    if (trace === undefined) return;
    this.exchange.marks ??= [];
    this.exchange.marks.push(trace.later("http", column, side, position, length));
  }
}
