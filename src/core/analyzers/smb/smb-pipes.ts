import type { Conversation, Session, Side } from "../shared/index.ts";
import type { SmbShared } from "./smb-state.ts";

/** Named pipes of one connection, each with the remote calls that go over it. */
export class SmbPipes {
  readonly #conversation: Conversation;
  readonly #shared: SmbShared;
  #sessions: Map<string, Session> | undefined;

  constructor(conversation: Conversation, shared: SmbShared) {
    this.#conversation = conversation;
    this.#shared = shared;
  }

  /** Bytes that go through the pipe of that id; `name` as the client opened it. */
  data(
    id: string,
    name: string | undefined,
    from: { side: Side; position: number },
    bytes: Uint8Array,
  ): void {
    if (bytes.length === 0) return;
    this.#sessions ??= new Map();
    let session = this.#sessions.get(id);
    if (session === undefined) {
      const { pipes } = this.#shared.limits;
      if (this.#sessions.size >= pipes.maximum) {
        pipes.reached++;
        this.#conversation.weird("SMB_discarded_dce_rpc_analyzers");
        this.end();
      }
      session = this.#conversation.inner("dce_rpc", pipeName(name));
      if (session === undefined) return;
      this.#sessions.set(id, session);
    }
    session.data(from.side, bytes, from.position);
  }

  close(id: string): void {
    const session = this.#sessions?.get(id);
    if (session === undefined) return;
    this.#sessions!.delete(id);
    session.finished?.(0);
    session.finished?.(1);
    session.end?.();
  }

  end(): void {
    for (const session of this.#sessions?.values() ?? []) session.end?.();
    this.#sessions?.clear();
  }
}

function pipeName(name: string | undefined): string {
  if (name === undefined) return "a pipe";
  return name.startsWith("\\") ? `pipe ${name.slice(1)}` : `pipe ${name}`;
}
