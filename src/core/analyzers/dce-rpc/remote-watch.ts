import type { Limit } from "../../base/index.ts";

/** What is known over all flows of a capture. */
export class RemoteWatch {
  readonly handles: Limit;
  readonly pending: Limit;
  readonly #told = new Set<string>();
  readonly #toldLimit: Limit;
  readonly #hosts = new Map<string, Set<string>>();
  readonly #hostLimit: Limit;
  /** Pairs of hosts in `#hosts`. */
  #meetings = 0;

  constructor(limit: (name: string, maximum: number) => Limit) {
    this.handles = limit("dce_rpc.handles", 256);
    this.pending = limit("dce_rpc.pendingCalls", 64);
    this.#toldLimit = limit("dce_rpc.notices", 8192);
    this.#hostLimit = limit("dce_rpc.watchedHosts", 8192);
  }

  /** True the first time. */
  isNew(what: string): boolean {
    if (this.#told.has(what)) return false;
    if (this.#told.size >= this.#toldLimit.maximum) {
      this.#toldLimit.reached++;
      this.#told.clear();
    }
    this.#told.add(what);
    return true;
  }

  /** Notes that something happened between two hosts; with how many it has by now. */
  meet(what: string, from: string, to: string): number {
    const key = `${what} ${from}`;
    let hosts = this.#hosts.get(key);
    if (hosts?.has(to)) return hosts.size;
    if (this.#meetings >= this.#hostLimit.maximum) this.#forgetOldest();
    if (hosts === undefined || !this.#hosts.has(key)) {
      hosts = new Set();
      this.#hosts.set(key, hosts);
    }
    hosts.add(to);
    this.#meetings++;
    return hosts.size;
  }

  #forgetOldest(): void {
    this.#hostLimit.reached++;
    const [oldest] = this.#hosts;
    if (oldest === undefined) return;
    this.#hosts.delete(oldest[0]);
    this.#meetings -= oldest[1].size;
  }

  /** True when that was seen between these two. */
  hasMet(what: string, from: string, to: string): boolean {
    return this.#hosts.get(`${what} ${from}`)?.has(to) ?? false;
  }
}
