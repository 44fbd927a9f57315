import { HUFFMAN_LENGTHS } from "../../src/core/analyzers/http2/hpack-tables.ts";

/** How a test wants a field written (RFC 7541 6). */
export type FieldForm = "kept" | "passing" | "never";

const PREFIXES: Readonly<Record<FieldForm, readonly [bits: number, flag: number]>> = {
  kept: [6, 0x40],
  passing: [4, 0],
  never: [4, 0x10],
};

/** An integer with a prefix of some bits (RFC 7541 5.1). */
export function hpackInteger(value: number, bits: number, flag = 0): number[] {
  const most = 2 ** bits - 1;
  if (value < most) return [flag | value];
  const out = [flag | most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return [...out, rest];
}

/** A string as it is, or in Huffman's code. */
export function hpackString(text: string, { isCoded }: { isCoded: boolean }): number[] {
  const bytes = isCoded ? huffman(text) : [...Buffer.from(text, "latin1")];
  return [...hpackInteger(bytes.length, 7, isCoded ? 0x80 : 0), ...bytes];
}

/** Writes literal fields and, where one is in the table already, its index. */
export class HpackTestEncoder {
  readonly #table: string[] = [];

  /** Fields without any index: they mean the same in every state of the table. */
  static plain(fields: readonly (readonly [string, string])[], isCoded = false): number[] {
    return fields.flatMap(([name, value]) => [
      0,
      ...hpackString(name, { isCoded }),
      ...hpackString(value, { isCoded }),
    ]);
  }

  field(name: string, value: string, form: FieldForm = "kept", isCoded = true): number[] {
    const known = this.#table.indexOf(`${name}\n${value}`);
    if (known >= 0) return hpackInteger(62 + known, 7, 0x80);
    const sameName = this.#table.findIndex((one) => one.startsWith(`${name}\n`));
    const [bits, flag] = PREFIXES[form];
    if (form === "kept") this.#table.unshift(`${name}\n${value}`);
    const head =
      sameName >= 0
        ? hpackInteger(62 + sameName, bits, flag)
        : [flag, ...hpackString(name, { isCoded })];
    return [...head, ...hpackString(value, { isCoded })];
  }
}

/** The canonical code that the lengths make. */
const CODES = canonicalCodes();

function canonicalCodes(): readonly string[] {
  const codes: string[] = [];
  let code = 0n;
  for (let length = 1; length <= 30; length++) {
    code *= 2n;
    for (const [symbol, bits] of HUFFMAN_LENGTHS.entries()) {
      if (bits === length) codes[symbol] = (code++).toString(2).padStart(length, "0");
    }
  }
  return codes;
}

function huffman(text: string): number[] {
  const bits = [...Buffer.from(text, "latin1")].map((byte) => CODES[byte]).join("");
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1");
  return (padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
}

/** A frame (RFC 9113 4.1). */
export function frame(
  type: number,
  streamId: number,
  payload: ArrayLike<number> = [],
  flags = 0,
): Uint8Array {
  const out = new Uint8Array(9 + payload.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, payload.length * 256 + type);
  out[4] = flags;
  view.setUint32(5, streamId);
  out.set(Array.from(payload), 9);
  return out;
}
