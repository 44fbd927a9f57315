import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import {
  expectAnyBytesHarmless,
  expectSameHoweverCut,
  rowsWithoutTimes,
} from "../../../../test/support/stream-facts.ts";
import { lastNumber, parseEpsv, parseExtended, parsePasv, parsePort } from "./ftp-parser.ts";
import { joinPath, pathIn, shortenPath } from "./ftp-paths.ts";
import { ftp } from "./index.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const client = (text: string): Piece => [0, bytes(`${text}\r\n`)];
const server = (text: string): Piece => [1, bytes(`${text}\r\n`)];
const login = (user: string): Piece[] => [
  server("220 ready"),
  client(`USER ${user}`),
  server("331 password?"),
  client("PASS secret"),
  server("230 in"),
];
const fetch: Piece[] = [
  client("CWD /pub"),
  server("250 ok"),
  client("PASV"),
  server("227 Entering Passive Mode (10,0,0,2,4,1)"),
  client("RETR a.txt"),
  server("150 Opening (77 bytes)"),
  server("226 done"),
  client("QUIT"),
  server("221 bye"),
];

test("commands about files and channels are rows, with links, sizes and channels", () => {
  const out = talk(ftp, [...login("anonymous"), ...fetch]);
  expect(out.services).toEqual(["ftp"]);
  expect(out.rows("ftp")).toEqual([
    expect.objectContaining({
      user: "anonymous",
      password: "secret",
      command: "PASV",
      reply_code: 227,
      "data_channel.passive": true,
      "data_channel.resp_h": "10.0.0.2",
      "data_channel.resp_p": 1025,
    }),
    expect.objectContaining({
      command: "RETR",
      arg: "ftp://10.0.0.2/pub/a.txt",
      file_size: 77,
      reply_code: 226,
      reply_msg: "done",
    }),
  ]);
});

test("passwords of those who are no guests are hidden everywhere", () => {
  const out = talk(ftp, [...login("alice"), ...fetch]);
  expect(out.rows("ftp").map(({ password }) => password)).toEqual(["<hidden>", "<hidden>"]);
  expect(JSON.stringify([out.rows("ftp"), out.rows("ftp_commands")])).not.toContain("secret");
});

test("every command has a row of its own with all its replies", () => {
  const rows = talk(ftp, [...login("bob"), ...fetch]).rows("ftp_commands");
  expect(rows.map(({ command, reply_codes }) => [command, reply_codes])).toEqual([
    ["USER", [331]],
    ["PASS", [230]],
    ["CWD", [250]],
    ["PASV", [227]],
    ["RETR", [150, 226]],
    ["QUIT", [221]],
  ]);
});

test("a session without a logged command has one row all the same", () => {
  const out = talk(ftp, [server("220-first"), server("more"), server("220 last")]);
  expect(out.rows("ftp")).toEqual([
    expect.objectContaining({ user: "<unknown>", command: "<init>", reply_code: 220 }),
  ]);
});

test("behind AUTH TLS everything is given to TLS", () => {
  const out = talk(ftp, [
    server("220 ready"),
    client("AUTH TLS"),
    server("234 go"),
    [0, bytes("\x16\x03\x01")],
  ]);
  expect(out.inner.map(({ name }) => name)).toEqual(["ssl"]);
  expect([...out.inner[0]!.bytes[0]]).toEqual([0x16, 3, 1]);
});

test("a reply without a code is another protocol", () => {
  expect(talk(ftp, [server("+OK POP3")]).rejected).toBe("non-numeric reply code");
});

test("addresses of data channels are read in all forms", () => {
  const words = (n: number) => Int32Array.of(0, 0, 0xffff, n);
  expect(parsePort("10,0,0,1,4,31")).toEqual({ words: words(0x0a000001), port: 1055 });
  expect(parsePort("10,0,0,1,4,256")).toBeUndefined();
  expect(parsePasv("entering 10,0,0,1,4,31")?.port).toBe(1055);
  expect(parseEpsv("ok (|||58612|)")).toEqual({ words: undefined, port: 58612 });
  expect(parseExtended("|1|10.0.0.1|1055|")).toEqual({ words: words(0x0a000001), port: 1055 });
  expect(parseExtended("|1|10.0.0.1|99999|")).toBeUndefined();
  expect(lastNumber("a 1 b 22 c")).toBe(22);
  expect(lastNumber("none")).toBe(0);
});

test("paths are joined and shortened", () => {
  expect(joinPath(".", "a")).toBe("./a");
  expect(joinPath("/x", "/y")).toBe("/y");
  expect(shortenPath("/a//b/./../c/")).toBe("/a/c");
  expect(shortenPath("./../x")).toBe("../x");
  expect(pathIn('"/home/me" is current')).toBe("/home/me");
});

test("whole, byte by byte and however cut, a session gives the same rows", () => {
  const all = [...login("guest"), ...fetch];
  const rows = rowsWithoutTimes(ftp, ["ftp", "ftp_commands"]);
  expectSameHoweverCut(all, rows, { pieceBytesMax: 40 });
});

test("no bytes whatever make it throw", () => {
  expectAnyBytesHarmless(ftp, login("x"));
});
