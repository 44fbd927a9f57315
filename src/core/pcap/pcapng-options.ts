/** One option of a pcapng block (§3.5): where its value lies. */
export interface BlockOption {
  readonly code: number;
  readonly start: number;
  readonly lengthBytes: number;
}

const OPTIONS_MAX = 4096;

/** Lists the options between two offsets; stops quietly at the first that does not fit. */
export function readOptions(
  view: DataView,
  range: { readonly start: number; readonly end: number },
  littleEndian: boolean,
): BlockOption[] {
  const options: BlockOption[] = [];
  let at = range.start;
  while (range.end - at >= 4 && options.length < OPTIONS_MAX) {
    const code = view.getUint16(at, littleEndian);
    const lengthBytes = view.getUint16(at + 2, littleEndian);
    if (code === 0 || at + 4 + lengthBytes > range.end) break;
    options.push({ code, start: at + 4, lengthBytes });
    at += 4 + lengthBytes + (-lengthBytes & 3);
  }
  return options;
}

/** An option's UTF-8 text without a closing NUL, which some writers add. */
export function optionText(view: DataView, option: BlockOption, bytesMax: number): string {
  let length = Math.min(option.lengthBytes, bytesMax);
  while (length > 0 && view.getUint8(option.start + length - 1) === 0) length--;
  const bytes = new Uint8Array(view.buffer, view.byteOffset + option.start, length);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
