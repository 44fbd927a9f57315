import { expect, test } from "vitest";
import { type Piece, splitPieces, talk } from "../../../../test/support/conversation.ts";
import {
  expectAnyBytesHarmless,
  expectSameHoweverCut,
} from "../../../../test/support/stream-facts.ts";
import { postgresql } from "./index.ts";

const u32 = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
const text = (value: string): number[] => [...Buffer.from(`${value}\0`)];
const message = (kind: string, ...content: number[]): Uint8Array =>
  Uint8Array.from([kind.charCodeAt(0), ...u32(4 + content.length), ...content]);

function startup(user: string): Uint8Array {
  const content = [...text("user"), ...text(user), ...text("database"), ...text("books"), 0];
  return Uint8Array.from([...u32(8 + content.length), 0, 3, 0, 0, ...content]);
}
const asksForTls = Uint8Array.from([...u32(8), ...u32(80_877_103)]);
const ready = message("Z", 0x49);
const dialogue: Piece[] = [
  [0, asksForTls],
  [1, Uint8Array.of(0x4e)],
  [0, startup("ada")],
  [1, message("R", ...u32(5), 1, 2, 3, 4)],
  [0, message("p", ...text("secret"))],
  [1, message("R", ...u32(0))],
  [1, ready],
  [0, message("Q", ...text("select 1"))],
  [1, message("D", 0, 1)],
  [1, message("D", 0, 1)],
  [1, ready],
  [0, message("Q", ...text("oops"))],
  [1, message("E", ...text("SERROR"), ...text("Msyntax"), 0)],
  [1, ready],
  [0, message("X")],
];
const rowsOf = (pieces: readonly Piece[]) =>
  talk(postgresql, pieces)
    .rows("postgresql")
    .map(({ user, frontend, frontend_arg, backend, backend_arg, success, rows }) =>
      [user, frontend, frontend_arg, backend, backend_arg, success, rows].map(
        (value) => value ?? "-",
      ),
    );

test("TLS, login, queries and the end have a row each", () => {
  const out = talk(postgresql, dialogue);
  expect(out.services).toEqual(["postgresql"]);
  expect(rowsOf(dialogue)).toEqual([
    ["-", "ssl_request", "-", "ssl_reply", "N", false, "-"],
    ["ada", "startup", "-", "auth_ok", "MD5Password", true, "-"],
    ["ada", "simple_query", "select 1", "-", "-", true, 2],
    ["ada", "simple_query", "oops", "error", "SeverityLocalized=ERROR,Message=syntax", false, "-"],
    ["ada", "terminate", "-", "-", "-", "-", "-"],
  ]);
  expect(JSON.stringify(out.rows("postgresql"))).not.toContain("secret");
});

test("where the server agrees to TLS both sides go to it", () => {
  const out = talk(postgresql, [
    [0, asksForTls],
    [1, Uint8Array.of(0x53)],
    [0, Uint8Array.of(22)],
  ]);
  expect(out.inner.map(({ name }) => name)).toEqual(["ssl"]);
  expect(out.rows("postgresql")[0]).toMatchObject({ backend_arg: "S", success: true });
});

test("a connection that only asks to cancel is one too", () => {
  const cancel = Uint8Array.from([0, 0, 0, 16, 4, 210, 22, 46, 0, 0, 0, 1, 0, 0, 0, 2]);
  const out = talk(postgresql, splitPieces([[0, cancel]]));
  expect(out.services).toEqual(["postgresql"]);
  expect(out.rows("postgresql")).toEqual([]);
  expect(postgresql.recognises!(cancel, 0, "tcp")).toBe("yes");
});

test("another protocol on its port is turned away", () => {
  expect(talk(postgresql, [[0, Buffer.from("GET / HTTP/1.1\r\n\r\n")]]).rejected).toBe(
    "no startup",
  );
});

test("whole, byte by byte and however cut, the same rows", () => {
  expectSameHoweverCut(dialogue, rowsOf, { pieceBytesMax: 60 });
});

test("any bytes whatever do no harm", () => {
  expectAnyBytesHarmless(postgresql, dialogue);
});
