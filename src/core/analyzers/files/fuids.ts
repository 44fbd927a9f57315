import { formatUid } from "../../base/index.ts";
import type { FlowIds } from "../shared/index.ts";

/**
 * Names a file: `F` and base62 of 64 bits mixed of its flow's uid and its number in that flow, so that a
 * replay of the flow alone gives the same names.
 */
export function nameFile(
  { uidHigh, uidLow }: Pick<FlowIds, "uidHigh" | "uidLow">,
  number: number,
): string {
  const high = mix(uidHigh ^ number);
  const low = mix(uidLow + high + number);
  return `F${formatUid((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)).slice(1)}`;
}

/** Every bit of the input moves every bit of the output (murmur3's finalizer). */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
