import type {
  Conversation,
  Protocol,
  ServiceName,
  Session,
  Side,
  Transport,
} from "../shared/index.ts";

/** Programs by their number (RFC 5531 8.1). */
const PROGRAMS: ReadonlyMap<number, ServiceName> = new Map([
  [100_000, "portmap"],
  [100_003, "nfs"],
  [100_005, "mount"],
]);
/** A call up to the length of its credential. */
const CALL_BYTES = 32;
const MARK_BYTES = 4;
const CREDENTIAL_BYTES_MAX = 400;
const FLAVOUR_LAST = 6;
const PROCEDURE_LAST = 31;

/** Calls of Sun RPC (RFC 5531): which program a flow speaks to is told as its service. */
export const sunRpc: Protocol = {
  name: "sun-rpc",
  logs: [],
  recognises: (head, _, transport) => {
    const needed = transport === "tcp" ? CALL_BYTES + MARK_BYTES : CALL_BYTES;
    if (transport === "tcp" && head.length > 0 && (head[0]! & 0x7f) !== 0) return "no";
    if (head.length < needed) return transport === "tcp" ? "more" : "no";
    return programOf(head, transport) === undefined ? "no" : "yes";
  },
  start: () => ({ open: (conversation) => new SunRpcSession(conversation) }),
};

class SunRpcSession implements Session {
  readonly #conversation: Conversation;
  /** The first bytes of each side, until a call is whole. */
  readonly #heads: [Uint8Array, Uint8Array] = [NOTHING, NOTHING];

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  data(side: Side, bytes: Uint8Array): void {
    const { transport } = this.#conversation;
    const needed = CALL_BYTES + MARK_BYTES;
    let head = bytes;
    if (transport === "tcp") {
      const before = this.#heads[side];
      head = new Uint8Array(Math.min(needed, before.length + bytes.length));
      head.set(before);
      head.set(bytes.subarray(0, head.length - before.length), before.length);
      this.#heads[side] = head;
      if (head.length < needed) return;
    }
    const service = head.length < CALL_BYTES ? undefined : programOf(head, transport);
    if (service === undefined) return;
    this.#conversation.confirm(service);
    this.#conversation.done();
  }
}

const NOTHING = new Uint8Array(0);

/** The program that a call is for; undefined when it is none. */
function programOf(head: Uint8Array, transport: Transport): ServiceName | undefined {
  const start = transport === "tcp" ? MARK_BYTES : 0;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const isCall = view.getUint32(start + 4) === 0 && view.getUint32(start + 8) === 2;
  const version = view.getUint32(start + 16);
  const credentialBytes = view.getUint32(start + 28);
  const isRight =
    isCall &&
    version >= 1 &&
    version <= 4 &&
    view.getUint32(start + 20) <= PROCEDURE_LAST &&
    view.getUint32(start + 24) <= FLAVOUR_LAST &&
    credentialBytes % 4 === 0 &&
    credentialBytes <= CREDENTIAL_BYTES_MAX;
  return isRight ? PROGRAMS.get(view.getUint32(start + 12)) : undefined;
}
