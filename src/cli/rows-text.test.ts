import { expect, test } from "vitest";
import { csvText, zeekText } from "./rows-text.ts";
import { escapeText, jsonText } from "./text.ts";

const field = (name: string, kind: string) => ({ name, kind, brief: true, zeek_type: "string" });

test("a cell that begins a formula is text, of a list too, in wide letters and behind blanks", () => {
  const live = ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\uff1d1", ["=cmd|' /C calc'!A0", "b"]];
  for (const value of live) expect(csvText([{ value }], ["value"])).toMatch(/^"?'/);
  expect(csvText([{ a: -1, b: 0.5, c: true }], ["a", "b", "c"])).toBe("-1,0.5,true\r\n");
  // What is written out begins with a backslash, which begins no formula.
  expect(csvText([{ value: "\t=1" }], ["value"])).toBe("\\x09=1\r\n");
});

test("a row of comma-separated values is one line, whatever stands in it", () => {
  const row = { a: 'x\r\n"y",z', b: ["p,q", "\u202er"], c: null };
  expect(csvText([row], ["a", "b", "c"])).toBe('"x\\x0d\\x0a""y"",z","p,q \\u{202e}r",\r\n');
});

test("items of a list make no row, cell or item of Zeek's log; what says unset is escaped", () => {
  const fields = [field("a", "list"), field("b", "text"), field("c", "text"), field("d", "list")];
  const row = { a: ["x\ty", "p,q\nr"], b: "-", c: "\u202e\x9b", d: [] };
  expect(zeekText([row], fields)).toBe(
    "x\\x09y,p\\x2cq\\x0ar\t\\x2d\t\\xe2\\x80\\xae\\xc2\\x9b\t(empty)\n",
  );
});

test("JSON is safe on a terminal and reads back as what it was", () => {
  const value = { "a\x9b": "\x1b[2J\x7f\u202e\u2028\ufeff\u{e0001}é\ud800", n: 1 };
  const text = jsonText(value);
  expect(escapeText(text)).toBe(text);
  expect(JSON.parse(text)).toEqual(value);
});
