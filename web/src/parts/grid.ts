import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  type MouseEvent,
  type RefObject,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { useKeys } from "./keys.ts";

export const ROW_PX = 25;

/** A row, and the cell of it that left and right arrows chose. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

export interface GridOptions {
  /** Rows there are, whether or not they were fetched. */
  readonly total: number;
  /** Columns that arrow keys walk over; none: the row is one thing. */
  readonly columns?: number;
  readonly rowPx?: ((index: number) => number) | undefined;
  /** Told which rows are in sight. */
  readonly see?: ((first: number, last: number) => void) | undefined;
  /** The row that is chosen, where somebody else keeps it, and who is told of another. */
  readonly chosen?: number | undefined;
  readonly choose?: ((index: number) => void) | undefined;
  /** What Enter and a double-click do. */
  readonly open?: ((index: number) => void) | undefined;
  /** What Esc does. */
  readonly close?: (() => void) | undefined;
  /** What `m`, the menu key and the second mouse button do. */
  readonly menu?: ((place: Place, at: { x: number; y: number }) => void) | undefined;
  /** `j` and `k` walk here wherever the focus is: at most one table of a page. */
  readonly isMain?: boolean | undefined;
}

/** What a virtual table needs to be one to mouse, keyboard and screen reader. */
export interface Grid {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly at: Place;
  readonly items: readonly {
    readonly index: number;
    readonly start: number;
    readonly size: number;
  }[];
  readonly heightPx: number;
  readonly gridProps: Readonly<Record<string, unknown>>;
  readonly rowProps: (index: number) => Readonly<Record<string, unknown>>;
  readonly cellProps: (index: number, column: number) => Readonly<Record<string, unknown>>;
  readonly focus: () => void;
}

/**
 * Rows, as many as there are, of which only those in sight are drawn: selection, keys, and the counts a
 * screen reader is told. The grid has the focus and names the selected row or cell.
 */
export function useGrid(options: GridOptions): Grid {
  const { total, columns = 0, rowPx, see, open, menu } = options;
  const scroller = useRef<HTMLDivElement>(null);
  const [selected, setSelected] = useState<Place>({ row: 0, column: 0 });
  const id = useId();
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: rowPx ?? (() => ROW_PX),
    overscan: 10,
    scrollPaddingStart: ROW_PX,
  });
  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => see?.(first, last), [first, last, see]);
  const at = {
    row: Math.min(options.chosen ?? selected.row, Math.max(0, total - 1)),
    column: Math.min(selected.column, Math.max(0, columns - 1)),
  };
  const isHere = (): boolean => document.activeElement === scroller.current;
  const cellId = (row: number, column: number): string => `${id}r${row}c${column}`;
  const rowId = (row: number): string => `${id}r${row}`;
  const focus = (): void => scroller.current?.focus({ preventScroll: true });
  const { chosen, choose } = options;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another row is scrolled to, not another table
  useEffect(() => {
    if (chosen !== undefined) rows.scrollToIndex(chosen);
  }, [chosen]);
  const select = (to: Place): void => {
    setSelected(to);
    if (to.row !== at.row) choose?.(to.row);
    rows.scrollToIndex(to.row);
    document
      .getElementById(cellId(to.row, to.column))
      ?.scrollIntoView({ inline: "nearest", block: "nearest" });
  };
  const step = (by: number): void => {
    select({ ...at, row: Math.max(0, Math.min(total - 1, at.row + (isHere() ? by : 0))) });
    focus();
  };
  useKeys(options.isMain === true ? { j: () => step(1), k: () => step(-1) } : {});
  const showMenu = (): void => {
    const cell = document.getElementById(cellId(at.row, at.column));
    const box = (cell ?? scroller.current)?.getBoundingClientRect();
    if (box !== undefined) menu?.(at, { x: box.left + 8, y: box.bottom });
  };
  const press = (event: KeyboardEvent): void => {
    // A link or button in a cell or header has its own keys.
    if (event.target !== scroller.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    const to = placeAfter(key, at, { rows: total, columns });
    if (to !== undefined) select(to);
    else if (key === "Enter" && open !== undefined) open(at.row);
    else if (key === "Escape" && options.close !== undefined) options.close();
    else if (menu !== undefined && isMenuKey(event)) showMenu();
    else return;
    event.preventDefault();
  };
  const isDrawn = items.some(({ index }) => index === at.row);
  const active = columns > 0 ? cellId(at.row, at.column) : rowId(at.row);
  return {
    scroller,
    at,
    items,
    heightPx: rows.getTotalSize(),
    focus,
    gridProps: {
      ref: scroller,
      // The head is a row too.
      "aria-rowcount": total + 1,
      "aria-activedescendant": isDrawn ? active : undefined,
      tabIndex: 0,
      onKeyDown: press,
    },
    rowProps: (index) => ({
      id: rowId(index),
      "aria-rowindex": index + 2,
      "aria-selected": index === at.row,
      onDoubleClick: () => open?.(index),
    }),
    cellProps: (index, column) => ({
      id: cellId(index, column),
      role: "gridcell",
      onMouseDown: () => {
        setSelected({ row: index, column });
        choose?.(index);
      },
      ...(menu !== undefined && {
        onContextMenu: (event: MouseEvent) => {
          event.preventDefault();
          setSelected({ row: index, column });
          menu({ row: index, column }, { x: event.clientX, y: event.clientY });
        },
      }),
    }),
  };
}

function isMenuKey({ key, shiftKey }: KeyboardEvent): boolean {
  return key === "m" || key === "ContextMenu" || (key === "F10" && shiftKey);
}

/** Where a key leads; undefined for every other key. */
function placeAfter(
  key: string,
  { row, column }: Place,
  size: { readonly rows: number; readonly columns: number },
): Place | undefined {
  const rows: Readonly<Record<string, number>> = {
    ArrowDown: row + 1,
    j: row + 1,
    ArrowUp: row - 1,
    k: row - 1,
    PageDown: row + 10,
    PageUp: row - 10,
    Home: 0,
    End: size.rows - 1,
  };
  const sideways = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (sideways !== undefined && size.columns > 0) {
    return { row, column: Math.max(0, Math.min(size.columns - 1, column + sideways)) };
  }
  const to = rows[key];
  return to === undefined ? undefined : { row: Math.max(0, Math.min(size.rows - 1, to)), column };
}
