import type { Piece } from "../conversation.ts";
import { type BugCapture, bytesOf, client, many, numbers, overTcp, server } from "./bug-capture.ts";

const u32 = (value: number): number[] => numbers([4, value]);
const zero = (value: string): number[] => [...bytesOf(value), 0];
const pg = (kind: string, content: readonly number[], length = 4 + content.length): number[] => [
  ...bytesOf(kind),
  ...u32(length),
  ...content,
];
const startup = (): number[] => {
  const content = [...zero("user"), ...zero("ada"), 0];
  return [...u32(8 + content.length), 0, 3, 0, 0, ...content];
};
const PG_OPEN: readonly Piece[] = [
  client(startup()),
  server(pg("R", u32(0))),
  server(pg("Z", [73])),
];

function mqtt(type: number, flags: number, body: readonly number[]): number[] {
  const length: number[] = [];
  let rest = body.length;
  do {
    length.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest >>= 7;
  } while (rest > 0);
  return [(type << 4) | flags, ...length, ...body];
}
const said = (text: string): number[] => [...numbers([2, text.length]), ...bytesOf(text)];
const MQTT_OPEN: readonly Piece[] = [
  client(mqtt(1, 0, [...said("MQTT"), 4, 2, 0, 60, ...said("meter")])),
  server(mqtt(2, 0, [0, 0])),
];

const mysql = (number: number, content: readonly number[]): number[] => [
  content.length & 255,
  (content.length >> 8) & 255,
  content.length >> 16,
  number,
  ...content,
];
const empty = (length: number): number[] => Array<number>(length).fill(0);
const MYSQL_OPEN: readonly Piece[] = [
  server(
    mysql(0, [
      ...[10, ...zero("8.0"), ...empty(13), 0xff, 0xf7, 33, 2, 0, 0xff, 0xff, 21],
      ...empty(23),
    ]),
  ),
  client(mysql(1, [5, 0xa6, 7, 0, ...empty(4), 33, ...empty(23), ...zero("ada"), 0, 0])),
  server(mysql(2, [0, 0, 0, 2, 0, 0, 0])),
];

/** Classes of databases and message brokers. */
export const DATABASE_CAPTURES: readonly BugCapture[] = [
  {
    name: "pgsql-length-underflow",
    says: "A message whose length is less than that of its length was subtracted below zero.",
    published: "Suricata 8.0.0-beta1 #6389",
    size: 400,
    packets: (size) => overTcp(5432, [...PG_OPEN, ...many(size, () => client(pg("Q", [], 3)))]),
    shows: [["postgresql", { user: "ada" }]],
  },
  {
    name: "pgsql-row-flood",
    says: "Messages of an answer without end were each kept until it was whole.",
    published: "Suricata #6411 (CVE-2024-23835)",
    size: 1200,
    packets: (size) =>
      overTcp(5432, [
        ...PG_OPEN,
        client(pg("Q", zero("select 1"))),
        ...many(size, () => server(pg("D", [0, 0]))),
        server(pg("Z", [73])),
      ]),
    shows: [["postgresql", { frontend_arg: "select 1", rows: 4800 }]],
  },
  {
    name: "pgsql-notice-flood",
    says: "Notices without end were joined to one text.",
    published: "Suricata #6411 (CVE-2024-23835)",
    size: 400,
    packets: (size) =>
      overTcp(5432, [
        ...PG_OPEN,
        client(pg("Q", zero("do it"))),
        ...many(size, () => server(pg("N", [...zero("SNOTICE"), ...zero("Mslow again"), 0]))),
        server(pg("Z", [73])),
      ]),
    shows: [["postgresql", { frontend_arg: "do it" }]],
  },
  {
    name: "mqtt-pending-flood",
    says: "Messages that nobody acknowledges were each looked up among all others.",
    published: "Suricata 7.0.0-beta1 #5399; 7.0.0-rc2 #6100",
    size: 300,
    packets: (size) =>
      overTcp(1883, [
        ...MQTT_OPEN,
        ...many(size, (n) => client(mqtt(3, 2, [...said("a/b"), ...numbers([2, n + 1]), 65]))),
      ]),
    shows: [
      ["weird", { name: "limit_reached" }],
      ["mqtt_publish", { topic: "a/b" }],
    ],
    rowsMax: (size) => size + 20,
  },
  {
    name: "mqtt-length-flood",
    says: "A length of 256 megabytes, or one whose bytes do not end, was waited for.",
    published: "Zeek 2.6-754, 2.6-765",
    size: 20_000,
    packets: (size) =>
      overTcp(1883, [
        ...MQTT_OPEN,
        client([0x30, 0xff, 0xff, 0xff, 0x7f, ...said("big"), ...new Uint8Array(size)]),
      ]),
    shows: [["mqtt_connect", { client_id: "meter" }]],
  },
  {
    name: "mqtt-anomaly-flood",
    says: "Each message out of place raised an event, and all of them were looked through again.",
    published: "Suricata 8.0.0-beta1 #6299; Zeek 2.6-748",
    size: 500,
    packets: (size) =>
      overTcp(1883, [
        ...MQTT_OPEN,
        ...many(size, (n) => server(mqtt(n % 2 === 0 ? 9 : 11, 0, numbers([2, n + 1])))),
      ]),
    shows: [["mqtt_connect", { client_id: "meter" }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "mysql-null-strings",
    says: "Lengths in a login were subtracted from each other, below zero.",
    published: "Zeek 7.1.0-dev.61; 2.6-beta2-55",
    size: 300,
    packets: (size) =>
      overTcp(3306, [
        ...MYSQL_OPEN,
        ...many(size, (n) => [
          client(mysql(0, [17, ...bytesOf("ada"), 0, 255 - (n & 7)])),
          server(mysql(1, [255, 7, 4, ...bytesOf("#28000no")])),
        ]).flat(),
      ]),
    shows: [["mysql", { cmd: "change_user", success: false }]],
    rowsMax: (size) => 2 * size + 20,
  },
  {
    name: "redis-array-depth",
    says: "Lists inside lists were read by recursion.",
    published: "Zeek 8.0.0-dev.227",
    size: 1000,
    packets: (size) =>
      overTcp(6379, [
        client("*1\r\n$4\r\nPING\r\n"),
        server("+PONG\r\n"),
        client("*1\r\n$4\r\nKEYS\r\n"),
        server("*1\r\n".repeat(size)),
      ]),
    shows: [["redis", { "cmd.name": "PING", success: true }]],
  },
  {
    name: "redis-element-flood",
    says: "A byte of an array became as many objects, however small each array was.",
    published: "Zeek 9.0.0-dev.892; 9.0.0-dev.19",
    size: 2000,
    packets: (size) =>
      overTcp(6379, [
        client("*1\r\n$4\r\nPING\r\n"),
        server("+PONG\r\n"),
        client("*1\r\n$4\r\nKEYS\r\n"),
        server(`*${size}\r\n${"*2\r\n:1\r\n:2\r\n".repeat(size)}`),
      ]),
    shows: [
      ["weird", { name: "limit_reached" }],
      ["redis", { "cmd.name": "KEYS" }],
    ],
  },
];
