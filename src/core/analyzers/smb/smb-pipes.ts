import { CarriedTrace, type Conversation, type Session, type Side } from "../shared/index.ts";
import type { SmbShared } from "./smb-state.ts";

/** What goes through one pipe is a stream of its own, each side counted from its first byte. */
interface Pipe {
  readonly session: Session;
  readonly trace: CarriedTrace | undefined;
  readonly sent: [number, number];
}

/** Named pipes of one connection, each with the remote calls that go over it. */
export class SmbPipes {
  readonly #conversation: Conversation;
  readonly #shared: SmbShared;
  #pipes: Map<string, Pipe> | undefined;

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
    const pipe = this.#pipes?.get(id) ?? this.#open(id, name);
    if (pipe === undefined) return;
    const { side, position } = from;
    pipe.trace?.add(side, bytes, position, bytes.length);
    pipe.session.data(side, bytes, pipe.sent[side]);
    pipe.sent[side] += bytes.length;
  }

  #open(id: string, name: string | undefined): Pipe | undefined {
    this.#pipes ??= new Map();
    const { pipes } = this.#shared.limits;
    if (this.#pipes.size >= pipes.maximum) {
      pipes.reached++;
      this.#conversation.weird("SMB_discarded_dce_rpc_analyzers");
      this.end();
    }
    const outer = this.#conversation.trace;
    const trace = outer && new CarriedTrace(outer);
    const session = this.#conversation.inner("dce_rpc", pipeName(name), trace);
    if (session === undefined) return undefined;
    const pipe: Pipe = { session, trace, sent: [0, 0] };
    this.#pipes.set(id, pipe);
    return pipe;
  }

  close(id: string): void {
    const session = this.#pipes?.get(id)?.session;
    if (session === undefined) return;
    this.#pipes!.delete(id);
    session.finished?.(0);
    session.finished?.(1);
    session.end?.();
  }

  end(): void {
    for (const { session } of this.#pipes?.values() ?? []) session.end?.();
    this.#pipes?.clear();
  }
}

function pipeName(name: string | undefined): string {
  if (name === undefined) return "a pipe";
  return name.startsWith("\\") ? `pipe ${name.slice(1)}` : `pipe ${name}`;
}
