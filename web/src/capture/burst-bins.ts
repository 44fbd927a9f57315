import type { Input, Output } from "../client.ts";

export type Bin = NonNullable<Input<"bursts">["bin"]>;
export type BurstLink = Output<"bursts">["links"][number];

/** Widths that the engine measures, narrow to wide. */
export const BINS: readonly Bin[] = ["10us", "100us", "1ms", "10ms", "100ms", "1s"];

/** `10us` as every other width of time is written. */
export function binText(bin: Bin): string {
  return bin.replace("us", "µs").replace(/(?<=\d)(?=\D)/, " ");
}
