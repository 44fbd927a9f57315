import {
  type Conversation,
  DOUBTED_BYTES,
  type MessageReader,
  MessageStream,
  type Session,
  type Side,
  type StreamBuffer,
} from "../shared/index.ts";
import { LDAP, START_TLS } from "./ldap-names.ts";
import { LdapOperations, type LdapShared } from "./ldap-operations.ts";
import {
  BIND_SASL,
  type LdapMessage,
  type MarkField,
  messageLength,
  parseLdap,
  SICILY_NEGOTIATE,
  SICILY_RESPONSE,
} from "./ldap-parser.ts";
import { type MessageMode, readWrapToken, trialMode } from "./sasl-frames.ts";

const NTLM_FIRST_BYTE = 0x4e;
const FRAME_PREFIX_BYTES = 4;

/** LDAP over TCP and UDP (RFC 4511), through SASL frames that are not encrypted, up to TLS. */
export class LdapAnalyzer implements Session, MessageReader {
  readonly #conversation: Conversation;
  readonly #shared: LdapShared;
  readonly #operations: LdapOperations;
  readonly #stream: MessageStream;
  /** How messages are wrapped: the same for both sides. */
  #mode: MessageMode = "clear";
  #mechanism = "";
  #hasAskedForTls = false;
  #seenBytes = 0;
  #gssapi: Session | undefined;
  #ntlm: Session | undefined;

  constructor(conversation: Conversation, shared: LdapShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#operations = new LdapOperations(conversation, shared);
    this.#stream = new MessageStream(this, { heldBytesMax: shared.messageBytes.maximum });
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    this.#seenBytes += bytes.length;
    if (this.#conversation.transport === "udp") this.#datagram(side, bytes);
    else if (!this.#stream.data(side, bytes, position)) {
      this.#shared.messageBytes.reached++;
      this.#violate("message too long");
    }
  }

  gap(side: Side, length: number, position: number): void {
    this.#stream.gap(side, length, position);
  }

  finished(side: Side): void {
    this.#stream.finished(side);
  }

  end(): void {
    this.#operations.end();
    this.#gssapi?.end?.();
    this.#ntlm?.end?.();
    this.#stream.end();
  }

  /** One message or frame. */
  readMessage(side: Side, buffer: StreamBuffer): number {
    if (this.#mode === "trial") {
      const mode = trialMode(buffer.bytes, this.#mechanism);
      if (mode === undefined) return 0;
      this.#mode = mode;
    }
    return this.#mode === "clear" ? this.#readClear(side, buffer) : this.#readFrame(side, buffer);
  }

  #datagram(side: Side, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.#stream.isClosed; ) {
      const length = messageLength(bytes.subarray(at));
      if (length <= 0 || length > bytes.length - at) {
        this.#violate("broken message");
        return;
      }
      if (!this.#message(side, bytes.subarray(at, at + length), at)) return;
      at += length;
    }
  }

  #readClear(side: Side, { bytes, position }: StreamBuffer): number {
    const length = messageLength(bytes);
    if (length < 0) this.#violate("no message");
    if (length <= 0) return 0;
    if (length > this.#shared.messageBytes.maximum) return this.#passOver(length);
    if (bytes.length < length) return 0;
    return this.#message(side, bytes.subarray(0, length), position) ? length : 0;
  }

  /** RFC 4422 3.7: a length, and what the mechanism made of the messages. */
  #readFrame(side: Side, buffer: StreamBuffer): number {
    if (buffer.length < FRAME_PREFIX_BYTES) return 0;
    const view = new DataView(buffer.bytes.buffer, buffer.bytes.byteOffset, FRAME_PREFIX_BYTES);
    const length = FRAME_PREFIX_BYTES + view.getUint32(0);
    if (this.#mode === "sealed" || length > this.#shared.messageBytes.maximum) {
      return this.#passOver(length);
    }
    if (buffer.length < length) return 0;
    const frame = buffer.bytes.subarray(FRAME_PREFIX_BYTES, length);
    const token = readWrapToken(frame);
    const position = buffer.position + FRAME_PREFIX_BYTES;
    for (let at = token?.start ?? 0; token !== undefined && at < token.end; ) {
      const inner = messageLength(frame.subarray(at, token.end));
      if (inner <= 0 || inner > token.end - at) {
        this.#violate("broken message in a frame");
        return 0;
      }
      if (!this.#message(side, frame.subarray(at, at + inner), position + at)) return 0;
      at += inner;
    }
    return length;
  }

  /** What is encrypted or longer than may be held is not kept. */
  #passOver(length: number): number {
    if (this.#mode !== "sealed") {
      this.#shared.messageBytes.reached++;
      this.#conversation.weird("LDAP_message_too_long", String(length));
    }
    return length;
  }

  #message(side: Side, bytes: Uint8Array, position: number): boolean {
    const { trace } = this.#conversation;
    const mark: MarkField | undefined =
      trace &&
      ((log, field, { start, end }) => trace.mark(log, field, side, position + start, end - start));
    const message = parseLdap(bytes, this.#shared.filterTerms, mark);
    if (message === undefined) {
      this.#violate("broken message");
      return false;
    }
    this.#conversation.confirm(this.#conversation.transport === "udp" ? "ldap_udp" : "ldap_tcp");
    this.#operations.take(message);
    this.#follow(side, message, position);
    return true;
  }

  /** What a message says about those behind it. */
  #follow(side: Side, message: LdapMessage, position: number): void {
    const isSuccess = message.result === 0;
    switch (message.operation) {
      case LDAP.bindRequest:
        this.#mechanism = message.bind?.mechanism ?? this.#mechanism;
        this.#credentials(side, message, position);
        break;
      case LDAP.bindResponse:
        if (this.#mechanism !== "" && isSuccess) this.#mode = "trial";
        this.#credentials(side, message, position);
        break;
      case LDAP.extendedRequest:
        if (message.object === START_TLS) this.#hasAskedForTls = true;
        break;
      case LDAP.extendedResponse:
        if (this.#hasAskedForTls && isSuccess) {
          // Both sides begin TLS right behind this message.
          this.#stream.giveTo(this.#conversation.inner("ssl"));
        }
        break;
    }
  }

  #credentials(side: Side, message: LdapMessage, position: number): void {
    const { bind } = message;
    const token = bind?.credentials ?? message.serverCredentials;
    if (token === undefined || token.length === 0) return;
    const isSicily = bind?.method === SICILY_NEGOTIATE || bind?.method === SICILY_RESPONSE;
    if (bind !== undefined && bind.method !== BIND_SASL && !isSicily) return;
    const isSpnego = this.#mechanism === "GSS-SPNEGO" || this.#mechanism === "GSSAPI";
    const isNtlm = isSicily || this.#mechanism === "NTLM" || token[0] === NTLM_FIRST_BYTE;
    if (isNtlm && (isSicily || isSpnego || this.#mechanism === "NTLM")) {
      this.#ntlm ??= this.#conversation.inner("ntlm");
      this.#ntlm?.data(side, token, position);
    } else if (isSpnego) {
      this.#gssapi ??= this.#conversation.inner("gssapi");
      this.#gssapi?.data(side, token, position);
    }
  }

  /** It is not LDAP; what waits for an answer is told all the same. */
  #violate(reason: string): void {
    this.#stream.close();
    if (this.#seenBytes > DOUBTED_BYTES) return;
    this.end();
    this.#conversation.reject(reason);
  }
}
