/** Steps of one doubling: a step is at most 6.25 % wide. */
const STEPS = 16;
const STEP_BITS = 4;

/** Number of steps that all sums below 2^47 bytes fall into. */
export const FILLING_STEPS = 44 * STEPS;

/** The step of a bin's bytes: exact below 32, then sixteen a doubling. */
export function fillingStep(bytes: number): number {
  if (bytes >= 0x80000000) {
    // Sixteen doublings up, so that the shifts below are those of small numbers.
    return Math.min(FILLING_STEPS - 1, fillingStep(Math.floor(bytes / 65_536)) + 16 * STEPS);
  }
  if (bytes < STEPS * 2) return bytes;
  const shift = 31 - Math.clz32(bytes) - STEP_BITS;
  return (shift << STEP_BITS) + (bytes >>> shift);
}

/** The fewest bytes of a step. */
export function fillingBytes(step: number): number {
  if (step < STEPS * 2) return step;
  const shift = (step >> STEP_BITS) - 1;
  return ((step & (STEPS - 1)) + STEPS) * 2 ** shift;
}

/** Time in bins that hold at least so many bytes; a bin whose step only touches them is left out. */
export function timeAtLeast(
  fillings: Uint8Array,
  bytes: number,
  binNanoseconds: number,
): { readonly bins: number; readonly nanoseconds: number } {
  const view = new DataView(fillings.buffer, fillings.byteOffset, fillings.byteLength);
  let bins = 0;
  for (let at = 0; at + 8 <= fillings.length; at += 8) {
    if (fillingBytes(view.getUint32(at, true)) >= bytes) bins += view.getUint32(at + 4, true);
  }
  return { bins, nanoseconds: bins * binNanoseconds };
}
