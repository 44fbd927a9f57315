const NEWLINE = 10;

/** A line without its end, and how many bytes it took. */
export interface TemplateLine {
  readonly bytes: Uint8Array;
  readonly consumed: number;
}

/** Reads the next line; undefined while it is not all there. Never throws, whatever the bytes. */
export function parseLine(bytes: Uint8Array): TemplateLine | undefined {
  const end = bytes.indexOf(NEWLINE);
  return end < 0 ? undefined : { bytes: bytes.subarray(0, end), consumed: end + 1 };
}
