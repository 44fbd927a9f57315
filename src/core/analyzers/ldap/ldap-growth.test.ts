import { expect, test } from "vitest";
import { createLimit } from "../../base/index.ts";
import { readDer } from "../shared/index.ts";
import { filterText } from "./ldap-filter.ts";

function der(tag: number, content: readonly number[]): number[] {
  const { length } = content;
  return [tag, 0x83, length >> 16, (length >> 8) & 255, length & 255, ...content];
}

/** Characters of a filter of so many terms: all that is written. */
function written(terms: number): number {
  const term = [...der(4, [97]), ...der(4, [98])];
  const all = Array.from({ length: terms }, () => der(0xa3, term)).flat();
  const bytes = Uint8Array.from(der(0xa0, all));
  const limit = createLimit("ldap.filterTerms", 10_000);
  return filterText(bytes, readDer(bytes, 0, bytes.length)!, limit).length;
}

test("a filter's text grows with its terms", () => {
  const [one, two, four] = [100, 200, 400].map(written) as [number, number, number];
  expect(two / one).toBeLessThan(2.3);
  expect(four / two).toBeLessThan(2.3);
});

test("a filter with more terms than are read is told as broken, and counted", () => {
  const limit = createLimit("ldap.filterTerms", 3);
  const term = der(0xa3, [...der(4, [97]), ...der(4, [98])]);
  const bytes = Uint8Array.from(der(0xa0, [...term, ...term, ...term]));
  expect(filterText(bytes, readDer(bytes, 0, bytes.length)!, limit)).toBe("FILTER_PARSING_ERROR");
  expect(limit.reached).toBe(1);
});
