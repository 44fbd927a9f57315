import { expect, test } from "vitest";
import { type Piece, splitPieces, talk } from "../../../../test/support/conversation.ts";
import { growthOf } from "../../../../test/support/counted-steps.ts";
import {
  expectAnyBytesHarmless,
  expectSameHoweverCut,
} from "../../../../test/support/stream-facts.ts";
import { mqtt } from "./index.ts";

const string = (what: string): number[] => [
  what.length >> 8,
  what.length & 255,
  ...Buffer.from(what),
];
function packet(type: number, flags: number, body: readonly number[]): Uint8Array {
  const length: number[] = [];
  let rest = body.length;
  do {
    const byte = rest & 127;
    rest >>= 7;
    length.push(rest > 0 ? byte | 128 : byte);
  } while (rest > 0);
  return Uint8Array.from([(type << 4) | flags, ...length, ...body]);
}
const connect = packet(1, 0, [
  ...[...string("MQTT"), 4, 0xc4, 0, 60],
  ...[...string("meter-7"), ...string("gone"), ...string("bye")],
  ...[...string("anna"), ...string("secret")],
]);
const long = "x".repeat(300);
const dialogue: Piece[] = [
  [0, connect],
  [1, packet(2, 0, [0, 0])],
  [0, packet(8, 2, [0, 1, ...string("a/#"), 1, ...string("b"), 2])],
  [1, packet(9, 0, [0, 1, 1, 2])],
  [0, packet(3, 0, [...string("a/b"), ...Buffer.from("21.5")])],
  [1, packet(3, 0b0011, [...string("a/c"), 0, 7, ...Buffer.from(long)])],
  [0, packet(4, 0, [0, 7])],
  [0, packet(3, 0b0100, [...string("b"), 0, 8, 1])],
  [1, packet(5, 0, [0, 8])],
  [0, packet(6, 2, [0, 8])],
  [1, packet(7, 0, [0, 8])],
  [0, packet(10, 2, [0, 9, ...string("a/#")])],
  [1, packet(11, 0, [0, 9])],
  [0, packet(12, 0, [])],
  [0, packet(3, 0b0010, [...string("lost"), 0, 10])],
];
const LOGS = ["mqtt_connect", "mqtt_subscribe", "mqtt_publish"];
const rowsOf = (pieces: readonly Piece[]) => {
  const outcome = talk(mqtt, pieces);
  return LOGS.map((log) => outcome.rows(log).map((row) => ({ ...row, ts: 0, ts_ns: 0 })));
};

test("a client's name, its will and the server's answer are a row; its password is nowhere", () => {
  const outcome = talk(mqtt, dialogue);
  expect(outcome.services).toEqual(["mqtt"]);
  expect(outcome.rows("mqtt_connect")).toMatchObject([
    {
      proto_name: "MQTT",
      proto_version: "3.1.1",
      client_id: "meter-7",
      connect_status: "Connection Accepted",
      will_topic: "gone",
      will_payload: "bye",
      username: "anna",
    },
  ]);
  expect(JSON.stringify(rowsOf(dialogue))).not.toContain("secret");
});

test("a message is written when it is acknowledged as its level asks, or at the end", () => {
  const rows = talk(mqtt, dialogue).rows("mqtt_publish");
  expect(rows).toMatchObject([
    { from_client: true, retain: false, qos: "at most once", status: "ok", payload: "21.5" },
    { from_client: false, retain: true, qos: "at least once", status: "ok", payload_len: 300 },
    { topic: "b", qos: "exactly once", status: "ok", payload: "\x01" },
    { topic: "lost", status: "incomplete_qos", payload_len: 0 },
  ]);
  expect(rows[1]!["payload"]).toBe("x".repeat(100));
});

test("subscriptions have their topics, what was asked and what was granted", () => {
  expect(talk(mqtt, dialogue).rows("mqtt_subscribe")).toMatchObject([
    {
      action: "MQTT::SUBSCRIBE",
      topics: ["a/#", "b"],
      qos_levels: [1, 2],
      granted_qos_level: 1,
      ack: true,
    },
    { action: "MQTT::UNSUBSCRIBE", topics: ["a/#"], ack: true },
  ]);
});

test("properties of version 5 are passed over", () => {
  const properties = [3, 0x21, 0, 20];
  const outcome = talk(mqtt, [
    [0, packet(1, 0, [...string("MQTT"), 5, 2, 0, 60, ...properties, ...string("five")])],
    [1, packet(2, 0, [0, 0x87, 0])],
    [0, packet(3, 0, [...string("t"), 2, 1, 1, ...Buffer.from("v")])],
  ]);
  expect(outcome.rows("mqtt_connect")).toMatchObject([
    { proto_version: "5.0", client_id: "five", connect_status: "unknown-return-code-135" },
  ]);
  expect(outcome.rows("mqtt_publish")).toMatchObject([{ topic: "t", payload: "v" }]);
});

test("it is known by its CONNECT, and by nothing less", () => {
  const { recognises } = mqtt;
  expect(recognises!(connect, 0, "tcp")).toBe("yes");
  expect(recognises!(connect.subarray(0, 7), 0, "tcp")).toBe("more");
  expect(recognises!(connect, 1, "tcp")).toBe("no");
  expect(recognises!(packet(1, 0, string("HTTP")), 0, "tcp")).toBe("no");
  expect(talk(mqtt, [[0, Buffer.from("GET / HTTP/1.1\r\n")]]).rejected).toBeDefined();
});

test("messages too long to be held are read at their beginning and passed over", () => {
  const big = packet(3, 0, [...string("big"), ...new Uint8Array(200_000)]);
  const pieces: Piece[] = [dialogue[0]!, [0, big], dialogue[4]!];
  const outcome = talk(
    mqtt,
    splitPieces(pieces, () => 1460),
  );
  expect(outcome.rows("mqtt_publish")).toMatchObject([
    { topic: "big", payload_len: 200_000 },
    { topic: "a/b" },
  ]);
});

test("whole, byte by byte and however cut, the same rows", () => {
  expectSameHoweverCut(dialogue, rowsOf, { pieceBytesMax: 40 });
});

test("messages that nobody acknowledges cost no more than their number", () => {
  const work = (count: number) => () => {
    const pieces = Array.from(
      { length: count },
      (_, n): Piece => [0, packet(3, 2, [...string("t"), n >> 8, n & 255])],
    );
    expect(talk(mqtt, [dialogue[0]!, ...pieces]).rows("mqtt_publish").length).toBe(count);
  };
  expect(growthOf(work, 4_000)).toBeLessThanOrEqual(2.3);
});

test("any bytes whatever do no harm", () => {
  expectAnyBytesHarmless(mqtt, dialogue);
});
