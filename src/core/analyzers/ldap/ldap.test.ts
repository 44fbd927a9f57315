import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import { der } from "../../../../test/support/der.ts";
import {
  ldapBind,
  ldapMessage,
  ldapSearch,
  ldapText,
} from "../../../../test/support/ldap-messages.ts";
import {
  expectAnyChangeHarmless,
  expectSameHoweverCut,
  rowsWithoutTimes,
} from "../../../../test/support/stream-facts.ts";
import { createLimit } from "../../base/index.ts";
import { readDer } from "../shared/index.ts";
import { ldap } from "./index.ts";
import { filterText } from "./ldap-filter.ts";

const result = (tag: number, code: number, says = ""): number[] =>
  der(tag, der(10, [code]), ldapText(""), ldapText(says));
const equal = (name: string, value: string): number[] => der(0xa3, ldapText(name), ldapText(value));
const bind = (password: string): number[] => ldapBind("cn=ada", password);
const entry = der(0x64, ldapText("cn=x"), der(0x30));

const dialogue: Piece[] = [
  [0, ldapMessage(1, bind("secret"))],
  [1, ldapMessage(1, result(0x61, 49, "no such luck"))],
  [0, ldapMessage(2, ldapSearch(der(0xa0, equal("a", "1"), equal("b", "(2)"), equal("c", "3"))))],
  [1, ldapMessage(2, entry)],
  [1, ldapMessage(2, entry)],
  [1, ldapMessage(2, result(0x65, 0))],
  [0, ldapMessage(3, der(0x42))],
];

test("binds and searches have a row each, and no password is in them", () => {
  const out = talk(ldap, dialogue);
  expect(out.services).toEqual(["ldap_tcp"]);
  expect(out.rows("ldap")).toEqual([
    expect.objectContaining({
      message_id: 1,
      version: 3,
      opcode: "bind simple",
      result: "invalid credentials",
      diagnostic_message: "no such luck",
      object: "cn=ada",
      argument: "REDACTED",
    }),
    expect.objectContaining({ message_id: 3, opcode: "unbind" }),
  ]);
  expect(out.rows("ldap_search")).toEqual([
    expect.objectContaining({
      scope: "tree",
      deref_aliases: "never",
      base_object: "dc=example",
      result_count: 2,
      result: "success",
      filter: "(&(&(a=1)(b=\\282\\29))(c=3))",
      requested_attributes: ["mail"],
    }),
  ]);
  expect(JSON.stringify(out.rows("ldap"))).not.toContain("secret");
});

test("filters are written as RFC 4515 writes them", () => {
  const written = (filter: readonly number[], terms = 100): string => {
    const bytes = Uint8Array.from(filter);
    const limit = createLimit("ldap.filterTerms", terms);
    return filterText(bytes, readDer(bytes, 0, bytes.length)!, limit);
  };
  expect(written(ldapText("objectclass", 0x87))).toBe("(objectclass=*)");
  expect(written(der(0xa2, equal("a", "b")))).toBe("(!(a=b))");
  const parts = der(0x30, ldapText("be", 0x80), ldapText("mid", 0x81), ldapText("end", 0x82));
  expect(written(der(0xa4, ldapText("cn"), parts))).toBe("(cn=be*mid*end)");
  expect(
    written(der(0xa9, ldapText("rule", 0x81), ldapText("cn", 0x82), ldapText("x", 0x83))),
  ).toBe("(cn:rule:=x)");
  expect(written(der(0xa3, ldapText("NtVer"), der(4, [6, 0, 0, 0])))).toBe("(NtVer=0x00000006)");
  let deep = equal("a", "b");
  for (let n = 0; n < 30; n++) deep = der(0xa2, deep);
  expect(written(deep)).toBe("FILTER_PARSING_ERROR");
  expect(written(der(0xa1, equal("a", "b"), equal("a", "b")), 2)).toBe("FILTER_PARSING_ERROR");
});

test("after StartTLS both sides go to TLS", () => {
  const pieces: Piece[] = [
    [0, ldapMessage(1, der(0x77, ldapText("1.3.6.1.4.1.1466.20037", 0x80)))],
    [1, ldapMessage(1, result(0x78, 0))],
    [0, Uint8Array.of(22, 3, 1)],
    [1, Uint8Array.of(22, 3, 3)],
  ];
  const out = talk(ldap, pieces);
  expect(out.rows("ldap")[0]).toMatchObject({ object: "1.3.6.1.4.1.1466.20037 (StartTLS)" });
  expect(out.inner).toEqual([
    { name: "ssl", bytes: [Uint8Array.of(22, 3, 1), Uint8Array.of(22, 3, 3)] },
  ]);
});

test("what a SASL mechanism sealed is passed over, tokens go to GSS-API", () => {
  const sasl = der(0xa3, ldapText("GSS-SPNEGO"), der(4, [0x60, 1, 2]));
  const pieces: Piece[] = [
    [0, ldapMessage(1, der(0x60, der(2, [3]), ldapText(""), sasl))],
    [1, ldapMessage(1, der(0x61, der(10, [0]), ldapText(""), ldapText(""), der(0x87, [0xa1, 1])))],
    [0, Uint8Array.of(0, 0, 0, 4, 9, 9, 9, 9)],
    [0, Uint8Array.of(0, 0, 0, 2, 9, 9)],
  ];
  const out = talk(ldap, pieces);
  expect(out.rejected).toBeUndefined();
  expect(out.inner).toEqual([
    { name: "gssapi", bytes: [Uint8Array.of(0x60, 1, 2), Uint8Array.of(0xa1, 1)] },
  ]);
  expect(out.rows("ldap")[0]).toMatchObject({ opcode: "bind SASL", argument: "GSS-SPNEGO" });
});

test("searches that nobody answers are written when there are too many", () => {
  const pieces = Array.from({ length: 12 }, (_, n): Piece => {
    return [0, ldapMessage(n + 1, ldapSearch(equal("a", String(n))))];
  });
  const out = talk(ldap, pieces);
  expect(out.weirds).toEqual(["LDAP_max_pending_searches_exceeded 10"]);
  expect(out.rows("ldap_search")).toHaveLength(12);
});

test("whole, byte by byte and however cut, the same rows", () => {
  const rows = rowsWithoutTimes(ldap, ["ldap", "ldap_search"]);
  expectSameHoweverCut(dialogue, rows, { pieceBytesMax: 90 });
});

test("what is cut or changed never makes it throw", () => {
  expectAnyChangeHarmless(ldap, [...dialogue.slice(0, 3), ...dialogue]);
  expectAnyChangeHarmless(ldap, dialogue, { transport: "udp" });
});
