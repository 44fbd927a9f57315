import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createDecodedPacket, type DecodedPacket } from "../packet/index.ts";
import {
  compilePackets,
  compileRows,
  parseQuery,
  type QueryNode,
  type SqlCondition,
} from "./index.ts";
import { queryLogs } from "./testdata/query-logs.ts";

const scope = { logs: queryLogs, now: { seconds: 1_800_000_000, nanoseconds: 0 } };
const conn = queryLogs[0]!;

function parse(text: string): QueryNode {
  const result = parseQuery(text, scope);
  if (result.status === "error") throw new Error(`${text}: ${result.error.message}`);
  return result.query;
}

interface Flow {
  uid: number;
  /** Last byte of 10.0.0.x. */
  hosts: [number, number];
  ports: [number, number];
  protocol: 6 | 17 | 1;
  startSeconds: number;
  durationSeconds: number | undefined;
  bytes: number | undefined;
  history: string | undefined;
  state: number;
  vlan: number | undefined;
  query: string | undefined;
}

const COLUMNS = `ts BIGINT, uid UBIGINT, id_orig_h_hi UBIGINT, id_orig_h_lo UBIGINT, id_orig_p USMALLINT,
  id_resp_h_hi UBIGINT, id_resp_h_lo UBIGINT, id_resp_p USMALLINT`;

async function openDatabase() {
  const database = await (await DuckDBInstance.create(":memory:")).connect();
  await database.run(`CREATE TABLE conn (${COLUMNS}, proto UTINYINT, service UBIGINT, duration BIGINT,
    orig_bytes UBIGINT, orig_pkts UINTEGER, conn_state UTINYINT, history UINTEGER,
    local_orig UTINYINT, vlan USMALLINT, inner_vlan USMALLINT, community_id UBIGINT)`);
  await database.run(`CREATE TABLE dns (${COLUMNS}, query VARCHAR, rcode UBIGINT)`);
  await database.run("CREATE TABLE pe (ts BIGINT, machine VARCHAR)");
  await database.run("CREATE TABLE dictionary (number UINTEGER, text VARCHAR)");
  await database.run("INSERT INTO dictionary VALUES (1, 'ShAdDaFf'), (2, 'Dd'), (3, '^c')");
  await database.run(
    "CREATE TABLE residue (flow UBIGINT, orig_h_hi UBIGINT, orig_h_lo UBIGINT, resp_h_hi UBIGINT, resp_h_lo UBIGINT, proto UTINYINT, vlan USMALLINT)",
  );
  return database;
}

type Database = Awaited<ReturnType<typeof openDatabase>>;

const HISTORIES = ["ShAdDaFf", "Dd", "^c"];
const address = (host: number) => 0xffff_0a000000n + BigInt(host);
const literal = (value: unknown) => (value === undefined ? "NULL" : String(value));

async function insert(database: Database, flows: readonly Flow[]): Promise<void> {
  await database.run("DELETE FROM conn");
  await database.run("DELETE FROM dns");
  for (const flow of flows) {
    const identity = [
      BigInt(flow.startSeconds) * 1_000_000_000n,
      flow.uid,
      0,
      address(flow.hosts[0]),
      flow.ports[0],
      0,
      address(flow.hosts[1]),
      flow.ports[1],
    ].join();
    const duration = flow.durationSeconds && BigInt(flow.durationSeconds) * 1_000_000_000n;
    const history = flow.history && HISTORIES.indexOf(flow.history) + 1;
    const proto = flow.protocol === 6 ? 0 : flow.protocol === 17 ? 1 : 2;
    await database.run(
      `INSERT INTO conn VALUES (${identity},${proto},NULL,${literal(duration)},${literal(flow.bytes)},1,${flow.state},${literal(history)},1,${literal(flow.vlan)},NULL,7)`,
    );
    if (flow.query !== undefined) {
      await database.run(`INSERT INTO dns VALUES (${identity},'${flow.query}',0)`);
    }
  }
}

async function select(database: Database, what: string, conditions: readonly SqlCondition[]) {
  const parameters = conditions.flatMap((one) => one.parameters);
  const reader = await database.runAndReadAll(what, [...parameters]);
  return reader.getRows();
}

async function uidsWhere(database: Database, table: string, condition: SqlCondition) {
  const rows = await select(
    database,
    `SELECT uid FROM ${table} WHERE ${condition.text} ORDER BY uid`,
    [condition],
  );
  return rows.map(([uid]) => Number(uid));
}

/** What the query means for a packet of a flow, read straight off the tree. */
function means(node: QueryNode, packet: DecodedPacket, seconds: number, flow: Flow): boolean {
  switch (node.op) {
    case "and":
      return node.children.every((child) => means(child, packet, seconds, flow));
    case "or":
      return node.children.some((child) => means(child, packet, seconds, flow));
    case "not":
      return !means(node.child, packet, seconds, flow);
    case "address": {
      const shift = 128 - node.network.prefixBits;
      const inside = (word: number) => word >>> shift === node.network.words[3] >>> shift;
      const [from, to] = [inside(packet.src3), inside(packet.dst3)];
      return node.side === "any" ? from || to : node.side === "src" ? from : to;
    }
    case "port": {
      if (flow.protocol === 1) return false;
      const inside = (port: number) => port >= node.first && port <= node.last;
      const [from, to] = [inside(packet.sourcePort), inside(packet.destinationPort)];
      return node.side === "any" ? from || to : node.side === "src" ? from : to;
    }
    case "protocol":
      return flow.protocol === node.number;
    case "vlan":
      return node.id === undefined ? flow.vlan !== undefined : flow.vlan === node.id;
    case "after":
      return seconds >= node.time.seconds;
    case "before":
      return seconds <= node.time.seconds;
    case "exists":
      return flow.bytes !== undefined;
    case "matches":
      return node.field.log === "dns"
        ? /evil/.test(flow.query ?? "")
        : /^S/.test(flow.history ?? "");
    case "compare":
      return flow.bytes !== undefined && flow.bytes > 500;
    case "in":
      return flow.state === 0 || flow.state === 3;
  }
}

const LEAVES = [
  "host 10.0.0.1",
  "src host 10.0.0.2",
  "dst host 10.0.0.1",
  "net 10.0.0.2/31",
  "port 80",
  "src port 80",
  "dst port 50-60",
  "tcp",
  "icmp",
  "ip proto 17",
  "vlan",
  "vlan 12",
  "after 1970-01-01T01:00:00Z",
  "before 1970-01-01T00:40:00Z",
  "has conn.orig_bytes",
  "conn.orig_bytes > 500",
  "conn.conn_state in {S0, REJ}",
  'conn.history ~ "^S"',
  'dns.query ~ "evil"',
];

const { text: queryText } = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(...LEAVES),
    tie("text").map((one) => `not (${one})`),
    fc
      .tuple(tie("text"), fc.constantFrom("and", "or"), tie("text"))
      .map(([a, join, b]) => `(${a}) ${join} (${b})`),
  ),
}));

const host = fc.integer({ min: 1, max: 4 });
const port = fc.constantFrom(80, 55, 4000);
const flowArbitrary = (uid: number): fc.Arbitrary<Flow> =>
  fc.record({
    uid: fc.constant(uid),
    hosts: fc.tuple(host, host),
    ports: fc.tuple(port, port),
    protocol: fc.constantFrom(6, 17, 1),
    startSeconds: fc.integer({ min: 0, max: 7200 }),
    durationSeconds: fc.option(fc.integer({ min: 1, max: 3000 }), { nil: undefined }),
    bytes: fc.constantFrom(undefined, 100, 1000),
    history: fc.constantFrom(undefined, ...HISTORIES),
    state: fc.integer({ min: 0, max: 3 }),
    vlan: fc.constantFrom(undefined, 12, 13),
    query: fc.constantFrom(undefined, "evil.com", "good.org"),
  });

function packetsOf(flow: Flow): { packet: DecodedPacket; seconds: number }[] {
  const end = flow.startSeconds + (flow.durationSeconds ?? 0);
  return [flow.startSeconds, end].flatMap((seconds) =>
    [0, 1].map((turn) => {
      const packet = createDecodedPacket();
      const hasPorts = flow.protocol !== 1;
      Object.assign(packet, {
        ipVersion: 4,
        src0: 0,
        src1: 0,
        src2: 0xffff,
        src3: 0x0a000000 + flow.hosts[turn]!,
        dst0: 0,
        dst1: 0,
        dst2: 0xffff,
        dst3: 0x0a000000 + flow.hosts[1 - turn]!,
        protocol: flow.protocol,
        hasPorts,
        sourcePort: hasPorts ? flow.ports[turn] : 0,
        destinationPort: hasPorts ? flow.ports[1 - turn] : 0,
        outerVlan: flow.vlan ?? -1,
      });
      return { packet, seconds };
    }),
  );
}

test("a packet matches as the tree says, and its flow is always a candidate", async () => {
  const database = await openDatabase();
  const flows = fc.tuple(...[1, 2, 3, 4, 5, 6].map(flowArbitrary));
  await fc.assert(
    fc.asyncProperty(
      flows,
      fc.array(queryText, { minLength: 8, maxLength: 8 }),
      async (all, texts) => {
        await insert(database, all);
        for (const text of texts) {
          const query = parse(text);
          const plan = compilePackets(query, queryLogs);
          const candidates = new Set(await uidsWhere(database, "conn", plan.candidates));
          const columns = ["uid", ...plan.leaves.map((leaf) => leaf.text)].join();
          const rows = await select(database, `SELECT ${columns} FROM conn`, plan.leaves);
          const truths = new Map(
            rows.map(([uid, ...leaves]) => [Number(uid), leaves as boolean[]]),
          );
          for (const flow of all) {
            for (const { packet, seconds } of packetsOf(flow)) {
              const expected = means(query, packet, seconds, flow);
              const layers = { some: (test: (one: DecodedPacket) => boolean) => test(packet) };
              expect(plan.matches(layers, seconds, 0, truths.get(flow.uid)!), text).toBe(expected);
              if (expected) expect(candidates, text).toContain(flow.uid);
            }
          }
          await select(database, `SELECT flow FROM residue WHERE ${plan.residue.text}`, [
            plan.residue,
          ]);
          for (const log of queryLogs) {
            const rowsOf = compileRows(query, { log, logs: queryLogs });
            await select(database, `SELECT count(*) FROM ${log.name} WHERE ${rowsOf.text}`, [
              rowsOf,
            ]);
          }
        }
      },
    ),
    { numRuns: 30, seed: 5 },
  );
});

test.each([
  ["host 10.0.0.1", [1, 3]],
  ["src host 10.0.0.1", [1]],
  ["not host 10.0.0.1", [2]],
  ["port 80", [1]],
  ["icmp", [2]],
  ["after 1970-01-01T00:01:50Z", [2, 3]],
  ["before 1970-01-01T00:01:40Z", [1]],
  ["conn.orig_bytes != 100", [2]],
  ["not conn.orig_bytes == 100", [2, 3]],
  ["conn.history == ShAdDaFf", [1]],
  ["conn.history ~ *d*", [1, 2]],
  ['conn.conn_state ~ "^S"', [1, 2]],
  ["conn.duration >= 5s", [1]],
  ["id.orig_h == 10.0.0.0/31", [1]],
  ["id.orig_h == ::/0", [1, 2, 3]],
  ["dns.query == evil.com", [1]],
  ["conn.vlan in {10-12}", [3]],
  ["uid == C3", [3]],
  ["has conn.service", []],
])("rows of conn for %s", async (text, uids) => {
  const database = await openDatabase();
  const flow = { ports: [1000, 80], protocol: 6, vlan: undefined, query: undefined } as const;
  await insert(database, [
    {
      ...flow,
      uid: 1,
      hosts: [1, 2],
      ports: [1000, 80],
      startSeconds: 100,
      durationSeconds: 5,
      bytes: 100,
      history: "ShAdDaFf",
      state: 0,
      query: "evil.com",
    },
    {
      ...flow,
      uid: 2,
      hosts: [3, 4],
      ports: [8, 0],
      protocol: 1,
      startSeconds: 120,
      durationSeconds: 2,
      bytes: 200,
      history: "Dd",
      state: 1,
    },
    {
      ...flow,
      uid: 3,
      hosts: [2, 1],
      ports: [5, 6],
      protocol: 17,
      startSeconds: 130,
      durationSeconds: undefined,
      bytes: undefined,
      history: undefined,
      state: 3,
      vlan: 12,
    },
  ]);
  expect(
    await uidsWhere(database, "conn", compileRows(parse(text), { log: conn, logs: queryLogs })),
  ).toEqual(uids);
});

test("values are bound, never written into the SQL", () => {
  const text = `'); DROP TABLE conn; --`;
  const { candidates } = compilePackets(parse(`conn.history == "${text}"`), queryLogs);
  expect(candidates.text).not.toContain("DROP");
  expect(candidates.parameters).toEqual([text]);
});

test("the plan knows the times outside of which nothing matches, and whether non-IP may match", () => {
  const plan = (query: string) => compilePackets(parse(query), queryLogs);
  const both = plan("after 1970-01-01T00:00:09Z and before 1970-01-01T00:00:20Z and tcp");
  expect(both.timeRange).toEqual({
    from: { seconds: 9, nanoseconds: 0 },
    to: { seconds: 20, nanoseconds: 0 },
  });
  expect(plan("after 1970-01-01T00:00:09Z or tcp").timeRange).toEqual({});
  expect(plan("host 10.0.0.1").matchesNonIp).toBe(false);
  expect(plan("not host 10.0.0.1").matchesNonIp).toBe(true);
  expect(plan("vlan 3").matchesNonIp).toBe(true);
  expect(plan("vlan 3 and tcp").matchesNonIp).toBe(false);
});
