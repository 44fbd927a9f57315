import { expect, test } from "vitest";
import { craftedCaptures, craftedPackets } from "../fuzz/crafted-captures.ts";
import { lostPackets, passOver } from "../fuzz/engine-pass.ts";
import { SeededRandom } from "../fuzz/random.ts";
import { byteByByte, cutSomewhere, passOverPieces } from "../fuzz/split-passes.ts";

/** `test:fuzz` makes two hundred. */
const SPLITS = 40;

test.each([...craftedCaptures()])(
  "a capture gives the same events however its bytes come: %s",
  async (_, capture) => {
    const random = new SeededRandom(7);
    const whole = await passOverPieces([capture]);
    expect(whole.complete).toBe(true);
    expect(whole.offsets.length).toBeGreaterThanOrEqual(craftedPackets().length);
    expect(lostPackets(whole)).toEqual([]);
    expect((await passOverPieces(byteByByte(capture))).digest).toBe(whole.digest);
    for (let n = 0; n < SPLITS; n++) {
      expect((await passOverPieces(cutSomewhere(capture, random))).digest).toBe(whole.digest);
    }
  },
);

test("the crafted packets hold what the splits are to go through", () => {
  const pass = passOver([craftedCaptures().get("pcap")!], { keepRows: true });
  const weirds = new Set(pass.rows("weird").map((row) => row["name"]));
  expect(weirds).toContain("rexmit_inconsistency");
  expect(weirds).toContain("hop_limit_differs");
  expect(weirds).toContain("exceeded_tunnel_max_depth_in_tunnel");
  expect(pass.rows("tunnel").length).toBeGreaterThan(0);
  expect(
    pass.rows("conn").some((row) => Number(row["orig_frames"]) > Number(row["orig_pkts"])),
  ).toBe(true);
});
