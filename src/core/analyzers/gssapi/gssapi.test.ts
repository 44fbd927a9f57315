import fc from "fast-check";
import { expect, test } from "vitest";
import { talk } from "../../../../test/support/conversation.ts";
import { authenticate, challenge, negotiate } from "../../../../test/support/ntlm-messages.ts";
import { protocols } from "../index.ts";
import { gssapi } from "./index.ts";
import { kerberosMessage, parseNegToken } from "./spnego.ts";

const ntlm = protocols.find(({ name }) => name === "ntlm")!;

function der(tag: number, ...contents: Uint8Array[]): Uint8Array {
  const content = Buffer.concat(contents);
  const length =
    content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 255];
  return Uint8Array.from([tag, ...length, ...content]);
}
const SPNEGO = der(6, Uint8Array.from([0x2b, 6, 1, 5, 5, 2]));
const KERBEROS = der(6, Uint8Array.from([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2]));
const init = (token: Uint8Array): Uint8Array =>
  der(0x60, SPNEGO, der(0xa0, der(0x30, der(0xa0, der(0x30, KERBEROS)), der(0xa2, der(4, token)))));
const response = (state: number, token?: Uint8Array): Uint8Array =>
  der(
    0xa1,
    der(
      0x30,
      der(0xa0, der(0x0a, Uint8Array.of(state))),
      ...(token === undefined ? [] : [der(0xa2, der(4, token))]),
    ),
  );
const logon = authenticate({ user: "ann", domain: "CORP", workstation: "PC7" });
const asked = challenge({ computer: "S", dnsComputer: "s.example", tree: "example" });

test("a logon that is accepted has success in its row", () => {
  const out = talk(
    gssapi,
    [
      [0, init(negotiate())],
      [1, response(1, asked)],
      [0, response(1, logon)],
      [1, response(0)],
    ],
    { inside: [ntlm] },
  );
  expect(out.services).toEqual(["gssapi", "ntlm"]);
  expect(out.rows("ntlm")).toEqual([
    expect.objectContaining({ username: "ann", success: true, users: ["CORP\\ann SUCCESS"] }),
  ]);
});

test("a logon that is rejected has not", () => {
  const out = talk(
    gssapi,
    [
      [0, init(negotiate())],
      [0, response(1, logon)],
      [1, response(2)],
    ],
    { inside: [ntlm] },
  );
  expect(out.rows("ntlm")[0]).toMatchObject({ success: false, users: ["CORP\\ann rejected"] });
});

test("messages of NTLM may come without a negotiation", () => {
  const out = talk(gssapi, [[0, logon]], { inside: [ntlm] });
  expect(out.rows("ntlm")[0]).toMatchObject({ username: "ann" });
});

test("a ticket for Kerberos goes there without what wraps it", () => {
  const apReq = der(0x6e, Uint8Array.of(0x30, 0));
  const wrapped = der(0x60, KERBEROS, Uint8Array.of(1, 0), apReq);
  const out = talk(gssapi, [[0, init(wrapped)]]);
  expect(out.services).toEqual(["gssapi", "krb"]);
  expect(out.inner).toEqual([{ name: "kerberos", bytes: [apReq, new Uint8Array(0)] }]);
  expect(kerberosMessage(apReq)).toEqual({ start: 0, end: apReq.length });
});

test("signatures of messages are no negotiation", () => {
  expect(talk(gssapi, [[0, Uint8Array.of(5, 4, 4, 255, 0, 0, 0, 0)]]).services).toEqual([]);
});

test("no bytes whatever make it throw", () => {
  const whole = init(negotiate());
  fc.assert(
    fc.property(fc.nat(whole.length), fc.nat(whole.length - 1), fc.nat(255), (cut, at, value) => {
      const mutated = whole.slice();
      mutated[at] = value;
      parseNegToken(mutated.subarray(0, cut));
      talk(gssapi, [[0, mutated.subarray(0, cut)]], { inside: [ntlm] });
    }),
    { numRuns: 500 },
  );
});
