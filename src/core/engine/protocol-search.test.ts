import { expect, test } from "vitest";
import type { Protocol, Session } from "../analyzers/index.ts";
import { ProtocolSearch } from "./protocol-search.ts";
import type { RunningProtocol } from "./running-protocol.ts";

/** A protocol that begins with so many bytes of `a`; it says how many bytes it was shown in all. */
function beginningWith(length: number) {
  const counted = { bytes: 0 };
  const recognises: Protocol["recognises"] = (head) => {
    counted.bytes += head.length;
    if (head.some((byte) => byte !== 97)) return "no";
    return head.length >= length ? "yes" : "more";
  };
  return { counted, running: { protocol: { recognises } } as unknown as RunningProtocol };
}

const BYTE = Uint8Array.of(97);

test("byte by byte a protocol is found, at the latest when the stream is over", () => {
  for (const length of [1, 5, 31, 33, 40, 41, 100, 1500]) {
    const { running } = beginningWith(length);
    const search = new ProtocolSearch([running], "tcp");
    let found: readonly RunningProtocol[] = [];
    for (let n = 0; n < length && found.length === 0; n++) found = search.look(0, BYTE, n);
    if (found.length === 0) found = search.lookAtRest(0);
    expect(found, String(length)).toEqual([running]);
  }
});

test("a session that is found late is given every byte of both sides, in order", () => {
  const { running } = beginningWith(100);
  const search = new ProtocolSearch([running], "tcp");
  search.look(1, Uint8Array.of(1, 2), 0);
  for (let n = 0; n < 100; n++) search.look(0, BYTE, n);
  search.lookAtRest(0);
  const sums = [0, 0];
  search.replay({
    data: (side, bytes, position) => {
      expect(position).toBe(sums[side]);
      sums[side]! += bytes.length;
    },
  } as Session);
  expect(sums).toEqual([100, 2]);
});

test("twice the tiny pieces are about twice the bytes looked at", () => {
  const looked = (pieces: number): number => {
    const { counted, running } = beginningWith(5000);
    const search = new ProtocolSearch([running], "tcp");
    for (let n = 0; n < pieces; n++) search.look(0, BYTE, n);
    return counted.bytes;
  };
  expect(looked(2000) / looked(1000)).toBeLessThan(2.3);
  expect(looked(1000) / looked(500)).toBeLessThan(2.3);
  expect(looked(2000)).toBeLessThan(2000 * 10);
});
