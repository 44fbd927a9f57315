import type {
  Conversation,
  Protocol,
  Recognition,
  ServiceName,
  Session,
  Side,
  Transport,
} from "../shared/index.ts";

/** A protocol that is only told as a flow's service: what it says is not read. */
export function seenService(
  name: ServiceName,
  recognises: (head: Uint8Array, side: Side, transport: Transport) => Recognition,
): Protocol {
  return {
    name,
    logs: [],
    recognises,
    start: () => ({ open: (conversation) => new SeenSession(conversation, name) }),
  };
}

class SeenSession implements Session {
  readonly #conversation: Conversation;
  readonly #service: ServiceName;

  constructor(conversation: Conversation, service: ServiceName) {
    this.#conversation = conversation;
    this.#service = service;
  }

  data(): void {
    this.#conversation.confirm(this.#service);
    this.#conversation.done();
  }
}
