import { formatUid } from "../base/index.ts";
import { formatAddress, type Network } from "../packet/index.ts";
import type { FieldReference, QueryNode, QueryTime, QueryValue, Side } from "./query-tree.ts";
import { DURATION_UNITS } from "./values.ts";

/** The canonical text of a query: `parseQuery` reads it back to the same tree. */
export function formatQuery(node: QueryNode): string {
  switch (node.op) {
    case "and":
    case "or":
      return node.children.map(formatChild).join(` ${node.op} `);
    case "not":
      return `not ${formatChild(node.child)}`;
    case "address":
      return `${formatSide(node.side)}${formatEndpoint(node.network)}`;
    case "port":
      return `${formatSide(node.side)}port ${formatRange(String(node.first), String(node.last))}`;
    case "protocol":
      return `ip proto ${node.number}`;
    case "vlan":
      return node.id === undefined ? "vlan" : `vlan ${node.id}`;
    case "after":
    case "before":
      return `${node.op} ${formatTime(node.time)}`;
    case "compare":
      return `${formatField(node.field)} ${node.comparison} ${formatValue(node.value)}`;
    case "exists":
      return `has ${formatField(node.field)}`;
    case "matches":
      return `${formatField(node.field)} ~ ${
        node.style === "glob" ? node.pattern : quote(node.pattern)
      }`;
    case "in": {
      const items = node.items.map(({ first, last }) =>
        last === undefined ? formatValue(first) : `${formatValue(first)}-${formatValue(last)}`,
      );
      return `${formatField(node.field)} in {${items.join(", ")}}`;
    }
  }
}

function formatChild(node: QueryNode): string {
  const isCompound = node.op === "and" || node.op === "or";
  return isCompound ? `(${formatQuery(node)})` : formatQuery(node);
}

function formatSide(side: Side): string {
  return side === "any" ? "" : `${side} `;
}

function formatEndpoint(network: Network): string {
  return network.prefixBits === 128
    ? `host ${formatNetwork(network)}`
    : `net ${formatNetwork(network)}`;
}

function formatNetwork({ words, prefixBits }: Network): string {
  const address = formatAddress(...words);
  if (prefixBits === 128) return address;
  const isV4 = words[0] === 0 && words[1] === 0 && words[2] === 0xffff && prefixBits >= 96;
  return `${address}/${isV4 ? prefixBits - 96 : prefixBits}`;
}

function formatRange(first: string, last: string): string {
  return first === last ? first : `${first}-${last}`;
}

function formatField({ log, name }: FieldReference): string {
  return log === undefined ? name : `${log}.${name}`;
}

function formatValue(value: QueryValue): string {
  switch (value.kind) {
    case "number":
      return value.value.toString();
    case "decimal":
      return formatDecimal(value.billionths);
    case "duration":
      return formatDuration(value.nanoseconds);
    case "time":
      return formatTime(value.time);
    case "network":
      return formatNetwork(value.network);
    case "bool":
      return String(value.value);
    case "text":
      return quote(value.value);
    case "uid":
      return formatUid(value.value);
    case "communityId":
      return quote(value.text);
  }
}

/** As `5` or `2.5`. */
function formatDecimal(billionths: bigint): string {
  const fraction = String(billionths % 1_000_000_000n)
    .padStart(9, "0")
    .replace(/0+$/, "");
  return `${billionths / 1_000_000_000n}${fraction === "" ? "" : `.${fraction}`}`;
}

/** In the largest unit that says it exactly. */
function formatDuration(nanoseconds: bigint): string {
  const unit = DURATION_UNITS.find(([, size]) => nanoseconds % size === 0n && nanoseconds >= size);
  return unit === undefined ? "0s" : `${nanoseconds / unit[1]}${unit[0]}`;
}

/** RFC 3339 in UTC with as many decimals as it takes. */
function formatTime({ seconds, nanoseconds }: QueryTime): string {
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  const fraction = String(nanoseconds).padStart(9, "0").replace(/0+$/, "");
  return fraction === "" ? `${whole}Z` : `${whole}.${fraction}Z`;
}

function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
