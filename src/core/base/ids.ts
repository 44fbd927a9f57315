declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** A storage segment's id: 26 lower-case base32 characters, time-ordered (see `platform` for making one). */
export type SegmentId = Branded<string, "SegmentId">;
/** One acquisition's id: same shape as a segment id. */
export type CaptureId = Branded<string, "CaptureId">;
/** A case's name: `scratch`, `IR-2026-0412`; letters, digits, dot, dash, underscore, at most 64. */
export type CaseId = Branded<string, "CaseId">;
/** `C` and 1-11 base62 digits: 64 bits, stable over every reindex (DESIGN §3). */
export type FlowUid = Branded<string, "FlowUid">;

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Prints a 64-bit flow uid as `C` + base62, without leading zeros. */
export function formatUid(value: bigint): FlowUid {
  let rest = value;
  let text = "";
  do {
    text = BASE62.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  } while (rest > 0n);
  return `C${text}` as FlowUid;
}

/** Reads a uid back to its 64 bits; undefined when it is not one. */
export function parseUid(text: string): bigint | undefined {
  if (!/^C[0-9A-Za-z]{1,11}$/.test(text)) return undefined;
  let value = 0n;
  for (const digit of text.slice(1)) value = value * 62n + BigInt(BASE62.indexOf(digit));
  return value < 1n << 64n ? value : undefined;
}

export function isCaseId(text: string): text is CaseId {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text) && !text.includes("..");
}

export function isSegmentId(text: string): text is SegmentId {
  return /^[a-z2-7]{26}$/.test(text);
}
