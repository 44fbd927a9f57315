import type { Operations, OutputOf } from "../../api/index.ts";
import { connSchema } from "../../core/analyzers/index.ts";
import { sizeText } from "../../core/base/index.ts";
import { isInNetwork, parseAddress, parseNetwork } from "../../core/packet/index.ts";
import { compileRows } from "../../core/query/index.ts";
import { readFileIfPresent, systemClock } from "../../platform/index.ts";
import type { Row } from "../index/index.ts";
import { readQuestion } from "./ask.ts";
import { coverageOf } from "./coverage.ts";
import type { Home } from "./home.ts";
import { pathsOf } from "./home-paths.ts";
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

/** Uploads smaller than this are nobody's headline. */
const UPLOAD_BYTES_MIN = 1_000_000;
const CANDIDATES = 20;

/**
 * The largest upload to an address outside that the sender had never met before in what was recorded:
 * most often the question people come with.
 */
async function headline(
  home: Home,
  caseName: string | undefined,
  signal: AbortSignal,
): Promise<Status["headline"]> {
  const scope = caseName === undefined ? {} : { case: caseName };
  const ask = (q: string) =>
    compileRows(readQuestion(home, { q, relativeTo: "now" }, systemClock.nowMs()).query, {
      log: connSchema,
      logs: home.index.logs,
    });
  const uploads = await home.index.rows(
    {
      scope,
      log: "conn",
      condition: ask(`conn.orig_bytes >= ${UPLOAD_BYTES_MIN}`),
      orderBy: "orig_bytes",
      descending: true,
      limit: CANDIDATES,
      offset: 0,
    },
    signal,
  );
  for (const row of uploads) {
    if (
      isInside(String(row["id.resp_h"])) ||
      Number(row["orig_bytes"]) <= Number(row["resp_bytes"] ?? 0)
    )
      continue;
    const between = `host ${String(row["id.orig_h"])} and host ${String(row["id.resp_h"])}`;
    const first = await home.index.rows(
      { scope, log: "conn", condition: ask(between), limit: 1, offset: 0 },
      signal,
    );
    if (first[0]?.["uid"] === row["uid"])
      return { text: sentence(row), uid: String(row["uid"]), query: between };
  }
  return null;
}

/** Addresses that no upload leaves the house with: private, link-local, loopback. */
const INSIDE = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "127.0.0.0/8",
  "fc00::/7",
  "fe80::/10",
  "::1/128",
].map((text) => parseNetwork(text)!);

function isInside(address: string): boolean {
  const words = parseAddress(address);
  return words !== undefined && INSIDE.some((network) => isInNetwork(network, ...words));
}

function sentence(row: Row): string {
  const time = new Date(Number(row["ts"]) * 1000).toISOString().slice(11, 16);
  return `${String(row["id.orig_h"])} sent ${sizeText(Number(row["orig_bytes"]))} to ${String(row["id.resp_h"])}, never seen before, at ${time}: what was it?`;
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
