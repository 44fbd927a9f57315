import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from "react";
import { useKeys } from "../parts/keys.ts";
import { timeTitle } from "../text.ts";
import { COLUMNS, cellText, type Row, TEMPLATE, WIDTH_PX } from "./columns.ts";
import type { Sort } from "./row-pages.ts";

const ROW_PX = 25;

interface RowTableProps {
  readonly total: number;
  readonly rowAt: (index: number) => Row | undefined;
  readonly sort: Sort;
  readonly setSort: (by: string) => void;
  readonly see: (first: number, last: number) => void;
  readonly open: (row: Row) => void;
  readonly says: (name: string) => string | undefined;
}

/** Connections, as many as there are: only what is in sight is drawn. */
export function RowTable({ total, rowAt, sort, setSort, see, open, says }: RowTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [selected, setSelected] = useState(0);
  const id = useId();
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    scrollPaddingStart: ROW_PX,
    paddingStart: 0,
  });
  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => see(first, last), [first, last, see]);
  const at = Math.min(selected, Math.max(0, total - 1));
  const move = (to: number): void => {
    const next = Math.max(0, Math.min(total - 1, to));
    setSelected(next);
    rows.scrollToIndex(next);
    scroller.current?.focus({ preventScroll: true });
  };
  const openAt = (index: number): void => {
    const row = rowAt(index);
    if (row !== undefined) open(row);
  };
  useKeys({
    j: () => move(at + (isHere(scroller) ? 1 : 0)),
    k: () => move(at - (isHere(scroller) ? 1 : 0)),
  });
  // Enter on a header's button or a link is the button's or link's own.
  const press = (event: KeyboardEvent): void => {
    if (!isHere(scroller)) return;
    if (event.key === "Enter") openAt(at);
    else if (event.key === "ArrowDown") move(at + 1);
    else if (event.key === "ArrowUp") move(at - 1);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(total - 1);
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table element cannot be virtual
    <div
      ref={scroller}
      role="grid"
      aria-label="Connections"
      aria-rowcount={total + 1}
      aria-activedescendant={items.some(({ index }) => index === at) ? `${id}${at}` : undefined}
      tabIndex={0}
      onKeyDown={press}
      className="min-h-0 grow overflow-auto outline-offset-[-2px]"
    >
      <Head sort={sort} setSort={setSort} says={says} />
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div
        role="rowgroup"
        className="relative"
        style={{ height: rows.getTotalSize(), minWidth: WIDTH_PX }}
      >
        {items.map(({ index, start }) => (
          <Line
            key={index}
            id={`${id}${index}`}
            index={index}
            top={start}
            row={rowAt(index)}
            isSelected={index === at}
            select={() => setSelected(index)}
            open={() => openAt(index)}
          />
        ))}
      </div>
    </div>
  );
}

function isHere(scroller: RefObject<HTMLElement | null>): boolean {
  return document.activeElement === scroller.current;
}

function Head({ sort, setSort, says }: Pick<RowTableProps, "sort" | "setSort" | "says">) {
  const Arrow = sort.descending ? ArrowDown : ArrowUp;
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above
    <div role="rowgroup" className="sticky top-0 z-1 bg-raised" style={{ minWidth: WIDTH_PX }}>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus */}
      <div
        role="row"
        aria-rowindex={1}
        className="grid border-b border-line"
        style={{ gridTemplateColumns: TEMPLATE, height: ROW_PX }}
      >
        {COLUMNS.map(({ name, isNumber }) => (
          // biome-ignore lint/a11y/useSemanticElements: as above
          // biome-ignore lint/a11y/useFocusableInteractive: as above
          <div
            key={name}
            role="columnheader"
            aria-sort={
              sort.by === name ? (sort.descending ? "descending" : "ascending") : undefined
            }
          >
            <button
              type="button"
              title={says(name)}
              onClick={() => setSort(name)}
              className={`flex h-full w-full items-center gap-1 px-2 font-mono text-[11.5px] hover:text-blue ${isNumber ? "justify-end" : ""}`}
            >
              {name}
              {sort.by === name && <Arrow aria-hidden size={12} />}
            </button>
          </div>
        ))}
      </div>
    </div>
  );
}

function Line(props: {
  id: string;
  index: number;
  top: number;
  row: Row | undefined;
  isSelected: boolean;
  select: () => void;
  open: () => void;
}) {
  const { id, index, top, row, isSelected } = props;
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the row
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      onClick={props.select}
      onDoubleClick={props.open}
      className={`mono absolute inset-x-0 grid cursor-default items-center border-b border-line/60 ${isSelected ? "bg-blue-wash" : "hover:bg-raised"}`}
      style={{ gridTemplateColumns: TEMPLATE, height: ROW_PX, transform: `translateY(${top}px)` }}
    >
      {row === undefined ? (
        // biome-ignore lint/a11y/useSemanticElements: as above
        // biome-ignore lint/a11y/useFocusableInteractive: as above
        <span role="gridcell" className="px-2 text-muted">
          fetching…
        </span>
      ) : (
        COLUMNS.map(({ name, isNumber }) => (
          <Cell key={name} row={row} name={name} isNumber={isNumber} open={props.open} />
        ))
      )}
    </div>
  );
}

function Cell(props: { row: Row; name: string; isNumber: boolean; open: () => void }) {
  const { row, name, isNumber } = props;
  const text = cellText(row, name);
  const title = name === "ts" ? timeTitle(String(row["ts_ns"])) : text;
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above
    // biome-ignore lint/a11y/useFocusableInteractive: as above
    <span
      role="gridcell"
      title={title}
      className={`truncate px-2 ${isNumber ? "text-right" : ""} ${text === "-" ? "text-muted" : ""}`}
    >
      {name === "uid" ? (
        <a
          href={`/connections/${text}`}
          tabIndex={-1}
          className="link"
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            props.open();
          }}
        >
          {text}
        </a>
      ) : (
        text
      )}
    </span>
  );
}
