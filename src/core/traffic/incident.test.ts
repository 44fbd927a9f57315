import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { writeIncident } from "./index.ts";
import { Random } from "./random.ts";
import { zipArchive } from "./zip.ts";

test("the incident is some 50,000 packets and the same bytes every time", () => {
  const digest = (): { count: number; hex: string } => {
    const hash = createHash("sha256");
    let count = 0;
    for (const piece of writeIncident()) {
      hash.update(piece);
      count++;
    }
    return { count, hex: hash.digest("hex") };
  };
  const first = digest();
  expect(first.count).toBeGreaterThan(50_000);
  expect(first.count).toBeLessThan(60_000);
  expect(digest().hex).toBe(first.hex);
});

test("seeds repeat and differ", () => {
  const numbers = (seed: number): number[] => {
    const random = new Random(seed);
    return [random.u32(), random.between(1, 6), random.u32()];
  };
  expect(numbers(7)).toEqual(numbers(7));
  expect(numbers(7)).not.toEqual(numbers(8));
});

test("an archive's end record counts its members and points to its directory", () => {
  const archive = zipArchive([
    { name: "a.txt", bytes: new TextEncoder().encode("123456789") },
    { name: "b.txt", bytes: new Uint8Array(0) },
  ]);
  const view = new DataView(archive.buffer);
  const end = archive.length - 22;
  expect(view.getUint32(end, true)).toBe(0x06054b50);
  expect(view.getUint16(end + 10, true)).toBe(2);
  expect(view.getUint32(view.getUint32(end + 16, true), true)).toBe(0x02014b50);
  // CRC-32 of "123456789", the check value every description of the polynomial gives.
  expect(view.getUint32(14, true)).toBe(0xcbf43926);
});
