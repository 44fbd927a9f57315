import fc from "fast-check";
import { expect, test } from "vitest";
import { talk } from "../../../../test/support/conversation.ts";
import { radius } from "./index.ts";

const udp = { transport: "udp", responderPort: 1812 } as const;
function message(code: number, ...attributes: (readonly [type: number, value: string])[]) {
  const all = attributes.flatMap(([type, value]) => [
    type,
    value.length + 2,
    ...Buffer.from(value, "latin1"),
  ]);
  return Uint8Array.from([code, 1, 0, 20 + all.length, ...new Uint8Array(16), ...all]);
}

test("a request, what is asked back and the decision are one row", () => {
  const out = talk(
    radius,
    [
      [0, message(1, [1, "bob"], [31, "00-14-22-E9-54-5E"])],
      [1, message(11, [18, "again"], [8, "\x0a\0\0\x09"])],
      [1, message(2)],
    ],
    udp,
  );
  expect(out.services).toEqual(["radius"]);
  expect(out.rows("radius")).toEqual([
    expect.objectContaining({
      username: "bob",
      mac: "00:14:22:e9:54:5e",
      reply_msg: "again",
      framed_addr: "10.0.0.9",
      result: "success",
      ttl: 0.002,
    }),
  ]);
});

test("without a decision the result is unknown, and attributes must fit", () => {
  expect(talk(radius, [[0, message(1, [1, "x"])]], udp).rows("radius")[0]).toMatchObject({
    result: "unknown",
  });
  const odd = Uint8Array.from([...message(1), 1, 1]);
  expect(talk(radius, [[0, odd]], udp).rejected).toBe("no RADIUS message");
});

test("no bytes whatever make it throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (some) => {
      talk(
        radius,
        [
          [0, Uint8Array.from([...message(1), ...some])],
          [1, some],
        ],
        udp,
      );
    }),
    { numRuns: 500 },
  );
});
