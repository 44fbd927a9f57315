import fc from "fast-check";
import { expect, test } from "vitest";
import { formatQuery, parseQuery, queryHelp } from "./index.ts";
import { QUERY_DEPTH_MAX, type QueryNode, type QueryValue } from "./query-tree.ts";
import { queryLogs } from "./testdata/query-logs.ts";

const now = { seconds: 1_800_000_000, nanoseconds: 5 };
const scope = { logs: queryLogs, now };

function canonical(text: string): string {
  const result = parseQuery(text, scope);
  if (result.status === "error") throw new Error(`${text}: ${JSON.stringify(result.error)}`);
  return formatQuery(result.query);
}

test.each([
  ["host 10.0.0.1", "host 10.0.0.1"],
  ["host 2001:DB8::1", "host 2001:db8::1"],
  ["net 10.1.2.3/8", "net 10.0.0.0/8"],
  ["net 10.1.2.3 mask 255.255.0.0", "net 10.1.0.0/16"],
  ["net 2001:db8::/33", "net 2001:db8::/33"],
  ["port 80 && tcp", "port 80 and ip proto 6"],
  ["(port 1000-2000 or icmp) and ip proto gre", "(port 1000-2000 or ip proto 1) and ip proto 47"],
  ["src host 1.2.3.4 and dst port 53", "src host 1.2.3.4 and dst port 53"],
  ["not vlan", "not vlan"],
  ["!vlan 12 || udp", "not vlan 12 or ip proto 17"],
  ["after 2027-01-15T08:00:00.25+01:00", "after 2027-01-15T07:00:00.25Z"],
  ["before 3h ago", "before 2027-01-15T05:00:00.000000005Z"],
  [
    "between 2h ago and 1h ago",
    "after 2027-01-15T06:00:00.000000005Z and before 2027-01-15T07:00:00.000000005Z",
  ],
  ["conn.orig_bytes > 10MB", "conn.orig_bytes > 10000000"],
  ["conn.orig_bytes > 10kB", "conn.orig_bytes > 10000"],
  ["orig_bytes >= 1.5KiB", "conn.orig_bytes >= 1536"],
  ["uid == CAbc", "uid == CAbc"],
  ["conn.duration >= 5m", "conn.duration >= 5m"],
  ["duration < 1m30.5s", "conn.duration < 90500ms"],
  ["pe.entropy > 2.50", "pe.entropy > 2.5"],
  ["entropy == 100", "pe.entropy == 100"],
  ["id.orig_h == 10.0.0.0/8", "id.orig_h == 10.0.0.0/8"],
  ["conn.conn_state in {S0, REJ}", 'conn.conn_state in {"S0", "REJ"}'],
  ["id.resp_p in {80, 443, 8000-8999}", "id.resp_p in {80, 443, 8000-8999}"],
  ["conn.service?", "has conn.service"],
  ["has conn.service and !local_orig == T", "has conn.service and not conn.local_orig == true"],
  ['history ~ "^S"', 'conn.history ~ "^S"'],
  ["dns.query ~ *.evil.com", "dns.query ~ *.evil.com"],
  ["vlan == 5", "conn.vlan == 5"],
  [
    'community_id == "1:LQU9qZlK+B5F3KDmev6m5PMibrg="',
    'conn.community_id == "1:LQU9qZlK+B5F3KDmev6m5PMibrg="',
  ],
])("%s is read as %s", (text, expected) => {
  expect(canonical(text)).toBe(expected);
  expect(canonical(expected)).toBe(expected);
});

test.each([
  ["", 1, /empty/, /host/],
  ["host example.com", 6, /not an address/, /not looked up/],
  ["host 10.0.0.0/8", 6, /not an address/, /net 10/],
  ["hots 10.0.0.1", 1, /not a word/, /did you mean host/],
  ["port 70000", 6, /not a port/, /65535/],
  ["port 90-80", 6, /backwards/, /80-90/],
  ["conn.orig_byte > 5", 1, /no log has/, /conn\.orig_bytes/],
  ["conn.conn_state == XX", 20, /never "XX"/, /S0, S1, SF, REJ/],
  ["conn.history > 5", 14, /no order/, /==/],
  ["host 1.1.1.1 port 80", 14, /without a word/, /and or or/],
  ["(host 1.1.1.1", 14, /not closed/, /column 1/],
  ["host 1.1.1.1)", 13, /nothing is open/, /\)/],
  ["after 2027-01-15T07:00:00", 7, /not a time/, /00Z/],
  ["after 3h", 9, /duration/, /3h ago/],
  ["between 1h ago and 2h ago", 20, /before the first/, /earlier/],
  ['dns.query == "x', 14, /not closed/, /"/],
  ['dns.query ~ "(?=x)"', 13, /look-around/, /RE2/],
  ['dns.query ~ "("', 13, /./, /RE2/],
  ["src 10.0.0.1", 5, /alone/, /src host/],
  ["net 10.0.0.0 mask 255.0.255.0", 19, /mask/, /255/],
  ["host 1.1.1.1 ; x", 14, /means nothing/, /quotes/],
])("%s is refused at column %i", (text, column, message, hint) => {
  const result = parseQuery(text, scope);
  if (result.status === "ok") throw new Error(`accepted as ${formatQuery(result.query)}`);
  expect(result.error.column).toBe(column);
  expect(result.error.message).toMatch(message);
  expect(result.error.hint).toMatch(hint);
});

test("a mix of and and or is refused with both readings", () => {
  const result = parseQuery("tcp and port 80 or udp", scope);
  if (result.status === "ok") throw new Error("accepted");
  expect(result.error.column).toBe(17);
  expect(result.error.hint).toContain("(ip proto 6 and port 80) or ip proto 17");
  expect(result.error.hint).toContain("ip proto 6 and (port 80 or ip proto 17)");
});

test("nesting has a limit", () => {
  const deep = `${"(".repeat(QUERY_DEPTH_MAX + 2)}tcp${")".repeat(QUERY_DEPTH_MAX + 2)}`;
  expect(parseQuery(deep, scope).status).toBe("error");
  expect(parseQuery("not ".repeat(2000), scope).status).toBe("error");
});

test("no text makes the parser throw", () => {
  const word = fc.constantFrom(
    ..."host net port and or not ( ) { } , == ~ ? in has between ago conn.orig_bytes 10.0.0.1 3h 80".split(
      " ",
    ),
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(word, { maxLength: 12 }).map((all) => all.join(" ")),
  );
  fc.assert(
    fc.property(text, (one) => {
      const result = parseQuery(one, scope);
      if (result.status === "ok") expect(canonical(formatQuery(result.query))).toBeTypeOf("string");
      else expect(result.error.column).toBeGreaterThan(0);
      queryHelp(one, one.length, queryLogs);
    }),
    { numRuns: 3000, seed: 3 },
  );
});

const time = fc.record({
  seconds: fc.integer({ min: 0, max: 4_000_000_000 }),
  nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
});
const word32 = fc.integer({ min: 0, max: 0xffffffff });
const network = fc.oneof(
  word32.map((d) => ({ words: [0, 0, 0xffff, d] as const, prefixBits: 128 })),
  word32.map((d) => ({ words: [0, 0, 0xffff, (d & 0xffff0000) >>> 0] as const, prefixBits: 112 })),
  fc
    .tuple(word32, word32)
    .map(([a, b]) => ({ words: [(a | 0x20000000) >>> 0, b, 0, 0] as const, prefixBits: 64 })),
);
const side = fc.constantFrom("any", "src", "dst");
const text = fc.string({ minLength: 1, maxLength: 20 });
const value = <K extends QueryValue["kind"]>(kind: K, of: object) =>
  ({ kind, ...of }) as QueryValue;
const leaf: fc.Arbitrary<QueryNode> = fc.oneof(
  fc.record({ op: fc.constant("address"), side, network }),
  fc
    .tuple(side, fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: 5000 }))
    .map(([which, first, more]) => ({ op: "port", side: which, first, last: first + more })),
  fc.record({ op: fc.constant("protocol"), number: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ op: fc.constant("vlan"), id: fc.option(fc.nat(4095), { nil: undefined }) }),
  fc.record({ op: fc.constantFrom("after", "before"), time }),
  fc.record({ op: fc.constant("exists"), field: fc.constant({ log: "conn", name: "service" }) }),
  text.map((pattern) => ({
    op: "matches",
    field: { log: "dns", name: "query" },
    style: "regex",
    pattern: pattern.replace(/[^a-z"]/g, "x"),
  })),
  fc.bigInt({ min: 0n, max: 1n << 62n }).map((nanoseconds) => ({
    op: "compare",
    field: { log: "conn", name: "duration" },
    comparison: ">=",
    value: value("duration", { nanoseconds }),
  })),
  text.map((one) => ({
    op: "compare",
    field: { log: "dns", name: "query" },
    comparison: "!=",
    value: value("text", { value: one }),
  })),
  fc.array(fc.nat(65_535), { minLength: 1, maxLength: 4 }).map((ports) => ({
    op: "in",
    field: { log: undefined, name: "id.resp_p" },
    items: ports.map((port) => ({ first: value("number", { value: BigInt(port) }) })),
  })),
) as fc.Arbitrary<QueryNode>;

const { tree } = fc.letrec<{ tree: QueryNode }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.record({ op: fc.constant("not"), child: tie("tree") }),
    fc.record({
      op: fc.constantFrom("and", "or"),
      children: fc.array(tie("tree"), { minLength: 2, maxLength: 4 }),
    }),
  ) as fc.Arbitrary<QueryNode>,
}));

test("what a tree is written as is read back as the same tree", () => {
  fc.assert(
    fc.property(tree, (query) => {
      const result = parseQuery(formatQuery(query), scope);
      expect(result).toEqual({ status: "ok", query });
    }),
    { numRuns: 2000, seed: 4 },
  );
});

test("help knows what may come next", () => {
  const texts = (query: string) => queryHelp(query, query.length, queryLogs).map((one) => one.text);
  expect(texts("ho")[0]).toBe("host");
  expect(texts("conn.orig_b")).toEqual(["conn.orig_bytes"]);
  expect(texts("conn.conn_state == ")).toEqual(["S0", "S1", "SF", "REJ"]);
  expect(texts("conn.conn_state in {S0, S")).toEqual(["S0", "S1", "SF"]);
  expect(texts("conn.orig_bytes ")).toContain(">=");
  expect(texts("host 10.0.0.1 ")).toEqual(["and", "or"]);
  expect(queryHelp("tcp and conn.serv", 17, queryLogs)[0]).toMatchObject({ column: 9, length: 9 });
});

test("a short name that logs have as different kinds means the field of the log that is asked", () => {
  const log = (name: string, kind: "text" | "count") => ({
    name,
    shown: true,
    says: "A log.",
    brief: [],
    fields: [{ name: "name", kind, says: "A name." }],
  });
  const logs = [log("weird", "text"), log("other", "count")] as unknown as typeof queryLogs;
  const scope = { logs, now };
  expect(parseQuery('name == "x"', scope).status).toBe("error");
  expect(parseQuery('name == "x"', { ...scope, asked: "weird" })).toMatchObject({
    status: "ok",
    query: { field: { log: "weird", name: "name" } },
  });
});
