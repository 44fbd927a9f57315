import { addressText, type Conversation } from "../shared/index.ts";
import { coercionCalls } from "./coercion-calls.ts";
import { dcomCalls } from "./dcom-calls.ts";
import { directoryCalls } from "./directory-calls.ts";
import { NdrReader } from "./ndr-reader.ts";
import { netlogonCalls } from "./netlogon-calls.ts";
import { type CallSite, type CallWatches, HandleNames, type RemoteCall } from "./remote-call.ts";
import type { RemoteWatch } from "./remote-watch.ts";
import { serviceCalls } from "./service-calls.ts";
import { taskCalls } from "./task-calls.ts";

const WATCHES: CallWatches = new Map([
  ...serviceCalls,
  ...taskCalls,
  ...dcomCalls,
  ...directoryCalls,
  ...netlogonCalls,
  ...coercionCalls,
]);

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
        if (!this.#watch.isNew(key)) return;
        const { account } = this.#conversation;
        const by = account === undefined ? "" : `, logged on as ${account}`;
        this.#conversation.notice(note, `${message}${by}`, sub);
      },
    };
  }
}
