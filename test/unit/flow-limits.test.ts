import { expect, test } from "vitest";
import { DEFAULT_FLOW_LIMITS, type FlowLimits } from "../../src/core/flow/index.ts";
import { pcap } from "../fuzz/crafted-captures.ts";
import { lostPackets, passOver, ROOMY_LIMITS } from "../fuzz/engine-pass.ts";
import {
  A,
  ACK,
  B,
  fragmentsOf,
  ipv4,
  letters,
  nested,
  OUTER,
  SYN,
  tcp,
  udp,
} from "../support/crafted-packets.ts";

const HOSTS = Array.from({ length: 12 }, (_, n) => A + 256 * n);
const question = (from: number): Uint8Array => ipv4([from, B], 17, udp(5000, 6000, letters(20)));
const opened = [
  tcp([A, B], { sequence: 100, flags: SYN }),
  tcp([B, A], { sequence: 500, acknowledgment: 101, flags: SYN | ACK }),
];
const said = (sequence: number, text: string): Uint8Array =>
  tcp([A, B], { sequence, acknowledgment: 501, flags: ACK, text });
const firstOf = (id: number): Uint8Array =>
  fragmentsOf([A, B], 17, udp(5000, 6000, letters(3000)), { size: 1480, id })[0]!;
const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

interface Case {
  readonly maximum: number;
  readonly packets: readonly Uint8Array[];
}

/** For each limit a value, and packets that go beyond it. */
const CASES: Readonly<Record<keyof FlowLimits, Case>> = {
  liveFlows: { maximum: 3, packets: HOSTS.map(question) },
  gapIntervals: {
    maximum: 2,
    packets: [...opened, ...times(6, (n) => said(200 + n * 20, "a piece"))],
  },
  burstRecords: {
    maximum: 1,
    // Sixteen packets are two seconds apart.
    packets: times(48, (n) => question(HOSTS[n % 8]!)),
  },
  histories: {
    maximum: 4,
    packets: [...opened, said(101, "a"), tcp([A, B], { sequence: 102, flags: 4 }), ...opened],
  },
  postingBytes: { maximum: 2048, packets: times(400, (n) => question(A + n)) },
  tunnelDepth: { maximum: 1, packets: times(3, (n) => nested(question(HOSTS[n]!), 3)) },
  tunnelContexts: {
    maximum: 1,
    packets: HOSTS.map((from) => ipv4(OUTER, 4, question(from))),
  },
  weirdRows: {
    maximum: 10,
    packets: [...opened, ...times(80, (n) => said(101, n % 2 === 0 ? "one" : "two"))],
  },
  duplicateRecords: {
    maximum: 1,
    packets: HOSTS.flatMap((from) => [question(from), question(from)]),
  },
  analysedFlows: { maximum: 1, packets: HOSTS.map(question) },
  fragmentDatagrams: { maximum: 2, packets: times(9, firstOf) },
  fragmentBytes: { maximum: 9000, packets: times(9, firstOf) },
  fragmentsPerDatagram: { maximum: 3, packets: times(9, () => firstOf(1)) },
  fragmentAgeNs: { maximum: 2e6, packets: times(9, firstOf) },
};

test("every limit of the flow table has a case here", () => {
  expect(Object.keys(CASES).sort()).toEqual(Object.keys(DEFAULT_FLOW_LIMITS).sort());
});

test.each(Object.entries(CASES))(
  "%s: what is beyond is counted and told, and no packet is lost",
  (name, { maximum, packets }) => {
    const capture = pcap("little", packets);
    const pass = passOver([capture], {
      limits: { ...ROOMY_LIMITS, [name]: maximum },
      keepRows: true,
    });
    const limit = pass.limits.find((one) => one.name === `flow.${name}`)!;
    expect(limit.reached).toBeGreaterThan(0);
    const told = pass.rows("weird").filter((row) => row["name"] === "limit_reached");
    const names = pass.rows("weird").map((row) => row["name"]);
    // The depth of tunnels has a weird of its own, with its packets.
    if (name === "tunnelDepth") expect(names).toContain("exceeded_tunnel_max_depth_in_tunnel");
    else if (name === "weirdRows") expect(names.length).toBeGreaterThanOrEqual(maximum);
    else {
      const text = `flow.${name}: ${limit.reached} times, at ${maximum}`;
      expect(told.map((row) => row["addl"])).toContain(text);
    }
    expect(pass.offsets).toHaveLength(packets.length);
    expect(lostPackets(pass)).toEqual([]);
  },
);

test("with room for all of it the same packets reach none of the limits", () => {
  for (const [name, { packets }] of Object.entries(CASES)) {
    if (name === "tunnelDepth" || name === "weirdRows") continue;
    const pass = passOver([pcap("little", packets)], { keepRows: true });
    const reached = pass.limits.filter((one) => one.reached > 0).map((one) => one.name);
    expect(reached, name).toEqual([]);
  }
});

test("one flow writes no more than 64 rows of a weird, and the rest are counted", () => {
  const { packets } = CASES.weirdRows;
  const pass = passOver([pcap("little", packets)], { keepRows: true });
  const rows = pass.rows("weird").filter((row) => row["name"] === "rexmit_inconsistency");
  expect(rows).toHaveLength(64);
});

test("under all limits at once, each of a few, nothing is lost either", () => {
  const packets = Object.values(CASES).flatMap((one) => one.packets);
  const limits = Object.fromEntries(
    Object.entries(CASES).map(([name, { maximum }]) => [name, maximum]),
  );
  const pass = passOver([pcap("little", packets)], { limits });
  expect(pass.offsets).toHaveLength(packets.length);
  expect(lostPackets(pass)).toEqual([]);
});

test("a flow in a full table never names itself as the tunnel it came through", () => {
  for (const liveFlows of [1, 2, 3]) {
    const packets = times(40, (n) => ipv4([OUTER[0] + n, OUTER[1]], 4, question(HOSTS[n % 12]!)));
    const pass = passOver([pcap("little", packets)], {
      limits: { ...ROOMY_LIMITS, liveFlows },
      keepRows: true,
    });
    expect(lostPackets(pass)).toEqual([]);
    for (const row of pass.rows("conn")) {
      expect(String(row["tunnel_parents"]).split(/[ ,]/)).not.toContain(row["uid"]);
    }
  }
});
