import { expect, test } from "vitest";
import { encodeFrame, encodeJsonFrame, FrameReader, type FrameType } from "./frames.ts";

function readAll(bytes: Uint8Array, cuts: number[]): string[] {
  const seen: string[] = [];
  const reader = new FrameReader((type: FrameType, payload) =>
    seen.push(`${type}:${new TextDecoder().decode(payload)}`),
  );
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    reader.push(bytes.slice(from, cut));
    from = cut;
  }
  return seen;
}

const stream = new Uint8Array([
  ...encodeJsonFrame("head", { day: "2026-01-01" }),
  ...encodeFrame("postings", new Uint8Array(0)),
  ...encodeFrame("batch", new Uint8Array([65, 66, 67])),
]);

test("frames are the same whole, byte by byte and at every split", () => {
  const whole = readAll(stream, []);
  expect(whole).toEqual(['head:{"day":"2026-01-01"}', "postings:", "batch:ABC"]);
  expect(readAll(stream, [...stream.keys()])).toEqual(whole);
  for (const cut of stream.keys()) expect(readAll(stream, [cut])).toEqual(whole);
});

test("an unknown type is a fault and later bytes are ignored", () => {
  const reader = new FrameReader(() => {});
  reader.push(new Uint8Array([0, 0, 0, 0, 1]));
  expect(reader.fault).toBe("bad frame header at 0");
  reader.push(stream);
  expect(reader.pendingBytes).toBe(0);
});

test("a length beyond the limit is a fault, not a wait", () => {
  const reader = new FrameReader(() => {});
  reader.push(new Uint8Array([255, 255, 255, 255, 0x42]));
  expect(reader.fault).toBeDefined();
});
