import { expect, test } from "vitest";
import {
  createStreamLimits,
  OVERLAP_POLICIES,
  type OverlapPolicy,
  StreamAssembler,
} from "../../src/core/flow/index.ts";
import { SeededRandom } from "./random.ts";

const count = Number(process.env["HOLDFAST_FUZZ_COUNT"] ?? 10_000);
const seed = Number(process.env["HOLDFAST_FUZZ_SEED"] ?? 1);

const PLACES = 80;

interface Segment {
  readonly position: number;
  readonly text: string;
}

/** The published table as text: how the new segment lies to the old one, both its ends compared. */
const KEEPS_NEW: Readonly<Record<OverlapPolicy, RegExp>> = {
  first: /^never$/,
  last: /./,
  bsd: /^before/,
  windows: /^before/,
  linux: /^before|^same beyond/,
  solaris: /beyond$|^(before|same) same$/,
};

function relation(newPlace: readonly number[], oldPlace: readonly number[]): string {
  const [start, end] = [newPlace[0]! - oldPlace[0]!, newPlace[1]! - oldPlace[1]!];
  const begins = start < 0 ? "before" : start > 0 ? "after" : "same";
  return `${begins} ${end < 0 ? "short" : end > 0 ? "beyond" : "same"}`;
}

/** The slow way, cell by cell: each knows the segment that wrote it. */
function bySlowModel(segments: readonly Segment[], policy: OverlapPolicy): string {
  const cells: (Segment | undefined)[] = new Array(PLACES).fill(undefined);
  const byteOf = ({ position, text }: Segment, cell: number): string => text[cell - position]!;
  const placeOf = ({ position, text }: Segment) => [position, position + text.length] as const;
  for (const segment of segments) {
    const [start, end] = placeOf(segment);
    for (let at = start; at < end; ) {
      const old = cells[at];
      let to = at + 1;
      while (to < end && cells[to] === old) to++;
      const overlap = Array.from({ length: to - at }, (_, n) => at + n);
      const isKept =
        old !== undefined && !KEEPS_NEW[policy].test(relation([start, end], placeOf(old)));
      for (const cell of isKept ? [] : overlap) cells[cell] = segment;
      at = to;
    }
  }
  return cells
    .map((segment, cell) => (segment ? byteOf(segment, cell) : "_"))
    .join("")
    .replace(/_+$/, "");
}

/** Nothing is read before the end, because the first byte is missing until then. */
function byAssembler(segments: readonly Segment[], policy: OverlapPolicy, isn: number): string {
  let text = "";
  const stream = new StreamAssembler({
    policy,
    limits: createStreamLimits(),
    sink: {
      data: (bytes) => {
        text += Buffer.from(bytes).toString("latin1");
      },
      gap: (_, length) => {
        text += "_".repeat(length);
      },
    },
  });
  stream.start(isn);
  segments.forEach((segment, n) => {
    stream.segment((isn + 1 + segment.position) | 0, Buffer.from(segment.text), n);
  });
  stream.end();
  return text;
}

function randomSegments(random: SeededRandom): Segment[] {
  return Array.from({ length: 1 + random.below(14) }, (_, n) => {
    const position = 1 + random.below(PLACES - 20);
    const letters = Array.from({ length: 1 + random.below(16) }, () =>
      random.below(3) === 0 ? "x" : String.fromCharCode(97 + n),
    );
    return { position, text: letters.join("") };
  });
}

test(`${count} hostile streams are what the published table says, byte for byte (seed ${seed})`, () => {
  const random = new SeededRandom(seed);
  const faults: string[] = [];
  for (let n = 0; n < count && faults.length < 5; n++) {
    const segments = randomSegments(random);
    const isn = random.pick([0, 0xffffffff - random.below(PLACES), random.below(0xffffffff)]);
    for (const policy of OVERLAP_POLICIES) {
      const found = byAssembler(segments, policy, isn);
      const expected = bySlowModel(segments, policy);
      if (found !== expected) {
        faults.push(`${n} ${policy}: ${found} for ${expected} of ${JSON.stringify(segments)}`);
      }
    }
  }
  expect(faults).toEqual([]);
});
