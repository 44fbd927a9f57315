import { expect, test } from "vitest";
import { layersOf, reachesOf } from "./stack.ts";

const bin = { from_ns: "0", flows: 0, packets: 0, bytes: 0 };
const answer = {
  from_ns: "0",
  to_ns: "1",
  width_ns: "1",
  measure: "bytes" as const,
  bins: [bin, bin, bin],
  services: [
    { kind: "service" as const, values: ["ssl", "http"], total: 100, bins: [100, 0, 0] },
    { kind: "other" as const, values: [], total: 50, bins: [50, 0, 0] },
    { kind: "none" as const, values: [], total: 1, bins: [0, 1, 0] },
  ],
  gaps: [],
  not_recorded: [],
  running: false,
};

test("services are named as rows name them, then others, then flows without", () => {
  expect(layersOf(answer, "rows").map(({ name, colour }) => [name, colour])).toEqual([
    ["ssl, http", "stack-1"],
    ["other services", "stack-other"],
    ["no service", "stack-none"],
  ]);
});

test("a log without services is one layer by the measure", () => {
  const bins = [
    { ...bin, flows: 2 },
    { ...bin, flows: 3 },
  ];
  const plain = { ...answer, measure: "flows" as const, services: [], bins };
  expect(layersOf(plain, "rows of dns")).toMatchObject([
    { name: "rows of dns", total: 5, bins: [2, 3] },
  ]);
});

test("reaches are sums from the bottom up, highest first; nothing has no bar, little is seen", () => {
  const reaches = reachesOf(layersOf(answer, "rows"), 3);
  expect(reaches).toEqual([
    [null, 2, null],
    [150, null, null],
    [100, null, null],
  ]);
});
