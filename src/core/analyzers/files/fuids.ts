import { formatUid } from "../../base/index.ts";
import type { FlowIds } from "../shared/index.ts";

/**
 * Names files: `F` and base62 of 64 bits mixed of the flow's uid and the file's number in the capture, so
 * that the same capture gives the same names.
 */
export class Fuids {
  #count = 0;

  next({ uidHigh, uidLow }: Pick<FlowIds, "uidHigh" | "uidLow">): string {
    const number = ++this.#count;
    const high = mix(uidHigh ^ number);
    const low = mix(uidLow + high + number);
    return `F${formatUid((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)).slice(1)}`;
  }
}

/** Every bit of the input moves every bit of the output (murmur3's finalizer). */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
