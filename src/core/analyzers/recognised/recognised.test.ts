import fc from "fast-check";
import { expect, test } from "vitest";
import { type Piece, splitPieces, talk } from "../../../../test/support/conversation.ts";
import type { Protocol } from "../shared/index.ts";
import { bittorrent, enip, ike, stun, sunRpc } from "./index.ts";

const bytes = (hex: string): Uint8Array =>
  new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const text = (what: string): Uint8Array => new Uint8Array(Buffer.from(what, "latin1"));

const binding = bytes("0001 0000 2112a442 000102030405060708090a0b");
const classic = bytes("0001 0008 00112233445566778899aabbccddeeff 0003 0004 00000000");
/** IKEv2 with a nonce payload alone. */
const initial = bytes(
  "1122334455667788 0000000000000000 28 20 22 08 00000000 00000024 00000008 01020304",
);
const register = bytes("6500 0400 00000000 00000000 0000000000000000 00000000 0100 0000");
const ping = text("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe");
const nfsCall = bytes(
  "00000001 00000000 00000002 000186a3 00000003 00000000 00000000 00000000 0000000000000000",
);

function check(
  protocol: Protocol,
  what: Uint8Array,
  service: string,
  transport: "tcp" | "udp",
): void {
  expect(protocol.recognises!(what, 0, transport)).toBe("yes");
  expect(talk(protocol, [[0, what]], { transport }).services).toEqual([service]);
}

test("a whole message of each is known", () => {
  check(stun, binding, "stun", "udp");
  check(stun, classic, "stun", "udp");
  check(stun, binding, "stun", "tcp");
  check(ike, initial, "ike", "udp");
  check(ike, new Uint8Array([0, 0, 0, 0, ...initial]), "ike", "udp");
  check(enip, register, "enip", "tcp");
  check(enip, register, "enip", "udp");
  check(bittorrent, ping, "bittorrent", "udp");
  check(bittorrent, text("\x13BitTorrent protocol"), "bittorrent", "tcp");
  check(sunRpc, nfsCall, "nfs", "udp");
  check(sunRpc, new Uint8Array([128, 0, 0, nfsCall.length, ...nfsCall]), "nfs", "tcp");
});

test("one that is cut, or whose lengths do not fit, is not", () => {
  for (const [protocol, what] of [
    [stun, binding],
    [stun, classic],
    [ike, initial],
    [enip, register],
    [bittorrent, ping],
  ] as const) {
    expect(protocol.recognises!(what.subarray(0, -1), 0, "udp")).toBe("no");
  }
  const chain = initial.slice();
  chain[31] = 3;
  expect(ike.recognises!(chain, 0, "udp")).toBe("no");
});

test("DTLS on a flow of STUN is read on, from its first hello", () => {
  const hello = bytes("16 feff 0000 000000000001 0001 01");
  const broken = bytes("16 feff 0000 000000000000 0001 fe");
  const outcome = talk(
    stun,
    [
      [0, binding],
      [0, broken],
      [0, hello],
      [1, Uint8Array.of(128)],
    ],
    {
      transport: "udp",
    },
  );
  expect(outcome.inner).toMatchObject([{ name: "dtls" }]);
  expect(outcome.inner[0]!.bytes[0].length).toBe(hello.length);
});

test("a call that comes byte by byte is known too", () => {
  const call = new Uint8Array([128, 0, 0, nfsCall.length, ...nfsCall]);
  expect(talk(sunRpc, splitPieces([[0, call]])).services).toEqual(["nfs"]);
  for (let n = 0; n < call.length - 8; n++) {
    expect(["more", "yes"]).toContain(sunRpc.recognises!(call.subarray(0, n), 0, "tcp"));
  }
});

test("random bytes are none of them, and do no harm", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.boolean(), (what, isUdp) => {
      const transport = isUdp ? "udp" : "tcp";
      for (const protocol of [stun, ike, enip, bittorrent, sunRpc]) {
        expect(protocol.recognises!(what, 0, transport)).not.toBe("yes");
        talk(protocol, [[0, what]] as Piece[], { transport });
      }
    }),
    { numRuns: 1_000 },
  );
});
