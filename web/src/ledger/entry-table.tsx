import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call, type Output } from "../client.ts";
import { Empty, Failed, Loading, Partial } from "../parts/states.tsx";
import { Stamp } from "../parts/time.tsx";
import { type TableColumn, VirtualTable } from "../parts/virtual-table.tsx";
import { useSeen } from "../search/row-pages.ts";
import { countText, wireText } from "../text.ts";
import { entrySentence } from "./entry-sentence.ts";

type Entry = Output<"ledger">["entries"][number];

const PAGE_ENTRIES = 200;
const OF_TYPE_MAX = 1000;

/** The ledger's entries, newest first; with a type, the newest of that type. */
export function EntryTable({ size, type }: { size: number; type: string }) {
  return type === "" ? <AllEntries size={size} /> : <EntriesOfType type={type} size={size} />;
}

function AllEntries({ size }: { size: number }) {
  const [seen, see] = useSeen();
  const pageOf = (index: number): number => Math.floor((size - 1 - index) / PAGE_ENTRIES);
  const pages = [...new Set([pageOf(seen.first), pageOf(Math.min(size - 1, seen.last))])];
  const newest = Math.floor((size - 1) / PAGE_ENTRIES);
  const answers = useQueries({
    queries: pages.map((page) => ({
      // Only the last page still grows; the others never change again.
      queryKey: ["ledger", "page", page, page === newest ? size : 0],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        call("ledger", { from: page * PAGE_ENTRIES, limit: PAGE_ENTRIES }, signal),
      staleTime: Number.POSITIVE_INFINITY,
      placeholderData: keepPreviousData,
    })),
  });
  const error = answers.find((answer) => answer.error !== null)?.error;
  const bySeq = new Map(
    answers.flatMap(({ data }) => data?.entries.map((e) => [e["seq"], e] as const) ?? []),
  );
  if (error) return <Failed error={error} again={() => answers.forEach((a) => void a.refetch())} />;
  return <EntryGrid count={size} entryAt={(index) => bySeq.get(size - 1 - index)} see={see} />;
}

function EntriesOfType({ type, size }: { type: string; size: number }) {
  const answer = useQuery({
    queryKey: ["ledger", "type", type, size],
    queryFn: ({ signal }) => call("ledger", { type, limit: OF_TYPE_MAX }, signal),
    placeholderData: keepPreviousData,
  });
  const entries = [...(answer.data?.entries ?? [])].reverse();
  if (answer.error !== null)
    return <Failed error={answer.error} again={() => void answer.refetch()} />;
  if (answer.isPending) return <Loading what={`Looking for entries of type ${type}`} />;
  if (entries.length === 0) {
    return <Empty why={`No entry is of type ${type}`}>Choose another type, or all of them.</Empty>;
  }
  return (
    <>
      {entries.length === OF_TYPE_MAX && (
        <Partial>
          The newest {countText(OF_TYPE_MAX)} of this type; older ones: holdfast ledger
        </Partial>
      )}
      <EntryGrid count={entries.length} entryAt={(index) => entries[index]} />
    </>
  );
}

interface GridProps {
  readonly count: number;
  readonly entryAt: (index: number) => Entry | undefined;
  readonly see?: (first: number, last: number) => void;
}

function EntryGrid({ count, entryAt, see }: GridProps) {
  const [open, setOpen] = useState<Entry>();
  return (
    <div className="flex min-h-0 grow flex-col border-t border-line lg:flex-row">
      <div className="flex min-h-40 min-w-0 grow flex-col">
        <VirtualTable
          label="Ledger entries"
          columns={COLUMNS}
          total={count}
          rowAt={entryAt}
          see={see}
          open={setOpen}
          pick={setOpen}
          close={() => setOpen(undefined)}
          minWidthPx={736}
          isFilling
          isMain
        />
      </div>
      {open !== undefined && (
        <section
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
          tabIndex={0}
          aria-label={`Entry ${String(open["seq"])}`}
          className="max-h-full overflow-auto border-line px-3 py-2 max-lg:h-1/2 max-lg:shrink-0 max-lg:border-t lg:w-[28rem] lg:shrink-0 lg:border-l"
        >
          <pre className="mono whitespace-pre-wrap break-all">
            {wireLines(JSON.stringify(open, null, 2))}
          </pre>
        </section>
      )}
    </div>
  );
}

const COLUMNS: readonly TableColumn<Entry>[] = [
  { name: "entry", width: "72px", isNumber: true, cell: (entry) => String(entry["seq"]) },
  { name: "at (UTC)", width: "208px", cell: (entry) => <Stamp at={String(entry["at"])} bare /> },
  { name: "type", width: "144px", cell: (entry) => wireText(String(entry["type"] ?? "")) },
  { name: "by", width: "124px", cell: actorText },
  { name: "what", width: "minmax(188px, 1fr)", cell: entrySentence },
];

function wireLines(text: string): string {
  return text.split("\n").map(wireText).join("\n");
}

function actorText(entry: Entry): string {
  const actor = entry["actor"] as { name?: unknown; via?: unknown } | undefined;
  return wireText(`${String(actor?.name ?? "-")} (${String(actor?.via ?? "-")})`);
}
