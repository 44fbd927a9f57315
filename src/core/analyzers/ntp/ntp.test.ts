import fc from "fast-check";
import { expect, test } from "vitest";
import { talk } from "../../../../test/support/conversation.ts";
import { ntp } from "./index.ts";

const udp = { transport: "udp", responderPort: 123 } as const;

function timeMessage(mode: number, stratum: number): Uint8Array {
  const bytes = new Uint8Array(48);
  bytes.set([(4 << 3) | mode, stratum, 6, 0xec]);
  bytes.set([0, 1, 0x80, 0], 4);
  bytes.set([10, 0, 0, 1], 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(40, 2_208_988_800 + 100);
  view.setUint32(44, 0x80000000);
  return bytes;
}

test("each message is a row with its times since 1970", () => {
  const out = talk(ntp, [[0, timeMessage(3, 2)]], udp);
  expect(out.services).toEqual(["ntp"]);
  expect(out.rows("ntp")[0]).toMatchObject({
    version: 4,
    mode: 3,
    stratum: 2,
    poll: 64,
    root_delay: 0.5 + 1 - 1,
    ref_id: "10.0.0.1",
    ref_time: 0,
    xmt_time: 100.5,
    num_exts: 0,
  });
});

test("control and private messages have logs of their own", () => {
  const control = Uint8Array.of(0x16, 0x82, 0, 1, 0, 2, 0, 3, 0, 0, 0, 2, 0x68, 0x69);
  const out = talk(
    ntp,
    [
      [0, control],
      [0, Uint8Array.of(0x17, 0, 3, 42, 0, 0)],
    ],
    udp,
  );
  expect(out.rows("ntp_control")[0]).toMatchObject({
    op_code: 2,
    resp_bit: true,
    association_id: 3,
    data: "hi",
  });
  expect(out.rows("ntp_private")[0]).toMatchObject({ req_code: 42, implementation: 3, err: 0 });
});

test("what is too short, or has extensions that do not fit, is no NTP", () => {
  expect(talk(ntp, [[0, timeMessage(3, 1).subarray(0, 40)]], udp).rejected).toBe("not NTP");
  const odd = Uint8Array.from([...timeMessage(3, 1), ...new Uint8Array(30)]);
  expect(talk(ntp, [[0, odd]], udp).rejected).toBe("not NTP");
});

test("no bytes whatever make it throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (some) => {
      talk(
        ntp,
        [
          [0, some],
          [1, some],
        ],
        udp,
      );
    }),
    { numRuns: 500 },
  );
});
