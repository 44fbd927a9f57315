import fc from "fast-check";
import { expect, test } from "vitest";
import { isInNetwork, parseNetwork } from "../../packet/index.ts";
import { LocalNetworks, PRIVATE_NETWORKS } from "./local-networks.ts";

test("an IPv4 address is local exactly when it lies in one of the networks", () => {
  const lists = [PRIVATE_NETWORKS, ["10.1.2.0/24", "192.168.7.9/32"], ["0.0.0.0/0"], []];
  for (const list of lists) {
    const local = new LocalNetworks(list);
    const networks = list.flatMap((text) => parseNetwork(text) ?? []);
    const near = fc.constantFrom(0x0a010200, 0x0a0102ff, 0xc0a80709, 0x0affffff, 0xac1fffff);
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), near), (address) => {
        const expected = networks.some((network) => isInNetwork(network, 0, 0, 0xffff, address));
        expect(local.hasIpv4(address | 0)).toBe(expected);
        expect(local.has(Int32Array.of(0, 0, 0xffff, address))).toBe(expected);
      }),
    );
  }
});

test("an IPv6 address is local by its prefix", () => {
  const local = new LocalNetworks(PRIVATE_NETWORKS);
  expect(local.has(Int32Array.of(0xfe800000, 0, 0, 1))).toBe(true);
  expect(local.has(Int32Array.of(0x20010db8, 0, 0, 1))).toBe(true);
  expect(local.has(Int32Array.of(0x26001f18, 0, 0, 1))).toBe(false);
});
