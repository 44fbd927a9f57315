import type { Transport } from "../analyzers/index.ts";
import { createLimit } from "../base/index.ts";

/** A flow that another one announced. */
export interface ExpectedFlow {
  readonly responder: Int32Array;
  readonly port: number;
  readonly transport: Transport;
  /** The protocol that it will be. */
  readonly name: string;
}

/** Flows that are to come, by responder; the oldest is forgotten for a new one. */
export class ExpectedFlows {
  readonly limit = createLimit("apps.expectedFlows", 16_384);
  readonly #names = new Map<string, string>();
  /** Ports that were ever announced: nearly all flows go to others, and are told so at once. */
  readonly #ports = new Uint8Array(65_536);

  get isEmpty(): boolean {
    return this.#names.size === 0;
  }

  add({ responder, port, transport, name }: ExpectedFlow): void {
    if (this.#names.size >= this.limit.maximum) {
      this.limit.reached++;
      const [oldest] = this.#names.keys();
      this.#names.delete(oldest!);
    }
    this.#names.set(`${transport} ${responder.join(" ")} ${port}`, name);
    this.#ports[port] = 1;
  }

  /** Name of the protocol that a flow was announced to be; each is told once. */
  take(flow: Omit<ExpectedFlow, "name">): string | undefined {
    if (this.#names.size === 0 || this.#ports[flow.port] === 0) return undefined;
    for (const address of [flow.responder.join(" "), "0 0 0 0"]) {
      const key = `${flow.transport} ${address} ${flow.port}`;
      const name = this.#names.get(key);
      if (name === undefined) continue;
      this.#names.delete(key);
      return name;
    }
    return undefined;
  }
}
