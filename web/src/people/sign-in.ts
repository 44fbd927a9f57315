import { useQuery } from "@tanstack/react-query";
import { call, failureOf, unreachable } from "../client.ts";
import { post } from "./session.ts";

/** The page that a sign-in provider sends browsers back to. */
const PATH = "/login/oidc";
const RETURN = "holdfast.return";
/** The query of the page that somebody comes to who has just linked an account. */
const LINKED = "?linked";

/** A provider that people may sign in with, and where that works. */
export interface SignInProvider {
  readonly name: string;
  readonly origin: string;
}

interface WaysIn {
  /** Nobody but the owner comes in here. */
  readonly solo: boolean;
  readonly provider?: SignInProvider;
  /** The one origin where passkeys work, or why they work nowhere. */
  readonly passkeys: { readonly origin: string; readonly why: string | null };
}

/** Which ways in there are: the one thing that whoever is not let in may know. */
export function useWaysIn() {
  return useQuery({ queryKey: ["ways"], queryFn: ({ signal }) => askWays(signal) });
}

async function askWays(signal: AbortSignal): Promise<WaysIn> {
  let response: Response;
  try {
    response = await fetch("/login/ways", { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw unreachable();
  }
  if (!response.ok) throw await failureOf(response);
  return (await response.json()) as WaysIn;
}

/** Leaves for the provider, to log in as whoever it says one is. */
export async function leaveToSignIn(): Promise<void> {
  const response = await post(`${PATH}/begin`, {});
  const { address } = (await response.json()) as { address: string };
  sessionStorage.setItem(RETURN, hasJustLinked() ? "/" : location.pathname + location.search);
  location.assign(address);
}

/** Leaves for the provider, to show which account is one's own. */
export async function leaveToLink(): Promise<void> {
  const { address } = await call("beginAccount", {});
  location.assign(address);
}

/** What the provider sent this browser back with; undefined on every other page. */
export function answerInAddress(): string | undefined {
  return location.pathname === PATH ? location.search : undefined;
}

/** Whether an answer is of somebody who links an account, and not of who logs in. */
export function isLinking(answer: string): boolean {
  return new URLSearchParams(answer).get("state")?.startsWith("link.") === true;
}

export function hasJustLinked(): boolean {
  return location.search === LINKED;
}

/** Ends what was begun: gives the address to go on at. */
export async function finishSignIn(answer: string): Promise<string> {
  if (isLinking(answer)) {
    await call("addAccount", { answer });
    return `/me${LINKED}`;
  }
  await post(`${PATH}/finish`, { answer });
  const before = sessionStorage.getItem(RETURN) ?? "/";
  sessionStorage.removeItem(RETURN);
  return /^\/(?![/\\]|login)/.test(before) ? before : "/";
}
