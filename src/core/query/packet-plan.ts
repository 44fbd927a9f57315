import type { LogSchema } from "../events/index.ts";
import { type DecodedLayers, isInNetwork, type Network } from "../packet/index.ts";
import { fieldCondition } from "./field-sql.ts";
import { candidateFlows, candidateResidue, mayMatchNonIp } from "./packet-bounds.ts";
import {
  type FieldLeaf,
  isFieldLeaf,
  type QueryNode,
  type QueryTime,
  type Side,
} from "./query-tree.ts";
import { known, NEVER, type SqlCondition } from "./sql-condition.ts";

/** How to find the packets of a query: which flows to look into, and what to ask of each packet. */
export interface PacketPlan {
  /** Over columns of `conn`: every flow that may hold a matching packet, and perhaps more. */
  readonly candidates: SqlCondition;
  /** Over the table of packets without a flow: `orig_h_hi/_lo`, `resp_h_hi/_lo`, `proto`, `vlan`. */
  readonly residue: SqlCondition;
  /** Whether packets without IP must be looked at. */
  readonly matchesNonIp: boolean;
  /** Conditions to select per candidate flow; their values are the `truths` of its packets. */
  readonly leaves: readonly SqlCondition[];
  /** Flows alone decide: every packet of every candidate matches, so they can be counted unread. */
  readonly isExact: boolean;
  /** Bounds that every matching packet keeps. */
  readonly timeRange: { readonly from?: QueryTime; readonly to?: QueryTime };
  /**
   * Decides one packet: an address, port, protocol or VLAN holds if one packet in the frame has it,
   * through tunnels. `truths` are its flows' leaves, all false for a packet without a flow.
   */
  matches(
    packet: Pick<DecodedLayers, "some">,
    seconds: number,
    nanoseconds: number,
    truths: readonly boolean[],
  ): boolean;
}

type Test = PacketPlan["matches"];

/** Plans a packet query over the schemas in use, of which one must be `conn`. */
export function compilePackets(query: QueryNode, logs: readonly LogSchema[]): PacketPlan {
  const conn = logs.find((log) => log.name === "conn");
  const fieldLeaves: FieldLeaf[] = [];
  const matches = compileTest(query, fieldLeaves);
  const residue = candidateResidue(query);
  const matchesNonIp = mayMatchNonIp(query);
  return {
    candidates: conn === undefined ? NEVER : candidateFlows(query, conn, logs),
    residue,
    matchesNonIp,
    isExact: residue === NEVER && !matchesNonIp && asksFlowsOnly(query),
    leaves: fieldLeaves.map((leaf) =>
      conn === undefined ? NEVER : known(fieldCondition(leaf, conn, logs)),
    ),
    timeRange: timeRangeOf(query),
    matches,
  };
}

function asksFlowsOnly(node: QueryNode): boolean {
  if (isFieldLeaf(node)) return true;
  return (node.op === "and" || node.op === "or") && node.children.every(asksFlowsOnly);
}

function compileTest(node: QueryNode, leaves: FieldLeaf[]): Test {
  if (isFieldLeaf(node)) {
    const index = leaves.push(node) - 1;
    return (_packet, _seconds, _nanoseconds, truths) => truths[index] === true;
  }
  switch (node.op) {
    case "and": {
      const tests = node.children.map((child) => compileTest(child, leaves));
      return (packet, s, ns, truths) => tests.every((test) => test(packet, s, ns, truths));
    }
    case "or": {
      const tests = node.children.map((child) => compileTest(child, leaves));
      return (packet, s, ns, truths) => tests.some((test) => test(packet, s, ns, truths));
    }
    case "not": {
      const test = compileTest(node.child, leaves);
      return (packet, s, ns, truths) => !test(packet, s, ns, truths);
    }
    case "address":
      return addressTest(node.network, node.side);
    case "port":
      return portTest(node.first, node.last, node.side);
    case "protocol":
      return (packet) =>
        packet.some(({ ipVersion, protocol }) => ipVersion !== 0 && protocol === node.number);
    case "vlan":
      return (packet) =>
        packet.some(({ outerVlan, innerVlan }) =>
          node.id === undefined
            ? outerVlan >= 0 || innerVlan >= 0
            : outerVlan === node.id || innerVlan === node.id,
        );
    case "after":
      return (_packet, seconds, nanoseconds) =>
        compareTimes({ seconds, nanoseconds }, node.time) >= 0;
    case "before":
      return (_packet, seconds, nanoseconds) =>
        compareTimes({ seconds, nanoseconds }, node.time) <= 0;
  }
}

function addressTest(network: Network, side: Side): Test {
  return (packet) =>
    packet.some(({ ipVersion, src0, src1, src2, src3, dst0, dst1, dst2, dst3 }) => {
      if (ipVersion === 0) return false;
      if (side !== "dst" && isInNetwork(network, src0 >>> 0, src1 >>> 0, src2 >>> 0, src3 >>> 0)) {
        return true;
      }
      return side !== "src" && isInNetwork(network, dst0 >>> 0, dst1 >>> 0, dst2 >>> 0, dst3 >>> 0);
    });
}

function portTest(first: number, last: number, side: Side): Test {
  return (packet) =>
    packet.some(({ hasPorts, sourcePort, destinationPort }) => {
      if (!hasPorts) return false;
      if (side !== "dst" && sourcePort >= first && sourcePort <= last) return true;
      return side !== "src" && destinationPort >= first && destinationPort <= last;
    });
}

/** The times outside of which nothing can match. */
function timeRangeOf(node: QueryNode): { from?: QueryTime; to?: QueryTime } {
  switch (node.op) {
    case "after":
      return { from: node.time };
    case "before":
      return { to: node.time };
    case "and":
    case "or": {
      const ranges = node.children.map(timeRangeOf);
      const isAll = node.op === "and";
      const from = extreme(
        ranges.map((range) => range.from),
        { isAll, sign: isAll ? 1 : -1 },
      );
      const to = extreme(
        ranges.map((range) => range.to),
        { isAll, sign: isAll ? -1 : 1 },
      );
      return { ...(from ? { from } : {}), ...(to ? { to } : {}) };
    }
    default:
      return {};
  }
}

/** The latest (sign 1) or earliest time; for `or` only if every branch has one. */
function extreme(
  times: readonly (QueryTime | undefined)[],
  { isAll, sign }: { isAll: boolean; sign: 1 | -1 },
): QueryTime | undefined {
  if (!isAll && times.includes(undefined)) return undefined;
  return times.reduce(
    (best, time) =>
      time !== undefined && (best === undefined || sign * compareTimes(time, best) > 0)
        ? time
        : best,
    undefined,
  );
}

function compareTimes(a: QueryTime, b: QueryTime): number {
  return a.seconds - b.seconds || a.nanoseconds - b.nanoseconds;
}
