/** A part of a connection's time, in nanoseconds since it began; both ends belong to it. */
export interface IoRange {
  readonly from: number;
  readonly to: number;
}

/** Ten of the narrowest bins: with less there is nothing to see. */
const SPAN_NS_MIN = 100_000;

/** The range that the address says; undefined is the whole connection. */
export function rangeOf(text: string | null): IoRange | undefined {
  const [, from, to] = /^(\d{1,16})-(\d{1,16})$/.exec(text ?? "") ?? [];
  const range = { from: Number(from), to: Number(to) };
  const isRange = range.from <= range.to && Number.isSafeInteger(range.to);
  return isRange ? range : undefined;
}

/** A range as the address says it; empty for the whole connection. */
export function rangeText(range: IoRange | undefined): string {
  return range === undefined ? "" : `${range.from}-${range.to}`;
}

/** A range within the connection, wide enough to see something; the whole of it is no range. */
export function rangeWithin(asked: IoRange, wholeNs: number): IoRange | undefined {
  const from = Math.round(Math.min(asked.from, asked.to));
  const to = Math.round(Math.max(asked.from, asked.to));
  const lacking = Math.max(0, SPAN_NS_MIN - (to - from));
  const first = Math.max(0, from - Math.floor(lacking / 2));
  const last = Math.min(wholeNs, Math.max(first + SPAN_NS_MIN, to + Math.ceil(lacking / 2)));
  return first === 0 && last >= wholeNs ? undefined : { from: Math.min(first, last), to: last };
}

/** The range with its width changed by a factor, around a moment that keeps its place. */
export function scaled(
  { from, to }: IoRange,
  factor: number,
  { around, wholeNs }: { readonly around: number; readonly wholeNs: number },
): IoRange | undefined {
  const left = (around - from) * factor;
  const right = (to - around) * factor;
  return rangeWithin({ from: around - left, to: around + right }, wholeNs);
}

/** The range moved by a part of its width, as far as there is anything. */
export function moved({ from, to }: IoRange, share: number, wholeNs: number): IoRange | undefined {
  const wanted = (to - from) * share;
  const step = Math.max(-from, Math.min(wholeNs - to, wanted));
  return rangeWithin({ from: from + step, to: to + step }, wholeNs);
}
