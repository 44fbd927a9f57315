import { HoldfastError } from "../../../src/core/base/index.ts";
import type { CallName, Calls, Reply, Request } from "../../wireshark/contract.ts";

/** What a worker is to whoever speaks with it. */
export interface Port {
  onmessage: ((event: { readonly data: Reply }) => void) | null;
  onerror: ((event: { readonly message?: string; preventDefault?(): void }) => void) | null;
  postMessage(request: Request, transfer: Transferable[]): void;
  terminate(): void;
}

/** Wireshark broke off, or did not end in time: its worker is gone. */
export class DissectorBroke extends HoldfastError {
  readonly why: "broke" | "slow" | "stopped";

  constructor(message: string, why: DissectorBroke["why"]) {
    super("page/wireshark-broke", message);
    this.why = why;
  }
}

/**
 * How long each call may take: a dissector that a packet sends in circles ends nothing by itself.
 */
const PATIENCE_MS: Readonly<Record<CallName, number>> = {
  start: 120_000,
  load: 60_000,
  frames: 60_000,
  frame: 15_000,
  check: 15_000,
  complete: 15_000,
  follow: 60_000,
  objects: 60_000,
  object: 60_000,
};

interface Waiting {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** One worker, from its making to its end. Calls are answered in their order. */
export class Dissector {
  readonly #port: Port;
  readonly #patienceMs: Readonly<Record<CallName, number>>;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #isGone = false;

  constructor(port: Port, patienceMs = PATIENCE_MS) {
    this.#port = port;
    this.#patienceMs = patienceMs;
    port.onmessage = ({ data }) => this.#hear(data);
    port.onerror = (event) => {
      event.preventDefault?.();
      this.#break(event.message || "the worker could not be started", "broke");
    };
  }

  /** Whether it broke or was stopped: nothing can be asked of it any more. */
  get isGone(): boolean {
    return this.#isGone;
  }

  call<K extends CallName>(
    name: K,
    input: Calls[K]["input"],
    transfer: Transferable[] = [],
  ): Promise<Calls[K]["output"]> {
    if (this.#isGone) return Promise.reject(new DissectorBroke("it is gone", "stopped"));
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const id = ++this.#lastId;
    const patienceMs = this.#patienceMs[name];
    const seconds = Math.round(patienceMs / 1000);
    const timer = setTimeout(
      () => this.#break(`Wireshark took longer than ${seconds} s`, "slow"),
      patienceMs,
    );
    this.#waiting.set(id, { resolve, reject, timer });
    this.#port.postMessage({ id, name, input }, transfer);
    return promise as Promise<Calls[K]["output"]>;
  }

  stop(): void {
    this.#break("Wireshark was stopped", "stopped");
  }

  #hear(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    if (waiting === undefined) return;
    this.#waiting.delete(reply.id);
    clearTimeout(waiting.timer);
    if (reply.ok) waiting.resolve(reply.output);
    else if (!reply.isBroken) waiting.reject(new HoldfastError("page/wireshark", reply.message));
    else {
      waiting.reject(new DissectorBroke(`Wireshark broke off: ${reply.message}`, "broke"));
      this.#break(reply.message, "broke");
    }
  }

  #break(message: string, why: DissectorBroke["why"]): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#port.terminate();
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new DissectorBroke(message, why));
    }
    this.#waiting.clear();
  }
}
