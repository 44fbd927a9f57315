import fc from "fast-check";
import { expect } from "vitest";
import type { Protocol, Side } from "../../src/core/analyzers/index.ts";
import { createLimit } from "../../src/core/base/index.ts";
import { type Piece, splitPieces, type TalkOptions, talk } from "./conversation.ts";
import type { Row } from "./log-rows.ts";

/** How a conversation is cut. */
export interface CutOptions {
  /** The longest piece of a random cut: some of the messages should not fit in one. */
  readonly pieceBytesMax?: number;
  readonly runs?: number;
}

/** However a conversation is cut, whole, byte by byte or anywhere, the same comes of it. */
export function expectSameHoweverCut(
  pieces: readonly Piece[],
  outcomeOf: (pieces: readonly Piece[]) => unknown,
  { pieceBytesMax = 40, runs = 200 }: CutOptions = {},
): void {
  const whole = outcomeOf(pieces);
  expect(outcomeOf(splitPieces(pieces))).toEqual(whole);
  const lengths = fc.array(fc.integer({ min: 1, max: pieceBytesMax }), { minLength: 1 });
  fc.assert(
    fc.property(lengths, (some) => {
      let n = 0;
      expect(outcomeOf(splitPieces(pieces, () => some[n++ % some.length]!))).toEqual(whole);
    }),
    { numRuns: runs },
  );
}

/** Limits as they are, but for one. */
export function limitedTo(name: string, maximum: number): TalkOptions {
  return { services: { limit: (own, usual) => createLimit(own, own === name ? maximum : usual) } };
}

/** Rows of a protocol's logs without what depends on when a piece came. */
export function rowsWithoutTimes(
  protocol: Protocol,
  logs: readonly string[],
): (pieces: readonly Piece[]) => Row[] {
  return (pieces) => {
    const outcome = talk(protocol, pieces);
    return logs.flatMap((log) =>
      outcome.rows(log).map(({ ts, ts_ns, rtt, rtt_ns, ...row }) => row),
    );
  };
}

/** What is tried on a protocol. */
export interface HarmOptions extends TalkOptions {
  readonly runs?: number;
}

const SIDE = fc.constantFrom<Side>(0, 1);

/** Whatever bytes and holes come behind a conversation, or behind any beginning of it, nothing throws. */
export function expectAnyBytesHarmless(
  protocol: Protocol,
  opening: readonly Piece[],
  { runs = 500, ...options }: HarmOptions = {},
): void {
  const isUdp = options.transport === "udp";
  const bytes = fc.uint8Array({ maxLength: 200 });
  const what = isUdp ? bytes : fc.oneof({ weight: 8, arbitrary: bytes }, fc.nat(9));
  const noise = fc.array(fc.tuple(SIDE, what)) as fc.Arbitrary<Piece[]>;
  fc.assert(
    fc.property(fc.nat(opening.length), noise, (length, some) => {
      talk(protocol, [...opening, ...some], options);
      talk(protocol, [...opening.slice(0, length), ...some], options);
    }),
    { numRuns: runs },
  );
}

/** Whatever bytes of a conversation are changed, and wherever a message ends early, nothing throws. */
export function expectAnyChangeHarmless(
  protocol: Protocol,
  pieces: readonly Piece[],
  { runs = 500, ...options }: HarmOptions = {},
): void {
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.nat(pieces.length - 1), changes, fc.nat(), (which, places, cut) => {
      const [side, whole] = pieces[which]!;
      if (typeof whole === "number" || whole.length === 0) return;
      const changed = whole.slice();
      for (const [at, value] of places) changed[at % changed.length] = value;
      const short = changed.subarray(0, 1 + (cut % changed.length));
      const before = pieces.slice(0, which);
      const after = pieces.slice(which + 1);
      talk(protocol, [...before, [side, changed], ...after], options);
      talk(protocol, [...before, [side, short], ...after], options);
      talk(protocol, [[side, short]], options);
    }),
    { numRuns: runs },
  );
}
