import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { LogSchema } from "../../src/core/events/index.ts";
import { call, isUnreachable, type Output } from "./client.ts";
import { useImports } from "./imports.tsx";

const LIVE_MS = 2_000;
const CALM_MS = 15_000;

/** The evidence strip's facts; asked again while work is under way or the server is lost. */
export function useStatus(caseName: string | undefined, { isAsked = true } = {}) {
  const { isRunning } = useImports();
  return useQuery({
    enabled: isAsked,
    queryKey: ["status", caseName],
    queryFn: ({ signal }) =>
      call("status", caseName === undefined ? {} : { case: caseName }, signal),
    refetchInterval: ({ state }) => (isRunning || isUnreachable(state.error) ? LIVE_MS : CALM_MS),
  });
}

/** All captures, the running ones too, so that an import begun elsewhere is seen here. */
export function useCaptures(caseName?: string) {
  const { isRunning } = useImports();
  return useQuery({
    queryKey: ["captures", caseName],
    queryFn: ({ signal }) =>
      call("captures", caseName === undefined ? {} : { case: caseName }, signal),
    refetchInterval: ({ state }) =>
      isRunning || state.data?.captures.some((c) => c.state === "running") ? LIVE_MS : CALM_MS,
  });
}

/** How soon rows should be asked for again: every 2 s while an import adds to them. */
export function useRefreshMs(): number | false {
  const { isRunning } = useImports();
  const { data } = useCaptures();
  return isRunning || data?.captures.some((c) => c.state === "running") ? LIVE_MS : false;
}

/** How soon counts over whole logs should be asked for again: they cost more than rows in sight. */
export function useRecountMs(): number | false {
  return useRefreshMs() === false ? false : CALM_MS;
}

export type FieldFacts = Output<"fields">["fields"][number];

/** The server's fields, as they are and as schemas for the query language. */
export function useFields() {
  return useQuery({
    queryKey: ["fields"],
    queryFn: async ({ signal }) => {
      const { logs, fields } = await call("fields", {}, signal);
      return { logs, fields, schemas: logs.map((log) => schemaOf(log, fields)) };
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Fields of one log, in its order; none before the server has said. */
export function useLogFields(log: string): readonly FieldFacts[] {
  const { data } = useFields();
  return useMemo(() => data?.fields.filter((field) => field.log === log) ?? [], [data, log]);
}

function schemaOf(
  { log, says }: { log: string; says: string },
  fields: readonly FieldFacts[],
): LogSchema {
  return {
    name: log,
    says,
    shown: true,
    fields: fields
      .filter((field) => field.log === log)
      .map(({ name, kind, says: sentence, values }) => ({
        name,
        kind: kind as LogSchema["fields"][number]["kind"],
        optional: true,
        says: sentence,
        ...(values !== null && { values }),
      })),
  };
}
