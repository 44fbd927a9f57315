import type { Operations, OutputOf } from "../../api/index.ts";
import { pathsOf, readFileIfPresent } from "../../platform/index.ts";
import { coverageOf } from "./coverage.ts";
import { findHeadline } from "./findings/index.ts";
import type { Home } from "./home.ts";
import { packetSegment } from "./projection.ts";

type Status = OutputOf<Operations["status"]>;

/** The evidence strip: what this home holds and in what state it is. */
export async function statusOf(
  home: Home,
  caseName: string | undefined,
  signal: AbortSignal,
): Promise<Status> {
  const { projection } = home;
  const captures = [...projection.captures.values()].filter(
    ({ state, start }) => state === "sealed" && (caseName === undefined || start.case === caseName),
  );
  const segments = captures.flatMap((capture) => capture.segments.map(({ entry }) => entry));
  const packets = (list: typeof captures): number =>
    list.reduce((sum, c) => sum + (packetSegment(c)?.entry.packets ?? 0), 0);
  const coverage = coverageOf(projection, caseName, home.running.size > 0);
  const losses = captures.flatMap((c) => {
    const balance = packetSegment(c)?.entry.balance;
    return balance ? [balance.kernel, balance.interface].filter((n) => n !== null) : [];
  });
  const verified = await lastVerified(home);
  return {
    version: home.version,
    home: home.directory,
    origin: home.keys.signer.key.name,
    cases: [...projection.cases.values()].map(({ case: name, openedAt }) => {
      const own = [...projection.captures.values()].filter(
        (c) => c.state === "sealed" && c.start.case === name,
      );
      return { case: name, opened_at: openedAt, captures: own.length, packets: packets(own) };
    }),
    captures: captures.length,
    segments: segments.length,
    packets: packets(captures),
    bytes: segments
      .filter(({ kind }) => kind === "original")
      .reduce((sum, s) => sum + s.plaintext_bytes, 0),
    stored_bytes: segments.reduce((sum, s) => sum + s.body_bytes + s.events_bytes, 0),
    first_ns: coverage.from_ns,
    last_ns: coverage.to_ns,
    gaps: coverage.gaps.length,
    lost: losses.length === 0 ? null : losses.reduce((sum, n) => sum + n, 0),
    keep: "full",
    verified_at: verified?.at ?? null,
    verified_ok: verified?.ok ?? null,
    key: home.keys.hasPassphrase ? "passphrase" : "on this disk",
    ledger_size: home.ledger.size,
    headline: captures.length === 0 ? null : await headline(home, caseName, signal),
  };
}

async function headline(
  home: Home,
  caseName: string | undefined,
  signal: AbortSignal,
): Promise<Status["headline"]> {
  const scope = caseName === undefined ? {} : { case: caseName };
  const upload = await findHeadline(home, scope, signal);
  if (upload?.uid == null) return null;
  return { text: upload.text, uid: upload.uid, query: upload.query };
}

async function lastVerified(home: Home): Promise<{ at: string; ok: boolean } | undefined> {
  const bytes = await readFileIfPresent(pathsOf(home.directory).verifiedFile);
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as { at: string; ok: boolean };
  } catch {
    return undefined; // a torn file says nothing; the next verify writes it anew
  }
}
