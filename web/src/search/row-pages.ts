import { usePrefetchQuery, useQueries, useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { type Question, toWire } from "../address.ts";
import { call, type Output } from "../client.ts";
import type { Sort } from "../parts/virtual-table.tsx";
import { useRefreshMs } from "../questions.ts";

export const PAGE_ROWS = 500;

type Answer = Output<"query">;

/** The answer's rows, of which only the pages that are looked at are fetched. */
export interface RowPages {
  readonly first: Answer | undefined;
  readonly error: unknown;
  readonly rowAt: (index: number) => Answer["rows"][number] | undefined;
  readonly again: () => void;
}

/** The first and the last row in sight. */
export interface Seen {
  readonly first: number;
  readonly last: number;
}

/** Which rows are in sight, and how a table says so. */
export function useSeen(): [Seen, (first: number, last: number) => void] {
  const [seen, setSeen] = useState<Seen>({ first: 0, last: 0 });
  const see = useCallback((first: number, last: number) => {
    setSeen((before) =>
      before.first === first && before.last === last ? before : { first, last },
    );
  }, []);
  return [seen, see];
}

function pageOf(question: Question, { by, descending }: Sort, page: number) {
  const input = { ...toWire(question), log: question.log, orderBy: by, descending };
  return {
    queryKey: ["rows", input, page],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      call("query", { ...input, limit: PAGE_ROWS, offset: page * PAGE_ROWS }, signal),
  };
}

/** What came of the first page, as far as what stands beside the table needs to know. */
export type RowsState = "asked" | "cancelled" | "there";

/** Asks for the first page before anything beside the table asks for counts: rows are looked at first. */
export function useFirstRows(question: Question, sort: Sort): RowsState {
  const page = pageOf(question, sort, 0);
  usePrefetchQuery(page);
  const { isPending, fetchStatus } = useQuery({ ...page, enabled: false });
  if (!isPending) return "there";
  return fetchStatus === "idle" ? "cancelled" : "asked";
}

/** Fetches the first page, which has the totals, and those from one row to another. */
export function useRowPages(question: Question, sort: Sort, seen: Seen): RowPages {
  const refreshMs = useRefreshMs();
  const wanted = new Set([0]);
  const from = Math.floor(seen.first / PAGE_ROWS);
  const to = Math.floor(seen.last / PAGE_ROWS);
  for (let page = from; page <= to; page++) wanted.add(page);
  const pages = [...wanted].sort((a, b) => a - b);
  const answers = useQueries({
    queries: pages.map((page) => ({
      ...pageOf(question, sort, page),
      refetchInterval: refreshMs,
    })),
  });
  const byPage = new Map(pages.map((page, n) => [page, answers[n]?.data]));
  const [first] = answers;
  return {
    first: first?.data,
    error: answers.find(({ error }) => error !== null)?.error ?? null,
    rowAt: (index) => byPage.get(Math.floor(index / PAGE_ROWS))?.rows[index % PAGE_ROWS],
    again: () => {
      for (const answer of answers) void answer.refetch();
    },
  };
}
