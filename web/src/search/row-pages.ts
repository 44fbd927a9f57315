import { useQueries } from "@tanstack/react-query";
import { type Question, toWire } from "../address.ts";
import { call, type Output } from "../client.ts";
import { useRefreshMs } from "../questions.ts";

export const PAGE_ROWS = 500;

export interface Sort {
  readonly by: string;
  readonly descending: boolean;
}

type Answer = Output<"query">;

/** The answer's rows, of which only the pages that are looked at are fetched. */
export interface RowPages {
  readonly first: Answer | undefined;
  readonly error: unknown;
  readonly isCancelled: boolean;
  readonly rowAt: (index: number) => Answer["rows"][number] | undefined;
  readonly again: () => void;
}

/** Fetches the first page, which has the totals, and those from one row to another. */
export function useRowPages(
  question: Question,
  sort: Sort,
  seen: { readonly first: number; readonly last: number },
  log = "conn",
): RowPages {
  const refreshMs = useRefreshMs();
  const wanted = new Set([0]);
  const from = Math.floor(seen.first / PAGE_ROWS);
  const to = Math.floor(seen.last / PAGE_ROWS);
  for (let page = from; page <= to; page++) wanted.add(page);
  const pages = [...wanted].sort((a, b) => a - b);
  const input = { ...toWire(question), log, orderBy: sort.by, descending: sort.descending };
  const answers = useQueries({
    queries: pages.map((page) => ({
      queryKey: ["rows", input, page],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        call("query", { ...input, limit: PAGE_ROWS, offset: page * PAGE_ROWS }, signal),
      refetchInterval: refreshMs,
    })),
  });
  const byPage = new Map(pages.map((page, n) => [page, answers[n]?.data]));
  const [first] = answers;
  return {
    first: first?.data,
    error: answers.find(({ error }) => error !== null)?.error ?? null,
    isCancelled: first?.status === "pending" && first.fetchStatus === "idle",
    rowAt: (index) => byPage.get(Math.floor(index / PAGE_ROWS))?.rows[index % PAGE_ROWS],
    again: () => {
      for (const answer of answers) void answer.refetch();
    },
  };
}
