import fc from "fast-check";
import { expect, test } from "vitest";
import { talk } from "../../../../test/support/conversation.ts";
import { sip } from "./index.ts";

const bytes = (...lines: string[]): Uint8Array =>
  Uint8Array.from(Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"));
const udp = { transport: "udp", responderPort: 5060 } as const;
const invite = bytes(
  "INVITE sip:b@y SIP/2.0",
  "Via: SIP/2.0/UDP a;branch=1",
  "From: A <sip:a@x>;tag=9",
  "CSeq: 1 INVITE",
  "Content-Length: 0",
);

test("a request and its reply are a row; a preliminary reply is one too", () => {
  const out = talk(
    sip,
    [
      [0, invite],
      [1, bytes("SIP/2.0 180 Ringing", "Via: SIP/2.0/UDP a;branch=1")],
      [1, bytes("SIP/2.0 200 OK", "To: <sip:b@y>;tag=2")],
    ],
    udp,
  );
  expect(out.services).toEqual(["sip"]);
  expect(out.rows("sip")).toEqual([
    expect.objectContaining({ status_code: 180 }),
    expect.objectContaining({
      method: "INVITE",
      uri: "sip:b@y",
      request_from: "A <sip:a@x>",
      request_path: ["SIP/2.0/UDP a"],
      status_code: 200,
      status_msg: "OK",
      response_to: "<sip:b@y>;tag=2",
      request_body_len: 0,
    }),
  ]);
});

test("lengths that are none, unknown methods and junk are told", () => {
  const out = talk(
    sip,
    [
      [0, new Uint8Array(2)],
      [0, bytes("DANCE sip:b SIP/2.0", "Content-Length: bad")],
    ],
    udp,
  );
  expect(out.weirds).toEqual([
    "sip_junk_before_request \\x00\\x00",
    "unknown_SIP_method DANCE",
    "invalid_SIP_request_body_len bad",
  ]);
  expect(out.rows("sip")).toHaveLength(1);
});

test("no bytes whatever make it throw", () => {
  fc.assert(
    fc.property(fc.nat(invite.length), fc.uint8Array({ maxLength: 99 }), (at, some) => {
      talk(
        sip,
        [
          [0, Uint8Array.from([...invite.subarray(0, at), ...some])],
          [1, some],
        ],
        udp,
      );
    }),
    { numRuns: 500 },
  );
});
