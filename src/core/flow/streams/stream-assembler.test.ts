import fc from "fast-check";
import { expect, test } from "vitest";
import { OVERLAP_POLICIES, type OverlapPolicy } from "../overlap-policy.ts";
import { StreamAssembler } from "./stream-assembler.ts";
import { createStreamLimits, type StreamMaxima } from "./stream-limits.ts";

interface Seen {
  /** `_` for a byte lost, `~` for one cut off. */
  text: string;
  conflicts: string[];
  gaps: string[];
  offsets: number[];
}

/** An assembler whose results are text. */
function assembler(
  options: { policy?: OverlapPolicy; maxima?: Partial<StreamMaxima>; heldBytes?: number } = {},
) {
  const seen: Seen = { text: "", conflicts: [], gaps: [], offsets: [] };
  const limits = createStreamLimits(options.maxima);
  let expected = 0;
  const stream = new StreamAssembler({
    policy: options.policy ?? "first",
    limits,
    heldBytes: options.heldBytes ?? 0,
    sink: {
      data(bytes, position, recordOffset) {
        expect(position).toBe(expected);
        expected += bytes.length;
        seen.text += Buffer.from(bytes).toString("latin1");
        seen.offsets.push(recordOffset);
      },
      gap(position, length, kind) {
        expect(position).toBe(expected);
        expected += length;
        seen.gaps.push(`${kind} ${position}+${length}`);
        if (length < 1000) seen.text += (kind === "cut" ? "~" : "_").repeat(length);
      },
      conflict({ position, length, firstOffset, secondOffset, first, second }) {
        expect(first.length).toBe(length);
        expect(second.length).toBe(length);
        const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
        seen.conflicts.push(
          `${position}+${length} ${text(first)}@${firstOffset} ${text(second)}@${secondOffset}`,
        );
      },
    },
  });
  return { stream, seen, limits };
}

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

/** A SYN at `isn`, then segments as [position, text]. */
function run(
  segments: readonly (readonly [number, string])[],
  options: Parameters<typeof assembler>[0] & { isn?: number } = {},
): Seen {
  const { stream, seen } = assembler(options);
  const isn = options.isn ?? 1000;
  stream.start(isn);
  for (const [n, [position, text]] of segments.entries()) {
    stream.segment(isn + 1 + position, bytesOf(text), n);
  }
  stream.end();
  return seen;
}

/** The sequence of Novak and Sturges; the first byte comes last, so that nothing is read before. */
const PUBLISHED: readonly (readonly [number, string])[] = [
  [1, "AAA"],
  [5, "BB"],
  [7, "CCC"],
  [11, "D"],
  [14, "EE"],
  [16, "FFF"],
  [19, "GG"],
  [21, "HH"],
  [23, "I"],
  [2, "JJJJ"],
  [7, "KKK"],
  [10, "LLL"],
  [13, "MMM"],
  [17, "N"],
  [20, "O"],
  [21, "P"],
  [23, "QQ"],
  [0, "0"],
];

test.each([
  ["first", "0AAAJBBCCCLDLMEEFFFGGHHIQ"],
  ["last", "0AJJJJBKKKLLLMMMFNFGOPHQQ"],
  ["bsd", "0AAAJJBCCCLLLMMMFFFGGHHIQ"],
  ["windows", "0AAAJJBCCCLLLMMMFFFGGHHIQ"],
  ["linux", "0AAAJJBCCCLLLMMMFFFGGHHQQ"],
  ["solaris", "0AJJJBBKKKLLLMMMFFFGGHHQQ"],
] as const)("%s answers the published overlaps with its table", (policy, expected) => {
  for (const isn of [1000, 0xffffffff, 0xfffffff0, 0x7ffffff8]) {
    expect(run(PUBLISHED, { policy, isn }).text).toBe(expected);
  }
});

test("every overlap with other bytes is a conflict that names both packets", () => {
  const { conflicts } = run([
    [2, "cdef"],
    [4, "eXYh"],
    [0, "ab"],
  ]);
  expect(conflicts).toEqual(["5+1 f@0 X@1"]);
  expect(
    run([
      [2, "cd"],
      [2, "cd"],
      [0, "abcd"],
    ]).conflicts,
  ).toEqual([]);
});

test("a retransmission that differs is found after delivery, and delivered bytes stay", () => {
  for (const policy of OVERLAP_POLICIES) {
    const seen = run(
      [
        [0, "GET /a"],
        [6, " HTTP"],
        [0, "GET /b HTTP"],
      ],
      { policy },
    );
    expect(seen.text).toBe("GET /a HTTP");
    expect(seen.conflicts).toEqual(["5+1 a@0 b@2"]);
  }
});

test("bytes held back are still open to the policy", () => {
  const segments = [
    [0, "GET /a"],
    [6, " HTTP"],
    [5, "b"],
  ] as const;
  expect(run(segments, { policy: "last", heldBytes: 100 }).text).toBe("GET /b HTTP");
  expect(run(segments, { policy: "first", heldBytes: 100 }).text).toBe("GET /a HTTP");
  expect(run(segments, { policy: "last", heldBytes: 3 }).text).toBe("GET /a HTTP");
});

test("only the last bytes delivered are remembered", () => {
  const { stream, seen, limits } = assembler({ maxima: { rememberedBytes: 4 } });
  stream.start(0);
  stream.segment(1, bytesOf("abcdefgh"), 1);
  stream.segment(1, bytesOf("ABCDEFGH"), 2);
  expect(seen.conflicts).toEqual(["4+4 efgh@1 EFGH@2"]);
  expect(stream.counts.duplicateBytes).toBe(8);
  expect(limits.rememberedBytes.reached).toBe(1);
});

test("without a SYN the first segment's number counts, and what lies before is counted only", () => {
  const { stream, seen } = assembler();
  stream.segment(5000, bytesOf("def"), 1);
  stream.segment(4997, bytesOf("abcdefg"), 2);
  stream.end();
  expect(seen.text).toBe("defg");
  expect(stream.counts.beforeStart).toBe(3);
  expect(seen.conflicts).toEqual([]);
});

test("a hole is given up when it was acknowledged and data waits behind it", () => {
  const { stream, seen } = assembler();
  stream.start(99);
  stream.segment(103, bytesOf("def"), 1);
  expect(seen.text).toBe("");
  stream.acknowledged(100);
  expect(seen.text).toBe("");
  stream.acknowledged(106);
  expect(seen.text).toBe("___def");
  stream.segment(100, bytesOf("abc"), 2);
  expect(stream.counts.lateBytes).toBe(3);
  expect(seen.gaps).toEqual(["lost 0+3"]);
});

test("an acknowledgment before its data is no gap, one at the end is", () => {
  const { stream, seen } = assembler();
  stream.start(99);
  stream.acknowledged(103);
  stream.segment(100, bytesOf("abc"), 1);
  stream.acknowledged(110);
  stream.end();
  expect(seen.text).toBe("abc_______");
});

test("a FIN counts as one number and not as a byte, seen or not", () => {
  for (const isFinSeen of [true, false]) {
    const { stream, seen } = assembler();
    stream.start(99);
    stream.segment(100, bytesOf("abc"), 1);
    if (isFinSeen) stream.finish(103);
    stream.acknowledged(104);
    stream.end();
    expect(seen.text).toBe("abc");
  }
  const { stream, seen } = assembler();
  stream.start(99);
  stream.segment(100, bytesOf("abc"), 1);
  stream.finish(105);
  stream.end();
  expect(seen.text).toBe("abc__");
});

test("what the capture cut off is a gap, unless it comes again whole", () => {
  const cut = assembler();
  cut.stream.start(99);
  cut.stream.segment(100, bytesOf("abc"), 1, 6);
  cut.stream.segment(106, bytesOf("ghi"), 2);
  expect(cut.seen.text).toBe("abc~~~ghi");
  expect(cut.stream.counts.cutBytes).toBe(3);

  const again = assembler();
  again.stream.start(99);
  again.stream.segment(102, bytesOf("c"), 1, 4);
  again.stream.segment(102, bytesOf("cdef"), 2);
  again.stream.segment(100, bytesOf("ab"), 3);
  expect(again.seen.text).toBe("abcdef");
  expect(again.seen.offsets).toEqual([3, 1, 2]);
});

test("keep-alives are counted and are no conflict, a probe's byte is data", () => {
  const { stream, seen } = assembler();
  stream.start(99);
  stream.segment(100, bytesOf("abc"), 1);
  stream.segment(102, bytesOf("\0"), 2);
  stream.segment(103, bytesOf("d"), 3);
  stream.segment(103, bytesOf("def"), 4);
  expect(seen.text).toBe("abcdef");
  expect(stream.counts.keepAlives).toBe(1);
  expect(seen.conflicts).toEqual([]);
});

test("what lies beyond the largest window is counted and not believed", () => {
  const { stream, seen } = assembler();
  stream.start(99);
  stream.segment(100, bytesOf("abc"), 1);
  stream.segment(103 + 2 ** 30 + 1, bytesOf("far"), 2);
  stream.segment(100 - 2 ** 30, bytesOf("old"), 3);
  stream.acknowledged(103 + 2 ** 30 + 1);
  stream.end();
  expect(seen.text).toBe("abc");
  expect(stream.counts.outOfWindow).toBe(1);
});

test("of several SYNs the one that the peer acknowledged counts", () => {
  const { stream, seen } = assembler();
  stream.start(99);
  stream.start(5000);
  stream.acknowledged(100);
  stream.segment(100, bytesOf("abc"), 1);
  expect(seen.text).toBe("abc");
  const last = assembler();
  last.stream.start(99);
  last.stream.start(5000);
  last.stream.segment(5001, bytesOf("abc"), 1);
  expect(last.seen.text).toBe("abc");
});

test("positions go on beyond 4 GiB", () => {
  const { stream, seen } = assembler();
  stream.start(0xfffffff0);
  let sequence = 0xfffffff1;
  const step = 2 ** 29;
  for (let n = 0; n < 20; n++) {
    stream.segment(sequence, bytesOf("x"), n, step);
    sequence = (sequence + step) >>> 0;
  }
  stream.segment(sequence + 1, bytesOf("b"), 21);
  stream.segment(sequence, bytesOf("a"), 20);
  expect(stream.position).toBe(20 * step + 2);
  expect(seen.text.endsWith("ab")).toBe(true);
});

test("at a limit the first hole is given up, and the limit says so", () => {
  for (const maxima of [{ pieces: 2 }, { bufferedBytes: 4 }, { totalBytes: 4 }]) {
    const { stream, seen, limits } = assembler({ maxima });
    stream.start(99);
    for (const [n, position] of [4, 8, 12, 16].entries()) {
      stream.segment(100 + position, bytesOf("ab"), n);
    }
    expect(seen.text.startsWith("____ab")).toBe(true);
    const [name] = Object.keys(maxima) as (keyof StreamMaxima)[];
    expect(limits[name!].reached).toBeGreaterThan(0);
    expect(stream.heldBytes).toBeLessThanOrEqual(4);
    stream.end();
    expect(seen.text).toBe("____ab__ab__ab__ab");
    expect(stream.heldBytes).toBe(0);
  }
});

/** A stream cut anywhere, some pieces twice or overlapping, in any order. */
const shuffled = fc
  .record({
    text: fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 80 }),
    isn: fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constant(2 ** 32 - 20)),
    cuts: fc.array(fc.tuple(fc.nat(79), fc.integer({ min: 1, max: 30 })), { maxLength: 40 }),
    order: fc.array(fc.nat(), { minLength: 120, maxLength: 120 }),
  })
  .map(({ text, isn, cuts, order }) => {
    const segments = [...text].map((byte, at) => [at, byte] as const);
    for (const [from, length] of cuts) {
      if (from < text.length) segments.push([from, text.slice(from, from + length)]);
    }
    const sorted = segments
      .map((segment, n) => ({ segment, key: order[n]! }))
      .sort((a, b) => a.key - b.key)
      .map(({ segment }) => segment);
    return { text, isn, sorted };
  });

test("any order, any split and any duplicates give the stream back, under every policy", () => {
  fc.assert(
    fc.property(shuffled, fc.constantFrom(0, 5, 1000), ({ text, isn, sorted }, heldBytes) => {
      for (const policy of OVERLAP_POLICIES) {
        const seen = run(sorted, { policy, isn, heldBytes });
        expect(seen.text).toBe(text);
        expect(seen.conflicts).toEqual([]);
        expect(seen.gaps).toEqual([]);
      }
    }),
    { numRuns: 300 },
  );
});

/** Segments of any content anywhere: overlaps that differ, holes, all orders. */
const hostile = fc.array(
  fc.tuple(fc.nat(60), fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 20 })),
  { maxLength: 40 },
);

/** The slow way: a byte knows its packet's extent, and the table decides byte by byte. */
function byTable(segments: readonly (readonly [number, string])[], keepsNew: boolean): string {
  const bytes: (string | undefined)[] = [];
  for (const [position, text] of segments) {
    [...text].forEach((byte, n) => {
      if (bytes[position + n] === undefined || keepsNew) bytes[position + n] = byte;
    });
  }
  return Array.from(bytes, (byte) => byte ?? "_").join("");
}

test("with conflicts first and last are what their names say", () => {
  fc.assert(
    fc.property(hostile, (segments) => {
      expect(run(segments, { policy: "first", heldBytes: 1e6 }).text).toBe(
        byTable(segments, false),
      );
      expect(run(segments, { policy: "first" }).text).toBe(byTable(segments, false));
      expect(run(segments, { policy: "last", heldBytes: 1e6 }).text).toBe(byTable(segments, true));
    }),
    { numRuns: 500 },
  );
});

test("hostile segments, limits and acknowledgments never break order or accounting", () => {
  const step = fc.oneof(
    fc.record({ at: fc.nat(200), text: fc.string({ maxLength: 12 }), cut: fc.nat(5) }),
    fc.record({ ack: fc.nat(220) }),
    fc.record({ fin: fc.nat(220) }),
    fc.record({ syn: fc.integer() }),
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.constantFrom(...OVERLAP_POLICIES),
      fc.record({ pieces: fc.integer({ min: 1, max: 8 }), bufferedBytes: fc.nat(40) }),
      (steps, policy, maxima) => {
        const { stream } = assembler({ policy, maxima });
        for (const [n, one] of steps.entries()) {
          if ("at" in one) {
            stream.segment(one.at, bytesOf(one.text), n, one.text.length + one.cut);
          } else if ("ack" in one) stream.acknowledged(one.ack);
          else if ("fin" in one) stream.finish(one.fin);
          else stream.start(one.syn);
          expect(stream.heldBytes).toBeLessThanOrEqual(maxima.bufferedBytes + 12);
          expect(stream.heldBytes).toBeGreaterThanOrEqual(0);
        }
        stream.end();
        const { bytes, lostBytes, cutBytes } = stream.counts;
        expect(stream.heldBytes).toBe(0);
        expect(bytes + lostBytes + cutBytes).toBe(stream.position);
      },
    ),
    { numRuns: 500 },
  );
});

const SHAPES: Readonly<Record<string, (n: number, count: number) => number>> = {
  "every other byte": (n) => n * 2 + 1,
  "reverse order": (n, count) => (count - n) * 2,
  "from both ends": (n, count) => (n % 2 === 0 ? n + 1 : (count * 2 - n) * 2),
  "all over the place": (n, count) => ((n * 7919) % count) * 2 + 1,
};

test.each(Object.entries(SHAPES))(
  "work grows with the pieces alone: %s",
  (_, position) => {
    const stepsOf = (count: number): number => {
      const { stream } = assembler({ maxima: { pieces: 2 ** 21 } });
      stream.start(0);
      const byte = bytesOf("x");
      for (let n = 0; n < count; n++) stream.segment(1 + position(n, count), byte, n);
      stream.end();
      return stream.steps;
    };
    const counted = [2 ** 14, 2 ** 15, 2 ** 16].map(stepsOf);
    expect(counted[1]! / counted[0]!).toBeLessThanOrEqual(2.3);
    expect(counted[2]! / counted[1]!).toBeLessThanOrEqual(2.3);
  },
  30_000,
);
