import { expect, test } from "vitest";
import { craftedCaptures } from "./crafted-captures.ts";
import { SeededRandom } from "./random.ts";
import { byteByByte, cutSomewhere, passOverPieces } from "./split-passes.ts";

const SPLITS = 200;
const seed = Number(process.env["HOLDFAST_FUZZ_SEED"] ?? 1);

test.each([...craftedCaptures()])(
  `the same events byte for byte, whole, by single bytes and under ${SPLITS} splits: %s`,
  async (_, capture) => {
    const random = new SeededRandom(seed);
    const { digest } = await passOverPieces([capture]);
    expect((await passOverPieces(byteByByte(capture))).digest).toBe(digest);
    for (let n = 0; n < SPLITS; n++) {
      expect((await passOverPieces(cutSomewhere(capture, random))).digest, `split ${n}`).toBe(
        digest,
      );
    }
  },
);
