import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import {
  expectAnyBytesHarmless,
  expectSameHoweverCut,
} from "../../../../test/support/stream-facts.ts";
import { createLimit, type Limit } from "../../base/index.ts";
import { redis } from "./index.ts";

const bytes = (value: string): Uint8Array => Buffer.from(value);
const command = (...words: string[]): Piece => [
  0,
  bytes(`*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`),
];
const reply = (value: string): Piece => [1, bytes(`${value}\r\n`)];
const rowsOf = (pieces: readonly Piece[]) =>
  talk(redis, pieces)
    .rows("redis")
    .map(({ ts, ts_ns, uid, community_id, ...row }) => row);

test("each command has its key, its value and its reply", () => {
  const out = talk(redis, [
    command("SET", "k", "v"),
    reply("+OK"),
    command("GET", "k"),
    reply("$1\r\nv"),
  ]);
  expect(out.services).toEqual(["redis"]);
  expect(out.rows("redis")).toEqual([
    expect.objectContaining({
      "cmd.name": "SET",
      "cmd.key": "k",
      "cmd.value": "v",
      success: true,
      "reply.value": "OK",
    }),
    expect.objectContaining({ "cmd.name": "GET", "cmd.key": "k", "reply.value": "v" }),
  ]);
});

test("lists, maps and sets are written with brackets, attributes are left out", () => {
  const text = (value: string) =>
    talk(redis, [command("X"), reply(value)]).rows("redis")[0]?.["reply.value"];
  expect(text("*3\r\n:1\r\n$-1\r\n*0")).toBe("[1, , []]");
  expect(text("%1\r\n+a\r\n~2\r\n#t\r\n_")).toBe("{a: (T, null)}");
  expect(text("|1\r\n+ttl\r\n:9\r\n*1\r\n,1.5")).toBe("[1.5]");
  expect(text(`$300\r\n${"x".repeat(300)}`)).toBe("x".repeat(250));
});

test("an error is no success, and what a server pushes answers nothing", () => {
  const out = talk(redis, [
    command("AUTH", "secret"),
    reply(">2\r\n+message\r\n+hello"),
    reply("-ERR wrong"),
  ]);
  expect(out.rows("redis")).toEqual([
    expect.objectContaining({ "cmd.name": "AUTH", success: false, "reply.value": "ERR wrong" }),
  ]);
  expect(JSON.stringify(out.rows("redis"))).not.toContain("secret");
});

test("commands whose reply was switched off are passed over", () => {
  const rows = talk(redis, [
    command("PING"),
    reply("+PONG"),
    command("CLIENT", "REPLY", "SKIP"),
    command("PING"),
    command("GET", "k"),
    reply("$1\r\nv"),
  ]).rows("redis");
  expect(rows.map((row) => [row["cmd.name"], row["reply.value"]])).toEqual([
    ["PING", "PONG"],
    ["CLIENT", undefined],
    ["PING", undefined],
    ["GET", "v"],
  ]);
});

test("a command on a line of its own keeps its quotes", () => {
  const rows = talk(redis, [[0, bytes("set k 'a b'\r\n")], reply("+OK")]).rows("redis");
  expect(rows[0]).toMatchObject({ "cmd.key": "k", "cmd.value": "'a b'" });
});

test("whole, byte by byte and however cut, the same rows", () => {
  const pieces = [
    command("SET", "k", "v".repeat(300)),
    reply("+OK"),
    command("HGETALL", "h"),
    reply("%2\r\n+a\r\n:1\r\n+b\r\n$2\r\nxy"),
  ];
  expect(rowsOf(pieces)).toHaveLength(2);
  expectSameHoweverCut(pieces, rowsOf, { pieceBytesMax: 80 });
});

test("deep lists, endless lines and any bytes end the reading without harm", () => {
  expect(talk(redis, [command("X"), [1, bytes("*1\r\n".repeat(30))]]).rejected).toBe("not RESP");
  expect(talk(redis, [command("X"), [1, bytes(`+${"x".repeat(70_000)}`)]]).rejected).toBe(
    "not RESP",
  );
  expectAnyBytesHarmless(redis, [command("X")]);
});

test("a limit that is reached is counted, and what was asked before has its row", () => {
  const limits = new Map<string, Limit>();
  const limit = (name: string, maximum: number): Limit => {
    const one = createLimit(name, maximum);
    limits.set(name, one);
    return one;
  };
  const opening = [command("PING"), reply("+PONG"), command("KEYS", "*")];
  const many = talk(redis, [...opening, reply("*20001")], { services: { limit } });
  expect(many.rejected).toBe("not RESP");
  expect(many.rows("redis").map((row) => row["cmd.name"])).toEqual(["PING", "KEYS"]);
  expect(limits.get("redis.elements")!.reached).toBe(1);
  talk(redis, [...opening, [1, bytes(`+${"x".repeat(70_000)}`)]], { services: { limit } });
  expect(limits.get("redis.lineBytes")!.reached).toBe(1);
});
