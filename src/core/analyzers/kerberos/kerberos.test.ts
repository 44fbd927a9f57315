import fc from "fast-check";
import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import { der } from "../../../../test/support/der.ts";
import {
  expectAnyChangeHarmless,
  expectSameHoweverCut,
  rowsWithoutTimes,
} from "../../../../test/support/stream-facts.ts";
import { kerberos } from "./index.ts";

type Bytes = readonly number[];

const sequence = (...parts: Bytes[]): number[] => der(0x30, ...parts);
const tagged = (tag: number, part: Bytes): number[] => der(0xa0 + tag, part);
const integer = (value: number): number[] => der(2, [value]);
const text = (value: string): number[] => der(0x1b, Buffer.from(value));
const time = (value: string): number[] => der(0x18, Buffer.from(value));
const principal = (...names: string[]): number[] =>
  sequence(tagged(0, integer(1)), tagged(1, sequence(...names.map(text))));
const encrypted = (cipher: number, bytes: string): number[] =>
  sequence(tagged(0, integer(cipher)), tagged(2, der(4, Buffer.from(bytes))));
const ticket = (service: string, realm = "EXAMPLE.NET"): number[] =>
  der(
    0x61,
    sequence(
      tagged(0, integer(5)),
      tagged(1, text(realm)),
      tagged(2, principal("host", service)),
      tagged(3, encrypted(18, "sealed")),
    ),
  );

function request(type: 10 | 12, preauthentication: Bytes = []): Uint8Array {
  const body = sequence(
    tagged(0, der(3, [0, 0x40, 0x80, 0, 0])),
    ...(type === 10 ? [tagged(1, principal("ada"))] : []),
    tagged(2, text("EXAMPLE.NET")),
    tagged(3, principal("krbtgt", "EXAMPLE.NET")),
    tagged(5, time("20370913024805Z")),
  );
  const parts = [tagged(1, integer(5)), tagged(2, integer(type))];
  if (preauthentication.length > 0) parts.push(tagged(3, preauthentication));
  return Uint8Array.from(der(0x60 + type, sequence(...parts, tagged(4, body))));
}

function reply(type: 11 | 13, service: string): Uint8Array {
  const parts = [
    tagged(0, integer(5)),
    tagged(1, integer(type)),
    tagged(3, text("EXAMPLE.NET")),
    tagged(4, principal("ada")),
    tagged(5, ticket(service)),
    tagged(6, encrypted(18, "for ada")),
  ];
  return Uint8Array.from(der(0x60 + type, sequence(...parts)));
}

function refusal(code: number, says?: string): Uint8Array {
  const parts = [
    tagged(0, integer(5)),
    tagged(1, integer(30)),
    tagged(4, time("20260101000000Z")),
    tagged(6, integer(code)),
    tagged(9, text("EXAMPLE.NET")),
    tagged(10, principal("krbtgt", "EXAMPLE.NET")),
    ...(says === undefined ? [] : [tagged(11, text(says))]),
  ];
  return Uint8Array.from(der(0x7e, sequence(...parts)));
}

const framed = (message: Uint8Array): Uint8Array =>
  Uint8Array.from([0, 0, message.length >> 8, message.length & 255, ...message]);
const udp = { transport: "udp", responderPort: 88 } as const;

test("a first ticket: who asked for what, and that it was granted", () => {
  const out = talk(
    kerberos,
    [
      [0, request(10)],
      [1, reply(11, "tower")],
    ],
    udp,
  );
  expect(out.services).toEqual(["krb"]);
  expect(out.rows("kerberos")).toEqual([
    expect.objectContaining({
      request_type: "AS",
      client: "ada/EXAMPLE.NET",
      service: "host/tower",
      success: true,
      cipher: "aes256-cts-hmac-sha1-96",
      forwardable: true,
      renewable: true,
      till: 2136422885,
      new_ticket_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    }),
  ]);
});

test("the demand to prove the password is no row, the answer to the next request is", () => {
  const pieces: Piece[] = [
    [0, request(10)],
    [1, refusal(25, "NEEDED_PREAUTH")],
    [0, request(10)],
    [1, refusal(24)],
  ];
  expect(talk(kerberos, pieces, udp).rows("kerberos")).toEqual([
    expect.objectContaining({ success: false, error_msg: "KDC_ERR_PREAUTH_FAILED" }),
  ]);
});

test("a request for a service's ticket names the ticket that authorises it", () => {
  const use = der(
    0x6e,
    sequence(
      tagged(0, integer(5)),
      tagged(1, integer(14)),
      tagged(2, der(3, [0, 0, 0, 0, 0])),
      tagged(3, ticket("EXAMPLE.NET")),
      tagged(4, encrypted(18, "authenticator")),
    ),
  );
  const data = sequence(sequence(tagged(1, integer(1)), tagged(2, der(4, use))));
  const [row] = talk(kerberos, [[0, request(12, data)]], udp).rows("kerberos");
  expect(row).toMatchObject({ request_type: "TGS", auth_ticket_sha256: expect.any(String) });
  expect(row).not.toHaveProperty("client");
});

test("a message that another protocol carries needs no length before it", () => {
  const use = der(
    0x6e,
    sequence(
      tagged(0, integer(5)),
      tagged(1, integer(14)),
      tagged(2, der(3, [0, 0x20, 0, 0, 0])),
      tagged(3, ticket("files")),
      tagged(4, encrypted(18, "authenticator")),
    ),
  );
  const answer = der(0x6f, sequence(tagged(0, integer(5)), tagged(1, integer(15))));
  const out = talk(kerberos, [
    [0, Uint8Array.from(use)],
    [1, Uint8Array.from(answer)],
  ]);
  expect(out.services).toEqual(["krb"]);
  expect(out.rows("kerberos")[0]).toMatchObject({
    request_type: "AP",
    client: "/EXAMPLE.NET",
    service: "host/files",
    success: true,
  });
});

test("over TCP whole, byte by byte and however cut, the same row", () => {
  const pieces: Piece[] = [
    [0, framed(request(10))],
    [1, framed(reply(11, "tower"))],
  ];
  const rows = rowsWithoutTimes(kerberos, ["kerberos"]);
  expect(rows(pieces)).toHaveLength(1);
  expect(talk(kerberos, pieces).services).toEqual(["krb_tcp"]);
  expectSameHoweverCut(pieces, rows, { pieceBytesMax: 200 });
});

test("what is cut or changed never makes it throw, and random bytes are not taken for it", () => {
  const messages = [request(10), request(12), reply(13, "x"), refusal(6)];
  for (const message of messages) {
    expectAnyChangeHarmless(kerberos, [[0, message]], { ...udp, runs: 250 });
  }
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 40, maxLength: 80 }), (bytes) => {
      expect(kerberos.recognises!(bytes, 0, "udp")).toBe("no");
    }),
  );
});

test("a length past the limit ends the reading and is counted", () => {
  const out = talk(kerberos, [[0, Uint8Array.of(0, 255, 255, 255, 0x6a)]]);
  expect(out.rejected).toBe("message too long");
});
