import type { LogSchema } from "../events/index.ts";
import { fieldCondition, inNetwork, toNanoseconds } from "./field-sql.ts";
import { endOf, flowCondition, protocolCondition, timeCondition } from "./flow-sql.ts";
import { type FieldLeaf, isFieldLeaf, type PacketLeaf, type QueryNode } from "./query-tree.ts";
import { ALWAYS, allOf, anyOf, NEVER, notOf, type SqlCondition, sql } from "./sql-condition.ts";

/**
 * What can be said of a flow about all its packets: `possible` holds of every flow with a matching
 * packet (and perhaps of more), `certain` only of flows all of whose packets match.
 */
export type Bound = "possible" | "certain";

type LeafBound = (leaf: PacketLeaf | FieldLeaf, bound: Bound) => SqlCondition;

/**
 * A packet with a wrong checksum or out of order may lie outside its flow's counted time; it was
 * still put into the flow, so within the flow's idle time.
 */
const TIME_SLACK_NANOSECONDS = 600_000_000_000n;

/** The possible flows of the `conn` log. */
export function candidateFlows(
  query: QueryNode,
  conn: LogSchema,
  logs: readonly LogSchema[],
): SqlCondition {
  return boundOf(query, "possible", (leaf, bound) => {
    // One number per flow: for a log's field, possible and certain are the same.
    if (isFieldLeaf(leaf)) return fieldCondition(leaf, conn, logs);
    return connBound(leaf, bound, conn);
  });
}

/** The possible rows of the table of packets that belong to no flow. */
export function candidateResidue(query: QueryNode): SqlCondition {
  return boundOf(query, "possible", (leaf, bound) =>
    isFieldLeaf(leaf) ? NEVER : residueBound(leaf, bound),
  );
}

/** True when a packet without IP may match. */
export function mayMatchNonIp(query: QueryNode): boolean {
  const bound = boundOf(query, "possible", (leaf, wanted) => {
    if (leaf.op !== "vlan" && leaf.op !== "after" && leaf.op !== "before") return NEVER;
    return wanted === "possible" ? ALWAYS : NEVER;
  });
  return bound.text !== NEVER.text;
}

function boundOf(node: QueryNode, bound: Bound, leafBound: LeafBound): SqlCondition {
  switch (node.op) {
    case "and":
      return allOf(node.children.map((child) => boundOf(child, bound, leafBound)));
    case "or":
      return anyOf(node.children.map((child) => boundOf(child, bound, leafBound)));
    case "not":
      // What is not certain of a flow is what its opposite may be.
      return notOf(boundOf(node.child, bound === "possible" ? "certain" : "possible", leafBound));
    default:
      return leafBound(node, bound);
  }
}

function connBound(leaf: PacketLeaf, bound: Bound, conn: LogSchema): SqlCondition {
  switch (leaf.op) {
    case "address":
      return addressBound(leaf, bound, conn);
    case "port": {
      const either = flowCondition({ ...leaf, side: "any" }, conn) ?? ALWAYS;
      if (bound === "possible") return either;
      // Port 0 also stands for ports that were not captured, and a side changes with the direction.
      return leaf.side === "any" && leaf.first > 0 ? either : NEVER;
    }
    case "protocol": {
      const named = protocolCondition(leaf.number, conn) ?? ALWAYS;
      if (bound === "possible") return named;
      const isExact = conn.fields.some((field) => field.name === "ip_proto");
      return isExact || leaf.number === 6 || leaf.number === 17 ? named : NEVER;
    }
    case "vlan":
      // A flow keeps the tags of its first packet, and a mirror port may tag one way only: every flow
      // is looked into, because a tagged packet that is not found costs more than the time.
      return bound === "possible" ? ALWAYS : NEVER;
    case "after":
    case "before":
      return timeBound(leaf, bound, conn);
  }
}

function addressBound(
  leaf: PacketLeaf & { op: "address" },
  bound: Bound,
  conn: LogSchema,
): SqlCondition {
  const ends = [inNetwork("id.orig_h", leaf.network), inNetwork("id.resp_h", leaf.network)];
  if (bound === "possible" && conn.fields.some(({ name }) => name === "outer_orig_h")) {
    // The packets of a flow inside a tunnel are that tunnel's packets too.
    ends.push(inNetwork("outer_orig_h", leaf.network), inNetwork("outer_resp_h", leaf.network));
  }
  return bound === "certain" && leaf.side !== "any" ? allOf(ends) : anyOf(ends);
}

function timeBound(
  leaf: PacketLeaf & { op: "after" | "before" },
  bound: Bound,
  conn: LogSchema,
): SqlCondition {
  const at = toNanoseconds(leaf.time);
  if (bound === "possible") {
    return leaf.op === "after"
      ? (timeCondition(">=", at - TIME_SLACK_NANOSECONDS, conn) ?? ALWAYS)
      : (timeCondition("<=", at + TIME_SLACK_NANOSECONDS, conn) ?? ALWAYS);
  }
  return leaf.op === "after"
    ? sql('"ts" >= ?::BIGINT', at + TIME_SLACK_NANOSECONDS)
    : sql(`${endOf(conn)} <= ?::BIGINT`, at - TIME_SLACK_NANOSECONDS);
}

/** Residue rows are one address pair and protocol without ports or times; 255 = no protocol. */
function residueBound(leaf: PacketLeaf, bound: Bound): SqlCondition {
  const isPossible = bound === "possible";
  switch (leaf.op) {
    case "address": {
      const network = (name: string) => inNetwork(name, leaf.network);
      const ends = [network("orig_h"), network("resp_h")];
      return !isPossible && leaf.side !== "any" ? allOf(ends) : anyOf(ends);
    }
    case "port":
      return isPossible ? sql('"proto" IN (6, 17)') : NEVER;
    case "protocol":
      if (!isPossible && leaf.number === 255) return NEVER;
      return sql('"proto" = ?::UTINYINT', leaf.number);
    case "vlan":
      // Only the outer tag of the first packet is kept, so nothing is excluded by it.
      return isPossible ? ALWAYS : NEVER;
    case "after":
    case "before":
      return isPossible ? ALWAYS : NEVER;
  }
}
