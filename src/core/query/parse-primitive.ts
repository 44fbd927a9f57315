import type { QueryNode, QueryTime, Side } from "./query-tree.ts";
import type { QueryFault, TokenStream } from "./token-stream.ts";
import type { Token } from "./tokens.ts";
import { readDuration, readMaskedNetwork, readNetwork, readTime, TIME_HINT } from "./values.ts";

type Parsed = QueryNode | QueryFault;

/** Names of IP protocols that may be written for their numbers (IANA). */
export const PROTOCOL_NUMBERS: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  gre: 47,
  esp: 50,
  ah: 51,
  icmp6: 58,
  ospf: 89,
  pim: 103,
  vrrp: 112,
  l2tp: 115,
  sctp: 132,
};

/** Words that begin a condition on packets: Stenographer's, and a few more. */
export const PRIMITIVES: readonly string[] = [
  "host",
  "net",
  "port",
  "src",
  "dst",
  "ip",
  "icmp",
  "icmp6",
  "tcp",
  "udp",
  "vlan",
  "before",
  "after",
  "between",
];

export function isPrimitive(word: string): boolean {
  return PRIMITIVES.includes(word);
}

/** Reads one condition that begins with a word of `PRIMITIVES`. */
export function parsePrimitive(stream: TokenStream, now: QueryTime): Parsed {
  const word = stream.next();
  switch (word.text) {
    case "icmp":
    case "icmp6":
    case "tcp":
    case "udp":
      return { op: "protocol", number: PROTOCOL_NUMBERS[word.text]! };
    case "ip":
      return parseProtocol(stream);
    case "vlan":
      return parseVlan(stream);
    case "before":
    case "after": {
      const time = parseTime(stream, now);
      return "error" in time ? time : { op: word.text, time };
    }
    case "between":
      return parseBetween(stream, now);
    case "src":
    case "dst":
      return parseSided(stream, word.text);
    default:
      return parseEndpoint(stream, word, "any");
  }
}

function parseSided(stream: TokenStream, side: Side): Parsed {
  const word = stream.peek();
  if (word.text === "host" || word.text === "net" || word.text === "port") {
    return parseEndpoint(stream, stream.next(), side);
  }
  return stream.fault(
    `${side} says nothing alone`,
    `write ${side} host, ${side} net or ${side} port`,
  );
}

function parseEndpoint(stream: TokenStream, word: Token, side: Side): Parsed {
  if (word.text === "port") return parsePort(stream, side);
  const token = stream.next();
  if (word.text === "host") {
    const network = token.text.includes("/") ? undefined : readNetwork(token.text);
    if (network !== undefined) return { op: "address", side, network };
    const hint = token.text.includes("/")
      ? `write net ${token.text}`
      : "write an IPv4 or IPv6 address; names are not looked up";
    return stream.faultAt(token, named(token, "an address"), hint);
  }
  if (stream.peek().text === "mask") {
    stream.next();
    const mask = stream.next();
    const network = readMaskedNetwork(token.text, mask.text);
    if (network !== undefined) return { op: "address", side, network };
    return stream.faultAt(mask, named(mask, "a mask"), "write net 10.0.0.0 mask 255.0.0.0");
  }
  const network = readNetwork(token.text);
  if (network === undefined || !token.text.includes("/")) {
    return stream.faultAt(token, named(token, "a network"), "write net 10.0.0.0/8");
  }
  return { op: "address", side, network };
}

function parsePort(stream: TokenStream, side: Side): Parsed {
  const token = stream.next();
  const parts = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(token.text);
  const first = Number(parts?.[1]);
  const last = Number(parts?.[2] ?? parts?.[1]);
  if (parts === null || first > 65_535 || last > 65_535) {
    const hint = "write port 443 or port 8000-8999; ports go up to 65535";
    return stream.faultAt(token, named(token, "a port"), hint);
  }
  if (first > last) {
    return stream.faultAt(token, "the range runs backwards", `write port ${last}-${first}`);
  }
  return { op: "port", side, first, last };
}

function parseProtocol(stream: TokenStream): Parsed {
  if (stream.peek().text !== "proto") {
    return stream.fault("ip says nothing alone", "write ip proto 47 or ip proto gre");
  }
  stream.next();
  const token = stream.next();
  const known = Object.hasOwn(PROTOCOL_NUMBERS, token.text)
    ? PROTOCOL_NUMBERS[token.text]
    : undefined;
  const number = known ?? (/^\d{1,3}$/.test(token.text) ? Number(token.text) : -1);
  if (number < 0 || number > 255) {
    const hint = `write a number up to 255 or one of ${Object.keys(PROTOCOL_NUMBERS).join(", ")}`;
    return stream.faultAt(token, named(token, "an IP protocol"), hint);
  }
  return { op: "protocol", number };
}

function parseVlan(stream: TokenStream): Parsed {
  const token = stream.peek();
  if (token.kind !== "word" || !/^\d/.test(token.text)) return { op: "vlan", id: undefined };
  stream.next();
  const id = /^\d{1,4}$/.test(token.text) ? Number(token.text) : 4096;
  if (id <= 4095) return { op: "vlan", id };
  return stream.faultAt(token, named(token, "a VLAN"), "VLANs are numbered 0 to 4095");
}

function parseBetween(stream: TokenStream, now: QueryTime): Parsed {
  const from = parseTime(stream, now);
  if ("error" in from) return from;
  if (stream.peek().text !== "and") {
    return stream.fault("between wants two times", "write between 3h ago and 2h ago");
  }
  stream.next();
  const toToken = stream.peek();
  const to = parseTime(stream, now);
  if ("error" in to) return to;
  if (
    to.seconds < from.seconds ||
    (to.seconds === from.seconds && to.nanoseconds < from.nanoseconds)
  ) {
    return stream.faultAt(
      toToken,
      "the second time is before the first",
      "write the earlier time first",
    );
  }
  return {
    op: "and",
    children: [
      { op: "after", time: from },
      { op: "before", time: to },
    ],
  };
}

function parseTime(stream: TokenStream, now: QueryTime): QueryTime | QueryFault {
  const token = stream.next();
  const isRelative = readDuration(token.text) !== undefined;
  if (isRelative) {
    if (stream.peek().text !== "ago") {
      return stream.fault("a duration is not a time", `write ${token.text} ago`);
    }
    stream.next();
  }
  const time = readTime(token.text, now);
  if (time !== undefined) return time;
  const missesZone = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/.test(token.text);
  const hint = missesZone ? `write ${token.text}Z for UTC` : TIME_HINT;
  return stream.faultAt(token, named(token, "a time"), hint);
}

function named(token: Token, what: string): string {
  return token.kind === "end" ? `${what} is missing` : `"${token.text}" is not ${what}`;
}
