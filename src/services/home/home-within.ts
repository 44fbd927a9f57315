import { HoldfastError } from "../../core/base/index.ts";
import { type Authority, coversCase } from "../../core/custody/index.ts";
import type { IndexStore, Scope } from "../index/index.ts";
import type { Home } from "./home.ts";
import type { Known, KnownFacts } from "./projection.ts";

type Covers = (caseName: string) => boolean;

/**
 * The home as far as an authority reaches: of cases beyond it nothing exists, so that asking for
 * what is theirs is answered like asking for what nobody has. It is built over what everything reads
 * through (projection, index, shelf), not over what people ask.
 */
export function homeWithin(home: Home, authority: Authority): Home {
  if (authority.cases === "*") return home;
  const cases = [...authority.cases];
  const covers: Covers = (name) => coversCase(authority, name) && home.covers(name);
  const [onlyCase] = cases;
  return {
    directory: home.directory,
    version: home.version,
    analysis: home.analysis,
    keys: home.keys,
    ledger: home.ledger,
    projection: factsWithin(home.projection, covers),
    index: indexWithin(home, { cases, covers }),
    shelf: {
      open: async (segment) => {
        const state = home.projection.segments.get(segment);
        if (state !== undefined && covers(state.entry.case)) return await home.shelf.open(segment);
        throw unknownSegment(segment);
      },
    },
    reads: {
      note: (actor, name, query) =>
        home.reads.note(actor, name === "*" && cases.length === 1 ? onlyCase! : name, query),
    },
    running: {
      get: (capture) => {
        const known = home.running.get(capture);
        return known !== undefined && covers(known.case) ? known : undefined;
      },
      set: (capture, running) => home.running.set(capture, running),
      delete: (capture) => home.running.delete(capture),
      keys: () => runningWithin(home, covers).keys(),
      get size() {
        return runningWithin(home, covers).size;
      },
    },
    append: (bodies, actor) => home.append(bodies, actor),
    inTurn: (task) => home.inTurn(task),
    ensureCase: async (name, actor, purpose) => {
      if (covers(name)) return await home.ensureCase(name, actor, purpose);
      throw new HoldfastError("home/unknown-case", `there is no case ${name}`);
    },
    identity: () => home.identity(),
    covers,
  };
}

function runningWithin(home: Home, covers: Covers) {
  const own = new Map<string, NonNullable<ReturnType<Home["running"]["get"]>>>();
  for (const capture of home.running.keys()) {
    const known = home.running.get(capture);
    if (known !== undefined && covers(known.case)) own.set(capture, known);
  }
  return own;
}

/** Values of some cases, looked up as they are asked for. */
class KnownWithin<V> implements Known<V> {
  readonly #all: Known<V>;
  readonly #isOwn: (value: V) => boolean;

  constructor(all: Known<V>, isOwn: (value: V) => boolean) {
    this.#all = all;
    this.#isOwn = isOwn;
  }

  get(id: string): V | undefined {
    const value = this.#all.get(id);
    return value !== undefined && this.#isOwn(value) ? value : undefined;
  }

  has(id: string): boolean {
    return this.get(id) !== undefined;
  }

  *values(): Generator<V> {
    for (const value of this.#all.values()) if (this.#isOwn(value)) yield value;
  }

  get size(): number {
    let size = 0;
    for (const value of this.#all.values()) if (this.#isOwn(value)) size++;
    return size;
  }
}

function factsWithin(all: KnownFacts, covers: Covers): KnownFacts {
  const isOwn = ({ entry }: { readonly entry: { readonly case: string } }) => covers(entry.case);
  return {
    cases: new KnownWithin(all.cases, (state) => covers(state.case)),
    captures: new KnownWithin(all.captures, ({ start }) => covers(start.case)),
    segments: new KnownWithin(all.segments, isOwn),
    attachments: new KnownWithin(all.attachments, isOwn),
    notes: new KnownWithin(all.notes, isOwn),
    // A search for all cases may name what was seen in any of them.
    savedQueries: new KnownWithin(all.savedQueries, isOwn),
    // Of a share for all cases not even the address: it may name what was seen in any of them.
    shares: new KnownWithin(all.shares, isOwn),
    findByDigest: (sha256, name) => (covers(name) ? all.findByDigest(sha256, name) : undefined),
    sealedAs: (of, sha256) => (covers(of.case) ? all.sealedAs(of, sha256) : []),
  };
}

function indexWithin(
  home: Home,
  { cases, covers }: { readonly cases: readonly string[]; readonly covers: Covers },
): IndexStore {
  const { index } = home;
  const within = <T extends { readonly scope: Scope }>(request: T): T => ({
    ...request,
    scope: scopeWithin(request.scope, cases),
  });
  const assertOwn = async (segment: string): Promise<void> => {
    const sealed = home.projection.segments.get(segment)?.entry.case;
    const running = async () =>
      (await index.segments()).find((one) => one.segment === segment)?.case;
    const name = sealed ?? (await running());
    if (name === undefined || !covers(name)) throw unknownSegment(segment);
  };
  return {
    logs: index.logs,
    segments: async () => (await index.segments()).filter((one) => covers(one.case)),
    beginSegment: async (segment) => {
      if (!covers(segment.case)) throw unknownSegment(segment.segment);
      await index.beginSegment(segment);
    },
    load: async (segment, frames) => await index.load(segment, frames),
    completeSegment: (segment) => index.completeSegment(segment),
    dropSegment: (segment) => index.dropSegment(segment),
    rows: (request, signal) => index.rows(within(request), signal),
    count: (request, signal) => index.count(within(request), signal),
    histogram: (request, signal) => index.histogram(within(request), signal),
    groups: (request, signal) => index.groups(within(request), signal),
    conversations: (request, signal) => index.conversations(within(request), signal),
    endpoints: (request, signal) => index.endpoints(within(request), signal),
    protocols: (request, signal) => index.protocols(within(request), signal),
    candidates: (scope, plan, signal) => index.candidates(scopeWithin(scope, cases), plan, signal),
    readPostings: async (segment, first, bytes) => {
      await assertOwn(segment);
      return await index.readPostings(segment, first, bytes);
    },
    readLayout: async (segment) => {
      await assertOwn(segment);
      return await index.readLayout(segment);
    },
    stop: () => Promise.reject(new HoldfastError("access/denied", "the index is the home's")),
  };
}

function scopeWithin(scope: Scope, cases: readonly string[]): Scope {
  return { ...scope, cases: scope.cases?.filter((name) => cases.includes(name)) ?? cases };
}

function unknownSegment(segment: string): HoldfastError {
  return new HoldfastError("home/unknown-segment", `there is no segment ${segment}`);
}
