import { expect, test } from "vitest";
import { joinBytes } from "./join-bytes.ts";

test("parts stand one behind the other, in bytes of their own", () => {
  const first = Uint8Array.of(1, 2);
  const whole = joinBytes([first, new Uint8Array(0), Uint8Array.of(3)]);
  first[0] = 9;
  expect([...whole]).toEqual([1, 2, 3]);
  expect(joinBytes([])).toHaveLength(0);
});
