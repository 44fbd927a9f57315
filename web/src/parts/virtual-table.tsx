// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot be virtual
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the row
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";

const ROW_PX = 25;

/** One column: what stands over it, how wide it is for CSS, and what of a row it shows. */
export interface TableColumn<Row> {
  readonly name: string;
  readonly width: string;
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => ReactNode;
}

interface TableProps<Row> {
  readonly label: string;
  readonly columns: readonly TableColumn<Row>[];
  readonly total: number;
  /** Undefined while the row is being fetched. */
  readonly rowAt: (index: number) => Row | undefined;
  readonly see?: (first: number, last: number) => void;
  /** What Enter and a double-click do with a row. */
  readonly open?: (row: Row) => void;
  readonly rowPx?: (index: number) => number;
  /** Above it the table scrolls. */
  readonly heightMaxPx?: number;
  readonly minWidthPx?: number;
}

/** Rows, as many as there are: only what is in sight is drawn. Arrow keys walk, Enter opens. */
export function VirtualTable<Row>(props: TableProps<Row>) {
  const { label, columns, total, rowAt, see, open, rowPx = () => ROW_PX } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [selected, setSelected] = useState(0);
  const id = useId();
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: rowPx,
    overscan: 8,
    scrollPaddingStart: ROW_PX,
  });
  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => see?.(first, last), [first, last, see]);
  const at = Math.min(selected, total - 1);
  const openAt = (index: number): void => {
    const row = rowAt(index);
    if (row !== undefined) open?.(row);
  };
  const press = (event: KeyboardEvent): void => {
    // A link or button in a cell has its own keys.
    if (event.target !== scroller.current) return;
    const to = placeAfter(event.key, at, total);
    if (event.key === "Enter") openAt(at);
    else if (to === undefined) return;
    else {
      setSelected(to);
      rows.scrollToIndex(to);
    }
    event.preventDefault();
  };
  const template = columns.map(({ width }) => width).join(" ");
  const minWidth = props.minWidthPx ?? 0;
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={total + 1}
      aria-activedescendant={items.some(({ index }) => index === at) ? `${id}${at}` : undefined}
      tabIndex={0}
      onKeyDown={press}
      className="overflow-auto border-t border-line outline-offset-[-2px]"
      style={{ maxHeight: props.heightMaxPx ?? 300 }}
    >
      <Head columns={columns} template={template} minWidth={minWidth} />
      <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize(), minWidth }}>
        {items.map(({ index, start, size }) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys
          <div
            key={index}
            id={`${id}${index}`}
            role="row"
            aria-rowindex={index + 2}
            aria-selected={index === at}
            onClick={() => setSelected(index)}
            onDoubleClick={() => openAt(index)}
            className={`mono absolute inset-x-0 grid items-start border-b border-line/60 ${index === at ? "bg-blue-wash" : "hover:bg-raised"}`}
            style={{
              gridTemplateColumns: template,
              height: size,
              transform: `translateY(${start}px)`,
            }}
          >
            <Cells columns={columns} row={rowAt(index)} />
          </div>
        ))}
      </div>
    </div>
  );
}

/** Where a key leads in a list; undefined for every other key. */
function placeAfter(key: string, at: number, total: number): number | undefined {
  const to = {
    ArrowDown: at + 1,
    j: at + 1,
    ArrowUp: at - 1,
    k: at - 1,
    PageDown: at + 10,
    PageUp: at - 10,
    Home: 0,
    End: total - 1,
  }[key];
  return to === undefined ? undefined : Math.max(0, Math.min(total - 1, to));
}

function Head<Row>(props: {
  columns: readonly TableColumn<Row>[];
  template: string;
  minWidth: number;
}) {
  const { columns, template, minWidth } = props;
  return (
    <div role="rowgroup" className="sticky top-0 z-1 bg-raised" style={{ minWidth }}>
      <div
        role="row"
        aria-rowindex={1}
        className="mono grid items-center border-b border-line text-muted"
        style={{ gridTemplateColumns: template, height: ROW_PX }}
      >
        {columns.map(({ name, isNumber }) => (
          <span
            key={name}
            role="columnheader"
            className={`truncate px-2 ${isNumber ? "text-right" : ""}`}
          >
            {name}
          </span>
        ))}
      </div>
    </div>
  );
}

function Cells<Row>(props: { columns: readonly TableColumn<Row>[]; row: Row | undefined }) {
  const { columns, row } = props;
  if (row === undefined) {
    return (
      <span role="gridcell" className="px-2 py-[3px] text-muted">
        fetching…
      </span>
    );
  }
  return columns.map(({ name, isNumber, cell }) => (
    <span
      key={name}
      role="gridcell"
      className={`truncate px-2 py-[3px] ${isNumber ? "text-right" : ""}`}
    >
      {cell(row)}
    </span>
  ));
}
