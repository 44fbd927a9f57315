import { expect, test } from "vitest";
import { GRAPH, layOut, type Tie } from "./graph-layout.ts";

const star = (leaves: number): Tie[] =>
  Array.from({ length: leaves }, (_, n) => ({
    a: "10.0.0.1",
    b: `10.0.1.${n}`,
    flows: 1,
    bytes: 100 * (n + 1),
  }));

test("everyone who talked is drawn once, inside the drawing", () => {
  for (const leaves of [1, 5, 150]) {
    const { hosts, ties } = layOut(star(leaves));
    expect(hosts).toHaveLength(leaves + 1);
    expect(ties).toHaveLength(leaves);
    for (const { x, y } of hosts) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(GRAPH.width);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(GRAPH.height);
    }
  }
});

test("the same ties give the same drawing", () => {
  const places = () => layOut(star(20)).hosts.map(({ address, x, y }) => [address, x, y]);
  expect(places()).toEqual(places());
});

test("who moved most bytes is largest, and bytes count at both ends", () => {
  const { hosts } = layOut(star(3));
  const [hub] = hosts;
  expect(hub).toMatchObject({ address: "10.0.0.1", bytes: 600, peers: 3 });
  expect(Math.max(...hosts.map(({ radius }) => radius))).toBe(hub!.radius);
});

test("nothing is laid out of nothing", () => {
  expect(layOut([])).toEqual({ hosts: [], ties: [] });
});
