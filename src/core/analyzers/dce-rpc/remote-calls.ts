import type { Limit } from "../../base/index.ts";
import { addressText, type Conversation, type Side } from "../shared/index.ts";
import { coercionCalls } from "./coercion-calls.ts";
import { directoryCalls } from "./directory-calls.ts";
import { dcomCalls } from "./dcom-calls.ts";
import { NdrReader } from "./ndr-reader.ts";
import { netlogonCalls } from "./netlogon-calls.ts";
import { serviceCalls } from "./service-calls.ts";
import { taskCalls } from "./task-calls.ts";

/** Where a call was seen. */
export interface CallSite {
  readonly uuid: string;
  readonly opnum: number;
  readonly endpoint: string;
  readonly operation: string;
  readonly side: Side;
  readonly callId: number;
  readonly form: { readonly littleEndian: boolean; readonly isNdr64: boolean };
  /** The pipe or port that it went to. */
  readonly pipe: string | undefined;
}

/** A call that is looked at. */
export interface RemoteCall extends CallSite {
  /** Its parameters; undefined where they are encrypted. */
  readonly parameters: NdrReader | undefined;
  /** Who calls and who is called, as text. */
  readonly caller: string;
  readonly callee: string;
  readonly tell: (note: string, message: string, sub?: string) => void;
  readonly watch: RemoteWatch;
  /** Names by context handle, of this pipe or connection. */
  readonly handles: HandleNames;
  /** What the request said that the answer needs. */
  note: string | undefined;
}

/** Looks at calls of one operation. */
export interface CallWatch {
  readonly request?: (call: RemoteCall) => void;
  /** The answer: its parameters, or undefined when they are encrypted. */
  readonly response?: (call: RemoteCall, answer: NdrReader | undefined) => void;
}

/** Watched operations: interface and number. */
export type CallWatches = ReadonlyMap<string, ReadonlyMap<number, CallWatch>>;

const WATCHES: CallWatches = new Map([
  ...serviceCalls,
  ...taskCalls,
  ...dcomCalls,
  ...directoryCalls,
  ...netlogonCalls,
  ...coercionCalls,
]);

/** Text that stands for what encryption hides. */
export const NOT_VISIBLE = "encrypted, not visible";

/** Names that handles stand for; the oldest go when there are too many. */
export class HandleNames {
  readonly #limit: Limit;
  #names: Map<string, string> | undefined;

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  get(handle: string): string | undefined {
    return this.#names?.get(handle);
  }

  set(handle: string, name: string): void {
    this.#names ??= new Map();
    if (this.#names.size >= this.#limit.maximum) {
      this.#limit.reached++;
      this.#names.delete(this.#names.keys().next().value!);
    }
    this.#names.set(handle, name);
  }
}

/** What is known over all flows of a capture. */
export class RemoteWatch {
  readonly handles: Limit;
  readonly pending: Limit;
  readonly #told = new Set<string>();
  readonly #toldLimit: Limit;
  readonly #hosts = new Map<string, Set<string>>();
  readonly #hostLimit: Limit;

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
    if (hosts === undefined) {
      if (this.#hosts.size >= this.#hostLimit.maximum) {
        this.#hostLimit.reached++;
        this.#hosts.delete(this.#hosts.keys().next().value!);
      }
      hosts = new Set();
      this.#hosts.set(key, hosts);
    }
    if (hosts.size < this.#hostLimit.maximum) hosts.add(to);
    return hosts.size;
  }

  /** True when that was seen between these two. */
  hasMet(what: string, from: string, to: string): boolean {
    return this.#hosts.get(`${what} ${from}`)?.has(to) ?? false;
  }
}

/** Tells what remote calls of one pipe or connection do to the host that is called. */
export class RemoteCalls {
  readonly #conversation: Conversation;
  readonly #watch: RemoteWatch;
  #pending: Map<number, RemoteCall> | undefined;
  #handles: HandleNames | undefined;

  constructor(conversation: Conversation, watch: RemoteWatch) {
    this.#conversation = conversation;
    this.#watch = watch;
  }

  isWatched(uuid: string, opnum: number): boolean {
    return WATCHES.get(uuid)?.has(opnum) ?? false;
  }

  isWaiting(callId: number): boolean {
    return this.#pending?.has(callId) ?? false;
  }

  request(site: CallSite, stub: Uint8Array | undefined): void {
    const watch = WATCHES.get(site.uuid)?.get(site.opnum);
    if (watch === undefined) return;
    const call = this.#createCall(site, stub);
    watch.request?.(call);
    if (watch.response === undefined) return;
    const { pending } = this.#watch;
    this.#pending ??= new Map();
    if (this.#pending.size >= pending.maximum) {
      pending.reached++;
      this.#pending.delete(this.#pending.keys().next().value!);
    }
    this.#pending.set(site.callId, call);
  }

  response(callId: number, stub: Uint8Array | undefined): void {
    const call = this.#pending?.get(callId);
    if (call === undefined) return;
    this.#pending!.delete(callId);
    const answer = stub === undefined ? undefined : new NdrReader(stub, call.form);
    WATCHES.get(call.uuid)?.get(call.opnum)?.response?.(call, answer);
  }

  /** The call failed before it was made. */
  fault(callId: number): void {
    this.#pending?.delete(callId);
  }

  #createCall(site: CallSite, stub: Uint8Array | undefined): RemoteCall {
    const { originator, responder } = this.#conversation;
    const [client, server] = site.side === 0 ? [originator, responder] : [responder, originator];
    const [caller, callee] = [addressText(client), addressText(server)];
    this.#handles ??= new HandleNames(this.#watch.handles);
    return {
      ...site,
      parameters: stub === undefined ? undefined : new NdrReader(stub, site.form),
      caller,
      callee,
      watch: this.#watch,
      handles: this.#handles,
      note: undefined,
      tell: (note, message, sub) => {
        const key = `${note} ${caller} ${callee} ${sub ?? ""}`;
        if (this.#watch.isNew(key)) this.#conversation.notice(note, message, sub);
      },
    };
  }
}

/** How a call went, for a message: `svcctl CreateServiceW over \pipe\svcctl`. */
export function wayOf({ endpoint, operation, pipe }: CallSite): string {
  return `${endpoint} ${operation}${pipe === undefined ? "" : ` over ${pipe}`}`;
}
