import { type Conversation, type Session, type Side, StreamBuffer } from "../shared/index.ts";
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
/** Behind so many bytes what cannot be read no longer makes Zeek doubt the protocol. */
const DOUBTED_BYTES = 10_240;
const FRAME_PREFIX_BYTES = 4;

/** LDAP over TCP and UDP (RFC 4511), through SASL frames that are not encrypted, up to TLS. */
export class LdapAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #shared: LdapShared;
  readonly #operations: LdapOperations;
  #buffers: [StreamBuffer, StreamBuffer] | undefined;
  /** How messages are wrapped: the same for both sides. */
  #mode: MessageMode = "clear";
  readonly #skipped: [number, number] = [0, 0];
  #mechanism = "";
  #hasAskedForTls = false;
  #isPast = false;
  #seenBytes = 0;
  #gssapi: Session | undefined;
  #ntlm: Session | undefined;
  #tls: Session | undefined;

  constructor(conversation: Conversation, shared: LdapShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#operations = new LdapOperations(conversation, shared);
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#tls !== undefined) {
      this.#tls.data(side, bytes, position);
      return;
    }
    if (this.#isPast) return;
    this.#seenBytes += bytes.length;
    if (this.#conversation.transport === "udp") {
      this.#datagram(side, bytes);
      return;
    }
    const skipped = Math.min(this.#skipped[side], bytes.length);
    this.#skipped[side] -= skipped;
    if (skipped === bytes.length) return;
    const { maximum } = this.#shared.messageBytes;
    this.#buffers ??= [new StreamBuffer(maximum), new StreamBuffer(maximum)];
    const buffer = this.#buffers[side];
    if (!buffer.push(bytes.subarray(skipped), position + skipped)) {
      this.#shared.messageBytes.reached++;
      this.#violate("message too long");
      return;
    }
    while (!this.#isPast && this.#read(side, buffer)) {
      // One message or frame after the other.
    }
    if (!this.#isPast) buffer.keep();
  }

  gap(side: Side, length: number, position: number): void {
    if (this.#tls !== undefined) this.#tls.gap?.(side, length, position);
    else this.#isPast = true;
  }

  finished(side: Side): void {
    this.#tls?.finished?.(side);
  }

  end(): void {
    this.#operations.end();
    this.#gssapi?.end?.();
    this.#ntlm?.end?.();
    this.#tls?.end?.();
  }

  #datagram(side: Side, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const length = messageLength(bytes.subarray(at));
      if (length <= 0 || length > bytes.length - at) {
        this.#violate("broken message");
        return;
      }
      if (!this.#message(side, bytes.subarray(at, at + length), at)) return;
      at += length;
    }
  }

  /** Reads what is next on a stream; false when it is not all there. */
  #read(side: Side, buffer: StreamBuffer): boolean {
    if (this.#mode === "trial") {
      const mode = trialMode(buffer.bytes, this.#mechanism);
      if (mode === undefined) return false;
      this.#mode = mode;
    }
    return this.#mode === "clear" ? this.#readMessage(side, buffer) : this.#readFrame(side, buffer);
  }

  #readMessage(side: Side, buffer: StreamBuffer): boolean {
    const length = messageLength(buffer.bytes);
    if (length < 0) this.#violate("no message");
    if (length <= 0) return false;
    if (length > this.#shared.messageBytes.maximum) {
      this.#skip(side, buffer, length);
      return true;
    }
    if (buffer.length < length) return false;
    const isRead = this.#message(side, buffer.bytes.subarray(0, length), buffer.position);
    if (!isRead) return false;
    buffer.consume(length);
    if (this.#tls === undefined) return true;
    // Both sides begin TLS right behind this message.
    for (const other of [0, 1] as const) {
      const rest = this.#buffers![other];
      if (rest.length > 0) this.#tls.data(other, rest.bytes, rest.position);
    }
    this.#buffers = undefined;
    this.#isPast = true;
    return false;
  }

  /** RFC 4422 3.7: a length, and what the mechanism made of the messages. */
  #readFrame(side: Side, buffer: StreamBuffer): boolean {
    if (buffer.length < FRAME_PREFIX_BYTES) return false;
    const view = new DataView(buffer.bytes.buffer, buffer.bytes.byteOffset, FRAME_PREFIX_BYTES);
    const length = FRAME_PREFIX_BYTES + view.getUint32(0);
    if (this.#mode === "sealed" || length > this.#shared.messageBytes.maximum) {
      this.#skip(side, buffer, length);
      return true;
    }
    if (buffer.length < length) return false;
    const frame = buffer.bytes.subarray(FRAME_PREFIX_BYTES, length);
    const token = readWrapToken(frame);
    const position = buffer.position + FRAME_PREFIX_BYTES;
    for (let at = token?.start ?? 0; token !== undefined && at < token.end; ) {
      const inner = messageLength(frame.subarray(at, token.end));
      if (inner <= 0 || inner > token.end - at) {
        this.#violate("broken message in a frame");
        return false;
      }
      if (!this.#message(side, frame.subarray(at, at + inner), position + at)) return false;
      at += inner;
    }
    buffer.consume(length);
    return true;
  }

  /** Passes over what is encrypted or longer than may be held, without keeping it. */
  #skip(side: Side, buffer: StreamBuffer, length: number): void {
    if (this.#mode !== "sealed") {
      this.#shared.messageBytes.reached++;
      this.#conversation.weird("LDAP_message_too_long", String(length));
    }
    const here = Math.min(length, buffer.length);
    buffer.consume(here);
    this.#skipped[side] = length - here;
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
        if (this.#hasAskedForTls && isSuccess) this.#tls = this.#conversation.inner("ssl");
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
    this.#isPast = true;
    this.#buffers = undefined;
    if (this.#seenBytes > DOUBTED_BYTES) return;
    this.end();
    this.#conversation.reject(reason);
  }
}
