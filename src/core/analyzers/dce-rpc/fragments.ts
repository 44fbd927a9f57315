import type { Limit } from "../../base/index.ts";
import type { PduHeader } from "./dce-rpc-parser.ts";

/** A call, or an answer, as far as it has come. */
export interface Fragments {
  readonly context: number;
  readonly opnum: number;
  /** The parameters; undefined when they are encrypted or nobody wants them. */
  readonly stub: Uint8Array | undefined;
}

interface Waiting {
  readonly context: number;
  readonly opnum: number;
  readonly pieces: Uint8Array[] | undefined;
  bodyBytes: number;
}

/** Puts the fragments of one side's calls together (C706 12.6.3.1: first, last, call id). */
export class FragmentTable {
  /** Why no more can be read. */
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
        this.weird = "multiple_first_fragments_in_dce_rpc_reassembly";
        return undefined;
      }
      if (header.isLast) return part;
      this.#begin(header.callId, part);
      return undefined;
    }
    if (known === undefined) return undefined;
    known.bodyBytes += part.bodyBytes;
    if (part.stub !== undefined) known.pieces?.push(part.stub.slice());
    this.#checkBytes(known);
    if (!header.isLast || this.weird !== undefined) return undefined;
    this.#waiting!.delete(header.callId);
    const { context, opnum, pieces } = known;
    return { context, opnum, stub: pieces === undefined ? undefined : join(pieces) };
  }

  #begin(
    callId: number,
    part: Fragments & { readonly bodyBytes: number; readonly keep: boolean },
  ): void {
    this.#waiting ??= new Map();
    const { context, opnum, bodyBytes, stub } = part;
    const pieces = part.keep && stub !== undefined ? [stub.slice()] : undefined;
    const waiting = { context, opnum, pieces, bodyBytes };
    this.#waiting.set(callId, waiting);
    const { messages } = this.#limits;
    if (this.#waiting.size > messages.maximum) {
      messages.reached++;
      this.weird = "too_many_dce_rpc_msgs_in_reassembly";
    }
    this.#checkBytes(waiting);
  }

  #checkBytes({ bodyBytes }: Waiting): void {
    const { bytes } = this.#limits;
    if (bodyBytes <= bytes.maximum) return;
    bytes.reached++;
    this.weird = "too_much_dce_rpc_fragment_data";
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
