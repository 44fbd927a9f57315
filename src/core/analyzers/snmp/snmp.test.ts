import fc from "fast-check";
import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import { growthOf } from "../../../../test/support/counted-steps.ts";
import { expectAnyChangeHarmless } from "../../../../test/support/stream-facts.ts";
import { snmp } from "./index.ts";
import { parseSnmp } from "./snmp-parser.ts";

/** A value with its tag and length. */
function der(tag: number, ...content: (number | number[])[]): number[] {
  const bytes = content.flat();
  const { length } = bytes;
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 255];
  return [tag, ...size, ...bytes];
}
const number = (value: number) => der(2, value);
const text = (what: string) => der(4, [...Buffer.from(what)]);
const DESCRIPTION = [0x2b, 6, 1, 2, 1, 1, 1, 0];
const UP_TIME = [0x2b, 6, 1, 2, 1, 1, 3, 0];
const binding = (name: number[], value: number[]) => der(0x30, der(6, name), value);
const pdu = (tag: number, ...bindings: number[][]) =>
  der(tag, number(1), number(0), number(0), der(0x30, ...bindings));
const message = (...content: number[][]) => Uint8Array.from(der(0x30, ...content));
const nothing = der(5);

const dialogue: Piece[] = [
  [0, message(number(1), text("public"), pdu(0xa0, binding(DESCRIPTION, nothing)))],
  [
    1,
    message(
      number(1),
      text("public"),
      pdu(0xa2, binding(DESCRIPTION, text("router")), binding(UP_TIME, der(0x43, 100))),
    ),
  ],
  [0, message(number(1), text("other"), pdu(0xa5, binding(DESCRIPTION, nothing)))],
  [0, message(number(1), text("other"), pdu(0xa3, binding(DESCRIPTION, text("x"))))],
];

test("a flow has one row with its counts and what the device says of itself", () => {
  const outcome = talk(snmp, dialogue, { transport: "udp" });
  expect(outcome.services).toEqual(["snmp"]);
  expect(outcome.rows("snmp")).toMatchObject([
    {
      duration: 0.003,
      version: "2c",
      community: "public",
      get_requests: 1,
      get_bulk_requests: 1,
      get_responses: 2,
      set_requests: 1,
      display_string: "router",
      up_since: 999.002,
    },
  ]);
});

test("a question alone does not prove the protocol, but has its row", () => {
  const outcome = talk(snmp, dialogue.slice(0, 1), { transport: "udp" });
  expect(outcome.services).toEqual([]);
  expect(outcome.rows("snmp").length).toBe(1);
});

test("version 3 tells the user, also where the rest is encrypted", () => {
  const header = der(0x30, number(1), number(100), der(4, 3), number(3));
  const user = der(0x30, text("engine"), number(1), number(2), text("anna"), text(""), text(""));
  const outcome = talk(snmp, [[1, message(number(3), header, der(4, user), text("hidden"))]], {
    transport: "udp",
  });
  expect(outcome.rows("snmp")).toMatchObject([
    { version: "3", community: "anna", get_requests: 0 },
  ]);
});

test("a name with a number of too many bytes is told", () => {
  const long = [0x2b, ...Array.from({ length: 10 }, () => 0x81), 1];
  const outcome = talk(
    snmp,
    [[1, message(number(1), text("p"), pdu(0xa2, binding(long, nothing)))]],
    { transport: "udp" },
  );
  expect(outcome.weirds).toEqual(["asn_oid_subidentifier_too_long 11"]);
});

test("what is no message is rejected, and behind a message passed over", () => {
  const other = new Uint8Array(Buffer.from("not at all"));
  expect(talk(snmp, [[0, other]], { transport: "udp" }).rejected).toBeDefined();
  const outcome = talk(snmp, [...dialogue, [0, other]], { transport: "udp" });
  expect(outcome.rows("snmp").length).toBe(1);
});

test("a device that says it runs since before 1970 has that time", () => {
  const uptime = der(0x43, 255, 255, 255, 255);
  const answer = message(number(1), text("p"), pdu(0xa2, binding(UP_TIME, uptime)));
  const [row] = talk(snmp, [[1, answer]], { transport: "udp" }).rows("snmp");
  expect(row!["up_since"]).toBeCloseTo(1000.001 - 42_949_672.95, 2);
});

test("many bindings cost no more than their number", () => {
  const work = (count: number) => () => {
    const many = Array.from({ length: count }, () => binding(DESCRIPTION, nothing));
    parseSnmp(message(number(1), text("p"), pdu(0xa0, ...many)));
  };
  expect(growthOf(work, 500)).toBeLessThanOrEqual(2.3);
});

test("any bytes whatever, and messages with bytes changed, do no harm", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseSnmp(bytes)));
  expectAnyChangeHarmless(snmp, dialogue, { transport: "udp" });
});
