import { expect, test } from "vitest";
import { CarriedTrace } from "./carried-trace.ts";
import type { FieldTrace } from "./field-trace.ts";

const latin1 = new TextEncoder();

function record() {
  const marks: [position: number, length: number, says: string, random: string | undefined][] = [];
  const trace: FieldTrace = {
    mark: (_log, _field, _side, at, length, opened) =>
      void marks.push([at, length, new TextDecoder().decode(opened?.bytes), opened?.clientRandom]),
    later:
      (...mark) =>
      () =>
        trace.mark(...mark),
  };
  return { marks, trace };
}

test("a field of decrypted bytes is told by the records that carry it", () => {
  const { marks, trace } = record();
  const carried = new CarriedTrace(trace, "ab");
  carried.add(0, latin1.encode("GET /se"), 100, 29);
  carried.add(0, latin1.encode("cret HTTP/1.1"), 129, 35);
  carried.mark("http", "method", 0, 0, 3);
  carried.mark("http", "uri", 0, 4, 7);
  expect(marks).toEqual([
    [100, 29, "GET", "ab"],
    [100, 64, "/secret", "ab"],
  ]);
});

test("bytes that are carried one by one keep their places", () => {
  const { marks, trace } = record();
  const carried = new CarriedTrace(trace);
  carried.add(1, latin1.encode("abc"), 10, 3);
  carried.add(1, latin1.encode("defg"), 20, 4);
  carried.mark("log", "inside", 1, 4, 2);
  carried.mark("log", "across", 1, 1, 4);
  expect(marks).toEqual([
    [21, 2, "ef", undefined],
    [11, 11, "bcde", undefined],
  ]);
});

test("of one inside another the innermost bytes are told and the outermost places", () => {
  const { marks, trace } = record();
  const tls = new CarriedTrace(trace, "ab");
  const pipe = new CarriedTrace(tls);
  tls.add(0, latin1.encode("..masked"), 50, 30);
  pipe.add(0, latin1.encode("inside"), 2, 6);
  pipe.mark("log", "field", 0, 2, 2);
  expect(marks).toEqual([[50, 30, "si", "ab"]]);
});

test("what is not known any more, or never was, is not marked", () => {
  const { marks, trace } = record();
  const carried = new CarriedTrace(trace);
  for (let n = 0; n < 5_000; n++) carried.add(0, Uint8Array.of(n), n, 1);
  carried.mark("log", "old", 0, 0, 1);
  carried.mark("log", "none", 0, -5, 2);
  carried.mark("log", "other side", 1, 0, 1);
  expect(marks).toEqual([]);
  carried.mark("log", "new", 0, 4_999, 1);
  expect(marks).toHaveLength(1);
});
