import fc from "fast-check";
import { expect, test } from "vitest";
import { talk } from "../../../../test/support/conversation.ts";
import { hardwareText } from "./dhcp-parser.ts";
import { dhcp } from "./index.ts";

/** A message of a type with options as [code, ...bytes]. */
function message(
  type: number,
  options: readonly (readonly number[])[] = [],
  more: { xid?: number; given?: number } = {},
): Uint8Array {
  const bytes = new Uint8Array(240);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, more.xid ?? 7);
  view.setUint32(16, more.given ?? 0);
  bytes.set([2, 0, 0, 0, 0, 1], 28);
  view.setUint32(236, 0x63825363);
  const all = [[53, type], ...options].flatMap(([code, ...value]) => [
    code!,
    value.length,
    ...value,
  ]);
  return Uint8Array.from([...bytes, ...all, 255]);
}
const text = (code: number, value: string): number[] => [code, ...Buffer.from(value)];
const udp = { transport: "udp", responderPort: 67 } as const;

test("messages of one number are one row, with what client and server say", () => {
  const out = talk(
    dhcp,
    [
      [0, message(1, [text(12, "host"), [50, 10, 0, 0, 9]])],
      [1, message(2, [text(15, "example.org\0")], { given: 0x0a000009 })],
      [0, message(3)],
      [1, message(5, [[51, 0, 0, 0, 60]], { given: 0x0a000009 })],
    ],
    udp,
  );
  expect(out.services).toEqual(["dhcp"]);
  expect(out.rows("dhcp")).toEqual([
    expect.objectContaining({
      uids: [expect.stringMatching(/^C/)],
      client_addr: "10.0.0.1",
      server_addr: "10.0.0.2",
      mac: "02:00:00:00:00:01",
      host_name: "host",
      domain: "example.org",
      requested_addr: "10.0.0.9",
      assigned_addr: "10.0.0.9",
      lease_time: 60,
      msg_types: ["DISCOVER", "OFFER", "REQUEST", "ACK"],
      duration: 0.003,
    }),
  ]);
});

test("numbers part transactions, and a row holds fifty messages at most", () => {
  const many = Array.from({ length: 60 }, () => [0, message(8)] as const);
  const out = talk(dhcp, [[0, message(1, [], { xid: 1 })], ...many], udp);
  expect(out.rows("dhcp").map(({ msg_types }) => (msg_types as string[]).length)).toEqual([
    50, 1, 10,
  ]);
});

test("what has no cookie, or ends before its options do, is no DHCP", () => {
  expect(talk(dhcp, [[0, new Uint8Array(300)]], udp).rejected).toBe("no DHCP message");
  const cut = message(1).subarray(0, 242);
  expect(talk(dhcp, [[0, cut]], udp).rejected).toBe("no DHCP message");
  expect(hardwareText(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))).toBe("01:02:03:04:05:06:07:08");
});

test("no bytes whatever make it throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(250), (some, at) => {
      const bytes = message(3, [text(81, "abcdef")]);
      bytes.set(some.subarray(0, bytes.length - at), at);
      talk(
        dhcp,
        [
          [0, bytes],
          [1, bytes.subarray(0, at)],
        ],
        udp,
      );
    }),
    { numRuns: 500 },
  );
});
