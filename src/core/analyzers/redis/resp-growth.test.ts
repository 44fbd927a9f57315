import { expect, test } from "vitest";
import { createLimit } from "../../base/index.ts";
import { RespTokens } from "./resp-tokens.ts";

/** Bytes that the search for a line's end has to look at. */
class CountedBytes extends Uint8Array {
  static looked = 0;

  override indexOf(byte: number, from = 0): number {
    const at = super.indexOf(byte, from);
    CountedBytes.looked += (at < 0 ? this.length : at + 1) - from;
    return at;
  }
}

function lookedAt(lineBytes: number): number {
  const tokens = new RespTokens(
    { line: () => -1, bulk: () => {} },
    { lineBytes: createLimit("redis.lineBytes", 1 << 20), valueBytesMax: 250 },
  );
  CountedBytes.looked = 0;
  for (let n = 0; n < lineBytes; n++) tokens.feed(new CountedBytes([0x78]));
  tokens.feed(new CountedBytes([13, 10]));
  return CountedBytes.looked;
}

test("a line that comes byte by byte is searched once", () => {
  const [one, two, four] = [1000, 2000, 4000].map(lookedAt) as [number, number, number];
  expect(one).toBeGreaterThan(999);
  expect(two / one).toBeLessThan(2.3);
  expect(four / two).toBeLessThan(2.3);
});
