import type { Conversation, Session, Side } from "../shared/index.ts";
import { DtlsFragments } from "./dtls-fragments.ts";
import type { HandshakeBounds } from "./handshake-buffer.ts";
import { CONTENT, RecordState } from "./record-state.ts";
import { type HandshakeServices, TlsHandshake } from "./tls-handshake.ts";
import { VERSION } from "./tls-names.ts";

const RECORD_HEADER_BYTES = 13;
const MESSAGE_HEADER_BYTES = 12;
/** Records of other versions in a row that are borne, as in Zeek. */
const OTHER_VERSIONS_MAX = 10;
const VIOLATIONS_COUNT_UNTIL = 10 * 1024;

/** DTLS over datagrams (RFC 6347, RFC 9147). */
export class DtlsSession implements Session {
  readonly #conversation: Conversation;
  readonly #bounds: HandshakeBounds;
  readonly #handshake: TlsHandshake;
  readonly #state: RecordState;
  readonly #fragments: [DtlsFragments | undefined, DtlsFragments | undefined] = [
    undefined,
    undefined,
  ];
  #otherVersions = 0;
  #seenBytes = 0;
  #isConfirmed = false;
  #isOver = false;

  constructor(conversation: Conversation, shared: HandshakeServices, bounds: HandshakeBounds) {
    this.#conversation = conversation;
    this.#bounds = bounds;
    this.#handshake = new TlsHandshake(conversation, shared, "d");
    this.#state = new RecordState(this.#handshake, conversation);
  }

  data(side: Side, bytes: Uint8Array): void {
    if (this.#isOver || isStun(bytes)) return;
    this.#seenBytes += bytes.length;
    let at = 0;
    while (!this.#isOver && at < bytes.length) {
      const { chosenVersion } = this.#handshake;
      if (chosenVersion === VERSION.dtls13 && (bytes[at]! & 0xe0) === 0x20) {
        this.#unifiedRecord(side);
        return;
      }
      if (bytes.length - at < RECORD_HEADER_BYTES) return;
      const length = (bytes[at + 11]! << 8) | bytes[at + 12]!;
      const end = at + RECORD_HEADER_BYTES + length;
      const version = (bytes[at + 1]! << 8) | bytes[at + 2]!;
      if (!this.#isVersionFit(version)) return;
      if (end > bytes.length) {
        this.#violation("record longer than its datagram");
        return;
      }
      this.#record(side, bytes.subarray(at, end), at);
      at = end;
    }
  }

  end(): void {
    this.#handshake.write();
  }

  #isVersionFit(version: number): boolean {
    if (version === VERSION.dtls10 || version === VERSION.dtls12) {
      if (this.#isConfirmed) this.#otherVersions = 0;
      return true;
    }
    this.#otherVersions++;
    if (this.#isConfirmed) this.#violation("record of another version");
    else if (this.#otherVersions > OTHER_VERSIONS_MAX) this.#finish();
    return false;
  }

  #record(side: Side, record: Uint8Array, position: number): void {
    const content = record[0]!;
    const epoch = (record[3]! << 8) | record[4]!;
    const body = record.subarray(RECORD_HEADER_BYTES);
    if (epoch !== 0) {
      if (this.#state.encrypted()) this.#established();
      return;
    }
    if (body.length === 0) return;
    this.#handshake.touch();
    const fault =
      content === CONTENT.handshake
        ? this.#messageFragment(side, record, position)
        : this.#state.plain(side, content, body);
    if (fault !== undefined) this.#violation(fault);
  }

  /** RFC 6347 4.2.2: a message or a part of one. */
  #messageFragment(side: Side, record: Uint8Array, position: number): string | undefined {
    const body = record.subarray(RECORD_HEADER_BYTES);
    if (body.length < MESSAGE_HEADER_BYTES) return "broken handshake fragment";
    const length = (body[1]! << 16) | (body[2]! << 8) | body[3]!;
    const offset = (body[6]! << 16) | (body[7]! << 8) | body[8]!;
    const fragmentLength = (body[9]! << 16) | (body[10]! << 8) | body[11]!;
    const bytes = body.subarray(MESSAGE_HEADER_BYTES);
    const place = { position: position + RECORD_HEADER_BYTES + 8, length: bytes.length + 4 };
    if (offset === 0 && length === fragmentLength) {
      if (bytes.length < length) return "broken handshake message";
      return this.#message(side, body[0]!, bytes.subarray(0, length), { ...place, isWhole: true });
    }
    if (bytes.length !== fragmentLength || offset + fragmentLength > length) {
      return "handshake fragment of another length";
    }
    const sequence = (body[4]! << 8) | body[5]!;
    this.#fragments[side] ??= new DtlsFragments();
    const whole = this.#fragments[side].add({ sequence, length, offset }, bytes);
    if (whole === "limit") {
      this.#bounds.message.reached++;
      this.#conversation.pastLimit();
      return "handshake message over its limit";
    }
    if (whole === undefined) return undefined;
    return this.#message(side, body[0]!, whole, { ...place, isWhole: false });
  }

  #message(
    side: Side,
    type: number,
    body: Uint8Array,
    place: { position: number; length: number; isWhole: boolean },
  ): string | undefined {
    const fault = this.#handshake.message(side, type, body, place);
    if (fault === undefined && this.#handshake.facts?.clientHello !== undefined) {
      this.#isConfirmed = true;
    }
    return fault;
  }

  /** RFC 9147 4: an encrypted record of DTLS 1.3, of which nothing but that can be told. */
  #unifiedRecord(side: Side): void {
    this.#state.isEncrypted[side] = true;
    if (this.#state.encrypted()) this.#established();
  }

  #established(): void {
    this.#handshake.established();
    this.#finish();
  }

  #violation(reason: string): void {
    this.#handshake.write();
    if (this.#seenBytes > VIOLATIONS_COUNT_UNTIL) {
      this.#finish();
      return;
    }
    this.#isOver = true;
    this.#conversation.reject(reason);
  }

  #finish(): void {
    this.#isOver = true;
    this.#conversation.done();
  }
}

/** STUN travels over the same ports; its magic cookie tells (RFC 8489 5). */
function isStun(bytes: Uint8Array): boolean {
  return (
    bytes.length > 20 &&
    bytes[4] === 0x21 &&
    bytes[5] === 0x12 &&
    bytes[6] === 0xa4 &&
    bytes[7] === 0x42
  );
}
