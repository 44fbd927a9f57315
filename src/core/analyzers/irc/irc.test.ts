import fc from "fast-check";
import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import { LogRows } from "../../../../test/support/log-rows.ts";
import {
  expectAnyBytesHarmless,
  expectSameHoweverCut,
} from "../../../../test/support/stream-facts.ts";
import { createLimit } from "../../base/index.ts";
import { type Conversation, LogWriter } from "../shared/index.ts";
import { DccSession, DccTransfers, parseDcc } from "./dcc-transfers.ts";
import { irc } from "./index.ts";
import { ircSchema } from "./irc-events.ts";

const line = (side: 0 | 1, text: string): Piece => [
  side,
  new Uint8Array(Buffer.from(`${text}\r\n`, "latin1")),
];
const dialogue: Piece[] = [
  line(0, "NICK zoe"),
  line(0, "USER zoe 0 * :Zoe A B"),
  line(1, ":irc.example 001 zoe :Welcome"),
  line(0, "JOIN #one,#two key"),
  line(1, ":irc.example 353 zoe"),
  line(0, "NICK :zoe2"),
  line(0, "PRIVMSG bob :\x01DCC SEND a.zip 167772162 5000 77\x01"),
];
const rowsOf = (pieces: readonly Piece[]) =>
  talk(irc, pieces)
    .rows("irc")
    .map(({ nick, user, command, value, addl }) => [nick, user, command, value, addl]);

test("names and channels have rows that tell what was known so far", () => {
  const outcome = talk(irc, dialogue);
  expect(outcome.services).toEqual(["irc"]);
  expect(rowsOf(dialogue)).toEqual([
    [undefined, undefined, "NICK", "zoe", undefined],
    ["zoe", undefined, "USER", "zoe", "0 * ZoeA B "],
    ["zoe", "zoe", "JOIN", "#one", " with channel key: 'key'"],
    ["zoe", "zoe", "JOIN", "#two", ""],
    ["zoe", "zoe", "NICK", "zoe2", ""],
  ]);
  expect(outcome.weirds).toEqual(["irc_invalid_names_line"]);
});

test("an offered file announces the flow that it comes over, and too many offers are told", () => {
  expect(talk(irc, dialogue).expected).toEqual([5000]);
  const services = {
    limit: (name: string, maximum: number) =>
      createLimit(name, name === "irc.expectedTransfers" ? 0 : maximum),
  };
  expect(talk(irc, dialogue, { services }).weirds).toContain(
    "irc_max_dcc_expected_transfers_exceeded",
  );
  expect(parseDcc("DCC SEND a x 1")).toBe("irc_invalid_dcc_host");
  expect(parseDcc("DCC SEND a 1 70000")).toBe("irc_invalid_dcc_port");
  expect(parseDcc("DCC SEND")).toBe("irc_invalid_dcc_message_format");
});

test("the transfer's row has the file's type and id, and names the file", () => {
  const rows = new LogRows();
  const log = new LogWriter(ircSchema, rows, { baseSeconds: () => 0 });
  const transfers = new DccTransfers(createLimit("t", 5));
  const words = Int32Array.of(0, 0, 0xffff, 5);
  const flow = { uidHigh: 1, uidLow: 2, originator: words, responder: words } as Conversation;
  const offer = parseDcc("DCC SEND a.pdf 5 5000 8");
  if (typeof offer === "string") throw new Error(offer);
  const state = { flow, time: 0, fileName: "a.pdf", fileSize: 8 };
  expect(transfers.add(offer, state, 0)).toBe(true);
  expect(transfers.take(words, 5000)).toBe(state);
  expect(transfers.take(words, 5000)).toBeUndefined();
  const confirmed: string[] = [];
  const conversation = { ...flow, confirm: (name: string) => confirmed.push(name) };
  const files = {
    open: (_: unknown, start: { onType?: (type: string) => void; filename?: string }) => {
      expect(start.filename).toBe("a.pdf");
      const about = { fuid: "F1", mimeType: undefined, filename: undefined };
      return {
        ...about,
        data: () => start.onType?.("application/pdf"),
        gap: () => {},
        rename: () => {},
        expect: () => {},
        end: () => {},
      };
    },
  };
  const session = new DccSession(conversation as never, { files, log, state });
  session.data(1, new Uint8Array(8));
  session.data(0, new Uint8Array(4));
  session.end();
  log.end();
  expect(confirmed).toEqual(["irc-dcc-data"]);
  expect(rows.of("irc")).toMatchObject([
    { command: "DCC", dcc_file_name: "a.pdf", dcc_mime_type: "application/pdf", fuid: "F1" },
  ]);
});

test("lines too long or broken are told once it is sure to be IRC", () => {
  const outcome = talk(irc, [
    line(0, "NICK zoe"),
    line(0, "x".repeat(600)),
    line(0, "y".repeat(30)),
    line(0, "PRIVMSG"),
  ]);
  expect(outcome.weirds).toEqual([
    "irc_line_size_exceeded",
    "irc_invalid_command",
    "irc_invalid_privmsg_message_format",
  ]);
  expect(talk(irc, [line(0, "x".repeat(600))]).weirds).toEqual([]);
});

test("TLS after STARTTLS is read as such", () => {
  const outcome = talk(irc, [
    line(0, "STARTTLS"),
    line(1, ":irc.example 670 * :go ahead"),
    [0, Uint8Array.of(22, 3, 1)],
  ]);
  expect(outcome.inner).toMatchObject([{ name: "ssl" }]);
});

test("it is known by a nickname with a user name, or by a server's welcome", () => {
  const look = (side: 0 | 1, text: string) => irc.recognises!(Buffer.from(text), side, "tcp");
  expect(look(0, "CAP LS 302\r\nNICK zoe\r\nUSER zoe 0 * :Zoe\r\n")).toBe("yes");
  expect(look(0, "USER zoe 0 * :Zoe\r\nNICK zoe\r\n")).toBe("yes");
  expect(look(0, "NICK zoe\r\nUS")).toBe("more");
  expect(look(0, "USER anna\r\nPASS x\r\nSYST\r\n")).toBe("no");
  expect(look(0, "GET / HTTP/1.1\r\n")).toBe("no");
  expect(look(1, ":irc.example 001 zoe :Welcome\r\n")).toBe("yes");
  expect(look(1, ":irc.example NOTICE AUTH :*** Looking")).toBe("yes");
  expect(look(1, "220 ready\r\n")).toBe("no");
});

test("whole, byte by byte and however cut, the same rows", () => {
  expectSameHoweverCut(dialogue, rowsOf, { pieceBytesMax: 40 });
});

test("any bytes whatever do no harm", () => {
  expectAnyBytesHarmless(irc, dialogue);
  fc.assert(
    fc.property(fc.nat(1), fc.uint8Array(), (side, what) => {
      irc.recognises!(what, side as 0 | 1, "tcp");
    }),
    { numRuns: 500 },
  );
});
