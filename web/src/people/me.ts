import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { HoldfastError } from "../../../src/core/base/index.ts";
import type { Permission } from "../../../src/core/custody/index.ts";
import { call, type Output } from "../client.ts";

const SCRATCH = "scratch";

export type Me = Output<"me">;
/** Whether whoever looks may do this. */
export type May = (permission: Permission) => boolean;

/** Who looks at the page; asked again only where a session's end has to be noticed. */
export function useMe({ againMs = false }: { againMs?: number | false } = {}) {
  return useQuery({
    queryKey: ["me"],
    queryFn: ({ signal }) => call("me", {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
    // Whoever is not let in is not told anything new, and each time is on record.
    refetchInterval: ({ state }) => (isOut(state.error) ? false : againMs),
  });
}

/** Whether somebody has to log in first. */
export function isOut(error: unknown): boolean {
  return error instanceof HoldfastError && error.code === "session/login-needed";
}

/** What the page shows and offers follows this alone; the server decides the same by itself. */
export function useMay(): May {
  const { data } = useMe();
  return useCallback(
    (permission: Permission) => data?.permissions.includes(permission) ?? false,
    [data],
  );
}

/** The case that something goes to which none was chosen for: one that is one's own. */
export function ownCase(me: Me | undefined): string {
  if (me === undefined || me.cases === "*") return SCRATCH;
  return me.cases.includes(SCRATCH) ? SCRATCH : (me.cases[0] ?? SCRATCH);
}

/** Whether a case is within one's reach; without one, all of one's cases are meant. */
export function reaches(me: Me, caseName: string | undefined): boolean {
  return caseName === undefined || me.cases === "*" || me.cases.includes(caseName);
}
