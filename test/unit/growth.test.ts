import { expect, test } from "vitest";
import { createLimit } from "../../src/core/base/index.ts";
import {
  ENDPOINT_0,
  ENDPOINT_1,
  ENDS_0,
  F_NOW,
  ORDINAL,
  PENDING_0,
} from "../../src/core/flow/flow-layout.ts";
import { FlowStore, wordsOf } from "../../src/core/flow/flow-store.ts";
import { DEFAULT_FLOW_LIMITS } from "../../src/core/flow/index.ts";
import { Postings } from "../../src/core/flow/postings.ts";
import { RecentPayload } from "../../src/core/flow/recent-payload.ts";
import { SequenceGaps } from "../../src/core/flow/sequence-gaps.ts";
import { TimerWheel } from "../../src/core/flow/timer-wheel.ts";
import { createPacketRecord } from "../../src/core/pcap/index.ts";

const GROWTH_MAX = 2.3;
const SECOND = 1e9;

/** Twice the input costs at most 2.3 times the steps, at every doubling. */
function expectLinear(stepsOf: (count: number) => number, smallest: number, doublings = 2): void {
  let before = stepsOf(smallest);
  for (let n = 1; n <= doublings; n++) {
    const now = stepsOf(smallest * 2 ** n);
    expect(now / Math.max(1, before), `${smallest * 2 ** n}`).toBeLessThanOrEqual(GROWTH_MAX);
    before = now;
  }
}

/** A store whose first `count` records are taken to be live flows. */
function storeOf(count: number): FlowStore {
  const store = new FlowStore(count);
  store.reserve(count);
  for (let flow = 1; flow <= count; flow++) store.words[wordsOf(flow) + ORDINAL] = flow;
  return store;
}

test("flows that wait a day are looked at once a turn, however the time jumps", () => {
  for (const stepSeconds of [1, 60, 1023, 1024, 5000]) {
    expectLinear((count) => {
      const wheel = new TimerWheel(storeOf(count));
      wheel.advance(0, () => undefined);
      const deadline = 20_000 * SECOND;
      for (let flow = 1; flow <= count; flow++) wheel.add(flow, deadline);
      for (let second = 0; second <= 21_000; second += stepSeconds) {
        const now = second * SECOND;
        wheel.advance(now, (flow) => {
          if (deadline > now) wheel.add(flow, deadline);
        });
      }
      return wheel.steps;
    }, 2 ** 14);
  }
});

test("making room in a full table costs the same whatever is in it", () => {
  expectLinear((count) => {
    const wheel = new TimerWheel(storeOf(256));
    wheel.advance(0, () => undefined);
    for (let flow = 1; flow <= 256; flow++) wheel.add(flow, 900 * SECOND);
    for (let n = 0; n < count; n++) {
      const flow = wheel.nearest();
      wheel.remove(flow);
      wheel.add(flow, 900 * SECOND);
    }
    return wheel.steps;
  }, 2 ** 12);
});

test("a million flows that all fall due at once are each looked at once", () => {
  const count = 2 ** 20;
  const wheel = new TimerWheel(storeOf(count));
  wheel.advance(0, () => undefined);
  for (let flow = 1; flow <= count; flow++) wheel.add(flow, 5 * SECOND);
  let looked = 0;
  wheel.advance(10 * SECOND, () => looked++);
  expect(looked).toBe(count);
  expect(wheel.steps).toBeLessThan(count + 2000);
});

/** Where pieces of a direction lie, in the order they come; all beyond a hole. */
const PIECE_ORDERS: Readonly<Record<string, (n: number) => number>> = {
  "every other byte": (n) => 10 + n * 2,
  "the last of many again": (n) => 10 + Math.min(n, 500) * 2,
  "backwards, again and again": (n) => 1200 - (n % 500) * 2,
  "all over the place": (n) => 10 + ((n * 7919) % 509) * 2,
};

test.each(Object.entries(PIECE_ORDERS))("pieces beyond a hole cost what they are: %s", (_, at) => {
  expectLinear((count) => {
    const store = storeOf(2);
    const limit = createLimit("pieces", 4096);
    const gaps = new SequenceGaps(store, limit, () => undefined);
    const base = wordsOf(1);
    const side = {
      at: base + ENDPOINT_0,
      pending: base + PENDING_0,
      peer: base + ENDPOINT_1,
      ends: base + ENDS_0,
    };
    for (let n = 0; n < count; n++) gaps.dataSent(side, at(n), 1, 1);
    expect(gaps.steps).toBeLessThanOrEqual(count * 512);
    return gaps.steps + count;
  }, 2 ** 15);
});

test("lists of locations are written out once, whether of one flow or of each its own", () => {
  for (const flowsOf of [() => 1, (count: number) => count / 4, () => 200]) {
    expectLinear((count) => {
      const store = storeOf(Math.max(1, flowsOf(count)));
      const sink = { run: () => undefined, postings: () => undefined };
      const arena = createLimit("arena", DEFAULT_FLOW_LIMITS.postingBytes);
      const postings = new Postings(store, sink, arena);
      const flows = Math.max(1, flowsOf(count));
      for (let n = 0; n < count; n++) {
        if (postings.isFull) {
          for (let flow = 1; flow <= flows; flow++) postings.endRun(flow);
        }
        // Far steps forth and back: eight bytes a packet.
        postings.add(1 + (n % flows), n % 2 === 0 ? 2 ** 52 - n : n + 24);
      }
      for (let flow = 1; flow <= flows; flow++) postings.endRun(flow);
      postings.end();
      return postings.steps;
    }, 2 ** 18);
  }
});

test("an arena holds more packets than the walk over all flows that empties it has steps", () => {
  const { postingBytes, liveFlows } = DEFAULT_FLOW_LIMITS;
  expect(postingBytes / 32).toBeGreaterThan(liveFlows);
});

test("data sent again without end is compared with a bounded number of older segments", () => {
  for (const length of [1, 4, 1460, 4096]) {
    expectLinear(
      (count) => {
        const recent = new RecentPayload();
        const source = createPacketRecord();
        source.bytes = new Uint8Array(length + 64);
        source.view = new DataView(source.bytes.buffer);
        const payload = { start: 0, length };
        for (let n = 0; n < count; n++) {
          recent.findDisagreement(2, 1000, source, payload);
          recent.keep(2, 1000, source, payload, n);
        }
        expect(recent.steps).toBeLessThanOrEqual(count * 32 * (length + 1));
        return recent.steps;
      },
      2 ** 12,
      1,
    );
  }
});

test("directions that share a place in the table of segments cost no more than their own would", () => {
  expectLinear((count) => {
    const recent = new RecentPayload();
    const source = createPacketRecord();
    source.bytes = new Uint8Array(64);
    source.view = new DataView(source.bytes.buffer);
    // Directions in steps of the multiplier's inverse lie side by side.
    const step = 0x144cbc89;
    for (let n = 0; n < count; n++) {
      const direction = Math.imul(step, n & 0xffff);
      recent.findDisagreement(direction, n, source, { start: 0, length: 8 });
      recent.keep(direction, n, source, { start: 0, length: 8 }, n);
    }
    expect(recent.steps).toBeLessThanOrEqual(count * 40);
    return recent.steps;
    // From the third round of directions on every one of them has older segments.
  }, 2 ** 19);
});

test("the time of the packet at hand lies where no flow's record does", () => {
  expect(F_NOW).toBeLessThan(wordsOf(0) / 2);
});
