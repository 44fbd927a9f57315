import { expect, test } from "vitest";
import { rowMeaning, ruleColour } from "./row-colour.ts";

const row = (background: number, foreground: number) => ({
  number: 1,
  columns: [],
  background,
  foreground,
});

test("of Wireshark's colours two say something, and the rest is a mark beside the row", () => {
  expect(rowMeaning(row(0xa40000, 0xfffc9c))).toBe("refused");
  expect(rowMeaning(row(0x12272e, 0xf78787))).toBe("odd");
  expect(rowMeaning(row(0xe7e6ff, 0x12272e))).toBe("plain");
  expect(rowMeaning(row(0, 0))).toBe("plain");
  expect(ruleColour(row(0x0000ff, 0x12272e))).toContain("#0000ff");
  expect(ruleColour(row(0, 0))).toBeUndefined();
});
