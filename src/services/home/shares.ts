import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import { type CaseId, HoldfastError } from "../../core/base/index.ts";
import type { Actor } from "../../core/custody/index.ts";
import { createSegmentId, formatTimestamp, systemClock } from "../../platform/index.ts";
import type { Home } from "./home.ts";
import type { ShareState } from "./projection.ts";

const DAY_MS = 24 * 3600_000;

/** Puts a view under an address that ends; what is seen there is decided for whoever looks. */
export async function createShare(
  home: Home,
  input: ParsedInputOf<Operations["share"]>,
  { actor, servedAt }: { readonly actor: Actor; readonly servedAt: string | undefined },
): Promise<OutputOf<Operations["share"]>> {
  const { address, title } = input;
  const caseName = input.case ?? "*";
  if (caseName !== "*" && !home.projection.cases.has(caseName)) {
    throw new HoldfastError("home/unknown-case", `no case ${caseName}`);
  }
  const share = createSegmentId(systemClock);
  const expires_at = formatTimestamp(systemClock.nowMs() + input.expires_days * DAY_MS);
  const made = { share, case: caseName as CaseId, title, address, expires_at };
  const seq = await home.append([{ type: "share.create", ...made }], actor);
  const path = `/s/${share}`;
  return { share, path, link: servedAt === undefined ? null : servedAt + path, expires_at, seq };
}

/** Where a share leads, while it does. */
export function openShare(
  home: Home,
  { share }: ParsedInputOf<Operations["openShare"]>,
): OutputOf<Operations["openShare"]> {
  const state = findShare(home, share);
  const facts = describe(state);
  const { by } = facts;
  if (state.revoked !== undefined) {
    const { by: whose, at } = state.revoked;
    throw new HoldfastError("share/revoked", `${whose} took this shared view back at ${at}`, {
      remedy: `ask ${by} for another`,
    });
  }
  if (facts.state === "expired") {
    throw new HoldfastError("share/expired", `this shared view ended at ${facts.expires_at}`, {
      remedy: `ask ${by} for another`,
    });
  }
  return facts;
}

/** Shares of a case and of all cases, those that ended too, the newest first. */
export function listShares(
  home: Home,
  input: ParsedInputOf<Operations["shares"]>,
): OutputOf<Operations["shares"]> {
  const list = [...home.projection.shares.values()].filter(
    ({ entry }) => entry.case === "*" || input.case === undefined || entry.case === input.case,
  );
  return { shares: list.map(describe).reverse() };
}

/** Ends a share before its time. */
export async function revokeShare(
  home: Home,
  { share, reason }: ParsedInputOf<Operations["revokeShare"]>,
  actor: Actor,
): Promise<OutputOf<Operations["revokeShare"]>> {
  const { entry, revoked } = findShare(home, share);
  if (revoked !== undefined) {
    throw new HoldfastError("share/revoked", `this shared view was taken back already`);
  }
  const body = { type: "share.revoke", share, case: entry.case, reason } as const;
  return { share, seq: await home.append([body], actor) };
}

function findShare(home: Home, share: string): ShareState {
  const known = home.projection.shares.get(share);
  if (known !== undefined) return known;
  throw new HoldfastError("home/unknown-share", `there is no shared view ${share}`, {
    remedy: "look whether the address is whole, or ask whoever sent it",
  });
}

function describe({ entry, seq, at, by, revoked }: ShareState) {
  const { share, case: caseName, title, address, expires_at } = entry;
  const isOver = Date.parse(expires_at) <= systemClock.nowMs();
  const state = revoked !== undefined ? "revoked" : isOver ? "expired" : "open";
  return { share, case: caseName, title, address, by, at, expires_at, state, seq } as const;
}
