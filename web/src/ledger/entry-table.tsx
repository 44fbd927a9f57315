import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { call, type Output } from "../client.ts";
import { useKeys } from "../parts/keys.ts";
import { Empty, Failed, Loading, Partial } from "../parts/states.tsx";
import { Stamp } from "../parts/time.tsx";
import { countText, wireText } from "../text.ts";
import { entrySentence } from "./entry-sentence.ts";

type Entry = Output<"ledger">["entries"][number];

const ROW_PX = 26;
const PAGE_ENTRIES = 200;
const OF_TYPE_MAX = 1000;

/** The ledger's entries, newest first; with a type, the newest of that type. */
export function EntryTable({ size, type }: { size: number; type: string }) {
  return type === "" ? <AllEntries size={size} /> : <EntriesOfType type={type} size={size} />;
}

function AllEntries({ size }: { size: number }) {
  const [seen, setSeen] = useState({ first: 0, last: 0 });
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
  return (
    <EntryGrid
      count={size}
      entryAt={(index) => bySeq.get(size - 1 - index)}
      see={(first, last) => {
        if (first !== seen.first || last !== seen.last) setSeen({ first, last });
      }}
    />
  );
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
      <EntryGrid count={entries.length} entryAt={(index) => entries[index]} see={() => {}} />
    </>
  );
}

interface GridProps {
  readonly count: number;
  readonly entryAt: (index: number) => Entry | undefined;
  readonly see: (first: number, last: number) => void;
}

function EntryGrid({ count, entryAt, see }: GridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [selected, setSelected] = useState(0);
  const [open, setOpen] = useState<Entry>();
  const id = useId();
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    onChange: (instance) => {
      const items = instance.getVirtualItems();
      see(items[0]?.index ?? 0, items.at(-1)?.index ?? 0);
    },
  });
  const move = (to: number): void => {
    const next = Math.max(0, Math.min(count - 1, to));
    setSelected(next);
    rows.scrollToIndex(next);
    scroller.current?.focus({ preventScroll: true });
  };
  useKeys({ j: () => move(selected + 1), k: () => move(selected - 1) });
  const press = (event: KeyboardEvent): void => {
    if (event.key === "Enter") setOpen(entryAt(selected));
    else if (event.key === "ArrowDown") move(selected + 1);
    else if (event.key === "ArrowUp") move(selected - 1);
    else if (event.key === "Escape") setOpen(undefined);
    else return;
    event.preventDefault();
  };
  const items = rows.getVirtualItems();
  return (
    <div className="flex min-h-0 grow flex-col border-t border-line lg:flex-row">
      {/* biome-ignore lint/a11y/useSemanticElements: a table element cannot be virtual */}
      <div
        ref={scroller}
        role="grid"
        aria-label="Ledger entries"
        aria-rowcount={count}
        aria-activedescendant={
          items.some((i) => i.index === selected) ? `${id}${selected}` : undefined
        }
        tabIndex={0}
        onKeyDown={press}
        className="min-h-40 grow overflow-auto outline-offset-[-2px]"
      >
        {/* biome-ignore lint/a11y/useSemanticElements: as above */}
        <div
          role="rowgroup"
          className="relative min-w-[46rem]"
          style={{ height: rows.getTotalSize() }}
        >
          {items.map(({ index, start }) => (
            <Line
              key={index}
              id={`${id}${index}`}
              index={index}
              top={start}
              entry={entryAt(index)}
              isSelected={index === selected}
              open={() => {
                setSelected(index);
                setOpen(entryAt(index));
              }}
            />
          ))}
        </div>
      </div>
      {open !== undefined && (
        <section
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
          tabIndex={0}
          aria-label={`Entry ${String(open["seq"])}`}
          className="max-h-full overflow-auto border-line px-3 py-2 max-lg:border-t lg:w-[28rem] lg:shrink-0 lg:border-l"
        >
          <pre className="mono whitespace-pre-wrap break-all">
            {wireLines(JSON.stringify(open, null, 2))}
          </pre>
        </section>
      )}
    </div>
  );
}

function wireLines(text: string): string {
  return text.split("\n").map(wireText).join("\n");
}

function Line(props: {
  id: string;
  index: number;
  top: number;
  entry: Entry | undefined;
  isSelected: boolean;
  open: () => void;
}) {
  const { id, index, top, entry, isSelected, open } = props;
  const cell = "truncate px-2";
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the row
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys
    <div
      id={id}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isSelected}
      onClick={open}
      className={`absolute inset-x-0 grid cursor-pointer grid-cols-[5rem_13rem_9rem_7rem_1fr] items-center border-b border-line/60 ${isSelected ? "bg-blue-wash" : "hover:bg-raised"}`}
      style={{ height: ROW_PX, transform: `translateY(${top}px)` }}
    >
      <Cell className={`mono ${cell} text-right`}>
        {entry === undefined ? "…" : String(entry["seq"])}
      </Cell>
      <Cell className={cell}>{entry !== undefined && <Stamp at={String(entry["at"])} />}</Cell>
      <Cell className={`mono ${cell}`}>{wireText(String(entry?.["type"] ?? ""))}</Cell>
      <Cell className={cell}>{entry === undefined ? "" : actorText(entry)}</Cell>
      <Cell className={cell}>{entry === undefined ? "fetching…" : entrySentence(entry)}</Cell>
    </div>
  );
}

function Cell({ className, children }: { className: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above
    // biome-ignore lint/a11y/useFocusableInteractive: as above
    <span role="gridcell" className={className}>
      {children}
    </span>
  );
}

function actorText(entry: Entry): string {
  const actor = entry["actor"] as { name?: unknown; via?: unknown } | undefined;
  return wireText(`${String(actor?.name ?? "-")} (${String(actor?.via ?? "-")})`);
}
