import { expect, test } from "vitest";
import { followedRuns } from "./followed-runs.ts";

test("parts of one side that follow each other are one run, counted on in their direction", () => {
  const part = (number: number, isServer: boolean, length: number) => ({
    number,
    isServer,
    bytes: new Uint8Array(length).fill(number),
  });
  const end = { host: "10.0.0.1", port: "1" };
  const runs = followedRuns({
    client: end,
    server: end,
    clientBytes: 6,
    serverBytes: 5,
    parts: [part(1, false, 2), part(2, false, 3), part(3, true, 5), part(4, false, 1)],
    isCut: false,
  });
  expect(runs.map(({ side, position, bytes }) => [side, position, bytes.length])).toEqual([
    ["orig", 0, 5],
    ["resp", 0, 5],
    ["orig", 5, 1],
  ]);
  expect(runs[0]!.packets).toEqual([
    { position: 0, number: 1 },
    { position: 2, number: 2 },
  ]);
});
