import { expect, test } from "vitest";
import type { LogSchema } from "../../../src/core/events/index.ts";
import { wantedValue, withValue } from "./value-help.ts";

const field = (name: string, kind: string) => ({ name, kind, optional: true, says: "" });
const schemas = [
  {
    name: "conn",
    says: "",
    shown: true,
    fields: [field("id.resp_h", "addr"), field("id.resp_p", "port")],
  },
  { name: "dns", says: "", shown: true, fields: [field("query", "text"), field("ts", "time")] },
] as unknown as LogSchema[];
const wanted = (text: string, asked = "conn") => wantedValue(text, text.length, { schemas, asked });

test("behind a field and a comparison its value is wanted, whole or begun", () => {
  expect(wanted("dns.query == ")).toMatchObject({ log: "dns", typed: "", start: 13 });
  expect(wanted('dns.query == "exa')).toMatchObject({ log: "dns", typed: "exa", start: 13 });
  expect(wanted('dns.query == "two wor')).toMatchObject({ typed: "two wor" });
  expect(wanted("port 53 and (id.resp_h != 10.")).toMatchObject({ log: "conn", typed: "10." });
  expect(wanted("id.resp_p in {80, 44")).toMatchObject({ log: "conn", typed: "44" });
  expect(wanted("query == a", "dns")).toMatchObject({ log: "dns", typed: "a" });
});

test("where no field is compared, or its values are not told, nothing is wanted", () => {
  for (const text of ["", "host ", "dns.query", "dns.ts == ", "none == a", 'dns.query == "a" ']) {
    expect(wanted(text), text).toBeUndefined();
  }
});

test("a value is written as the language wants it, in the place of what was begun", () => {
  const text = 'dns.query == "exa" and port 53';
  const at = 'dns.query == "exa'.length;
  const found = wantedValue(text, at, { schemas, asked: "conn" })!;
  expect(withValue(text, at, found, 'a "b".example')).toEqual({
    text: '"a \\"b\\".example"',
    result: 'dns.query == "a \\"b\\".example" and port 53',
    cursor: 'dns.query == "a \\"b\\".example" '.length,
  });
});
