import type { Conversation, Session, Side } from "../shared/index.ts";

/** Flags of a datagram's header (MS-RDPEUDP 2.2.2.1). */
const SYN = 1;
const ACK = 4;
const HEADER_BYTES = 8;
const SYN_BYTES = 16;

/** Remote desktop over UDP (MS-RDPEUDP): only that both sides have begun it. */
export class RdpUdpAnalyzer implements Session {
  readonly #conversation: Conversation;
  #hasSyn = false;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  data(side: Side, bytes: Uint8Array): void {
    if (bytes.length < SYN_BYTES) {
      this.#conversation.reject("short datagram");
      return;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
    const flags = view.getUint16(6);
    if (side === 0) {
      if ((flags & SYN) !== 0 && view.getUint32(0) === 0xffffffff) this.#hasSyn = true;
    } else if (this.#hasSyn && (flags & (SYN | ACK)) !== 0) {
      this.#conversation.confirm("rdpeudp");
      this.#conversation.done();
    }
  }
}
