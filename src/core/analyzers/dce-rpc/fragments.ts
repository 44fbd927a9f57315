import { joinBytes, type Limit } from "../../base/index.ts";
import type { PduHeader } from "./dce-rpc-parser.ts";

/** A call, or an answer, as far as it has come. */
export interface Fragments {
  readonly context: number;
  readonly opnum: number;
  /** The parameters; undefined when they are encrypted or nobody wants them. */
  readonly stub: Uint8Array | undefined;
  /** Bytes of the parameters, whether they can be read or not, and fragments that they came in. */
  readonly stubBytes: number;
  readonly fragments: number;
}

interface Waiting {
  readonly context: number;
  readonly opnum: number;
  readonly pieces: Uint8Array[] | undefined;
  bodyBytes: number;
  stubBytes: number;
  fragments: number;
}

/** Puts the fragments of one side's calls together (C706 12.6.3.1: first, last, call id). */
export class FragmentTable {
  /** Why a call was given up; said once. */
  weird: string | undefined;
  readonly #limits: { readonly messages: Limit; readonly bytes: Limit };
  #waiting: Map<number, Waiting> | undefined;

  constructor(limits: { messages: Limit; bytes: Limit }) {
    this.#limits = limits;
  }

  /** Takes a fragment; the whole when it was the last. */
  add(
    header: PduHeader,
    part: Fragments & { readonly bodyBytes: number; readonly keep: boolean },
  ): Fragments | undefined {
    const known = this.#waiting?.get(header.callId);
    if (header.isFirst) {
      if (known !== undefined) {
        this.#waiting!.delete(header.callId);
        this.weird = "multiple_first_fragments_in_dce_rpc_reassembly";
        return undefined;
      }
      if (header.isLast) return part;
      this.#begin(header.callId, part);
      return undefined;
    }
    if (known === undefined) return undefined;
    known.bodyBytes += part.bodyBytes;
    known.stubBytes += part.stubBytes;
    known.fragments++;
    if (part.stub !== undefined) known.pieces?.push(part.stub.slice());
    if (!this.#checkBytes(header.callId, known) || !header.isLast) return undefined;
    this.#waiting!.delete(header.callId);
    const { context, opnum, pieces, stubBytes, fragments } = known;
    const stub = pieces === undefined ? undefined : joinBytes(pieces);
    return { context, opnum, stub, stubBytes, fragments };
  }

  #begin(
    callId: number,
    part: Fragments & { readonly bodyBytes: number; readonly keep: boolean },
  ): void {
    this.#waiting ??= new Map();
    const { context, opnum, bodyBytes, stub, stubBytes } = part;
    const pieces = part.keep && stub !== undefined ? [stub.slice()] : undefined;
    const waiting = { context, opnum, pieces, bodyBytes, stubBytes, fragments: 1 };
    this.#waiting.set(callId, waiting);
    const { messages } = this.#limits;
    if (this.#waiting.size > messages.maximum) {
      messages.reached++;
      this.#waiting.delete(this.#waiting.keys().next().value!);
      this.weird = "too_many_dce_rpc_msgs_in_reassembly";
    }
    this.#checkBytes(callId, waiting);
  }

  #checkBytes(callId: number, { bodyBytes }: Waiting): boolean {
    const { bytes } = this.#limits;
    if (bodyBytes <= bytes.maximum) return true;
    bytes.reached++;
    this.#waiting!.delete(callId);
    this.weird = "too_much_dce_rpc_fragment_data";
    return false;
  }
}
