import fc from "fast-check";
import { expect, test } from "vitest";
import { type Piece, splitPieces, talk } from "../../../../test/support/conversation.ts";
import { createLimit } from "../../base/index.ts";
import { readDer } from "../shared/index.ts";
import { ldap } from "./index.ts";
import { filterText } from "./ldap-filter.ts";

function der(tag: number, ...parts: readonly (readonly number[] | Uint8Array)[]): number[] {
  const content = parts.flatMap((part) => [...part]);
  const { length } = content;
  const lengths = length < 128 ? [length] : [0x82, length >> 8, length & 255];
  return [tag, ...lengths, ...content];
}
const text = (value: string, tag = 4): number[] => der(tag, Buffer.from(value));
const message = (id: number, operation: readonly number[]): Uint8Array =>
  Uint8Array.from(der(0x30, der(2, [id]), operation));
const result = (tag: number, code: number, says = ""): number[] =>
  der(tag, der(10, [code]), text(""), text(says));
const equal = (name: string, value: string): number[] => der(0xa3, text(name), text(value));
const bind = (password: string): number[] =>
  der(0x60, der(2, [3]), text("cn=ada"), text(password, 0x80));
const search = (filter: readonly number[]): number[] =>
  der(
    0x63,
    text("dc=example"),
    der(10, [2]),
    der(10, [0]),
    der(2, [0]),
    der(2, [0]),
    der(1, [0]),
    filter,
    der(0x30, text("mail")),
  );
const entry = der(0x64, text("cn=x"), der(0x30));

const dialogue: Piece[] = [
  [0, message(1, bind("secret"))],
  [1, message(1, result(0x61, 49, "no such luck"))],
  [0, message(2, search(der(0xa0, equal("a", "1"), equal("b", "(2)"), equal("c", "3"))))],
  [1, message(2, entry)],
  [1, message(2, entry)],
  [1, message(2, result(0x65, 0))],
  [0, message(3, der(0x42))],
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
  expect(written(text("objectclass", 0x87))).toBe("(objectclass=*)");
  expect(written(der(0xa2, equal("a", "b")))).toBe("(!(a=b))");
  const parts = der(0x30, text("be", 0x80), text("mid", 0x81), text("end", 0x82));
  expect(written(der(0xa4, text("cn"), parts))).toBe("(cn=be*mid*end)");
  expect(written(der(0xa9, text("rule", 0x81), text("cn", 0x82), text("x", 0x83)))).toBe(
    "(cn:rule:=x)",
  );
  expect(written(der(0xa3, text("NtVer"), der(4, [6, 0, 0, 0])))).toBe("(NtVer=0x00000006)");
  let deep = equal("a", "b");
  for (let n = 0; n < 30; n++) deep = der(0xa2, deep);
  expect(written(deep)).toBe("FILTER_PARSING_ERROR");
  expect(written(der(0xa1, equal("a", "b"), equal("a", "b")), 2)).toBe("FILTER_PARSING_ERROR");
});

test("after StartTLS both sides go to TLS", () => {
  const pieces: Piece[] = [
    [0, message(1, der(0x77, text("1.3.6.1.4.1.1466.20037", 0x80)))],
    [1, message(1, result(0x78, 0))],
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
  const sasl = der(0xa3, text("GSS-SPNEGO"), der(4, [0x60, 1, 2]));
  const pieces: Piece[] = [
    [0, message(1, der(0x60, der(2, [3]), text(""), sasl))],
    [1, message(1, der(0x61, der(10, [0]), text(""), text(""), der(0x87, [0xa1, 1])))],
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
    return [0, message(n + 1, search(equal("a", String(n))))];
  });
  const out = talk(ldap, pieces);
  expect(out.weirds).toEqual(["LDAP_max_pending_searches_exceeded 10"]);
  expect(out.rows("ldap_search")).toHaveLength(12);
});

test("whole, byte by byte and however cut, the same rows", () => {
  const rows = (cut: readonly Piece[]) => {
    const out = talk(ldap, cut);
    return [...out.rows("ldap"), ...out.rows("ldap_search")].map(({ ts, ts_ns, ...row }) => row);
  };
  const whole = rows(dialogue);
  expect(rows(splitPieces(dialogue))).toEqual(whole);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (lengths) => {
      let n = 0;
      expect(rows(splitPieces(dialogue, () => lengths[n++ % lengths.length]!))).toEqual(whole);
    }),
    { numRuns: 200 },
  );
});

test("what is cut or changed never makes it throw", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...dialogue),
      fc.nat(200),
      fc.nat(255),
      ([side, what], at, byte) => {
        const changed = (what as Uint8Array).slice();
        changed[at % changed.length] = byte;
        talk(ldap, [...dialogue.slice(0, 3), [side, changed], ...dialogue]);
        talk(ldap, [[side, changed]], { transport: "udp" });
      },
    ),
    { numRuns: 500 },
  );
});
