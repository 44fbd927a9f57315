import type { Conversation, Protocol, Recognition, Session, Side } from "../shared/index.ts";

const HEADER_BYTES = 20;
const MAGIC_COOKIE = 0x2112a442;
/** Message types of RFC 3489, which had no cookie: binding, and shared secrets. */
const CLASSIC_TYPES: ReadonlySet<number> = new Set([0x001, 0x101, 0x111, 0x002, 0x102, 0x112]);
const CLASSIC_ATTRIBUTE_LAST = 0x000b;
/** First bytes that DTLS has where it shares a flow with STUN (RFC 7983). */
const DTLS_FIRST = 20;
const DTLS_LAST = 63;
const DTLS_HANDSHAKE = 22;
const DTLS_RECORD_BYTES = 13;

/** STUN (RFC 8489, RFC 3489): seen as a service; DTLS beside it is read on. */
export const stun: Protocol = {
  name: "stun",
  logs: [],
  recognises: (head, _, transport) => recogniseStun(head, transport === "udp"),
  start: () => ({ open: (conversation) => new StunSession(conversation) }),
};

class StunSession implements Session {
  readonly #conversation: Conversation;
  #dtls: Session | undefined;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  data(side: Side, bytes: Uint8Array): void {
    const conversation = this.#conversation;
    conversation.confirm("stun");
    if (conversation.transport === "tcp") {
      conversation.done();
      return;
    }
    const first = bytes[0] ?? 0;
    if (first < DTLS_FIRST || first > DTLS_LAST) return;
    // What only looks like DTLS must not spoil it for what comes behind.
    if (this.#dtls === undefined && isHello(bytes)) this.#dtls = conversation.inner("dtls");
    this.#dtls?.data(side, bytes, 0);
  }

  end(): void {
    this.#dtls?.end?.();
  }
}

/** A record with one of the messages that begin a handshake (RFC 6347 4.2.2): hellos, and a cookie. */
function isHello(bytes: Uint8Array): boolean {
  const message = bytes[DTLS_RECORD_BYTES] ?? 0;
  return bytes[0] === DTLS_HANDSHAKE && bytes[1] === 0xfe && message >= 1 && message <= 3;
}

/** A message with the cookie, or one of the older protocol whose attributes fill it. */
function recogniseStun(head: Uint8Array, isDatagram: boolean): Recognition {
  if (head.length > 0 && head[0]! >= 0x40) return "no";
  if (head.length < HEADER_BYTES) return isDatagram ? "no" : "more";
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const length = view.getUint16(2);
  if (length % 4 !== 0 || (isDatagram && length + HEADER_BYTES !== head.length)) return "no";
  if (view.getUint32(4) === MAGIC_COOKIE) return "yes";
  const isClassic = isDatagram && CLASSIC_TYPES.has(view.getUint16(0)) && length > 0;
  return isClassic && hasClassicAttributes(view) ? "yes" : "no";
}

function hasClassicAttributes(view: DataView): boolean {
  let at = HEADER_BYTES;
  while (at + 4 <= view.byteLength) {
    const type = view.getUint16(at);
    const isKnown = (type >= 1 && type <= CLASSIC_ATTRIBUTE_LAST) || type >= 0x8000;
    const length = view.getUint16(at + 2);
    if (!isKnown || length % 4 !== 0) return false;
    at += 4 + length;
  }
  return at === view.byteLength;
}
