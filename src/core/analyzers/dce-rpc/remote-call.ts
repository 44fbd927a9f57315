import type { Limit } from "../../base/index.ts";
import type { Side } from "../shared/index.ts";
import type { NdrReader } from "./ndr-reader.ts";
import type { RemoteWatch } from "./remote-watch.ts";

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

/** How a call went, for a message: `svcctl CreateServiceW, opnum 12, over pipe svcctl`. */
export function wayOf({ endpoint, operation, opnum, pipe }: CallSite): string {
  return `${endpoint} ${operation}, opnum ${opnum}${pipe === undefined ? "" : `, over ${pipe}`}`;
}
