// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot be virtual
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the row
import { ArrowDown, ArrowUp } from "lucide-react";
import type { DragEvent, ReactNode } from "react";
import { type Grid, type GridOptions, ROW_PX, useGrid } from "./grid.ts";

/** One column: what stands over it, how wide it is for CSS, and what of a row it shows. */
export interface TableColumn<Row> {
  readonly name: string;
  readonly width: string;
  readonly isNumber?: boolean | undefined;
  /** Its sentence, on hover. */
  readonly says?: string | undefined;
  /** The whole of what a narrow cell may cut off, on hover. */
  readonly title?: (row: Row) => string;
  readonly cell: (row: Row) => ReactNode;
}

export interface Sort {
  readonly by: string;
  readonly descending: boolean;
}

interface TableProps<Row>
  extends Pick<GridOptions, "total" | "see" | "rowPx" | "isMain" | "close" | "chosen" | "choose"> {
  readonly label: string;
  readonly columns: readonly TableColumn<Row>[];
  /** Undefined while the row is being fetched. */
  readonly rowAt: (index: number) => Row | undefined;
  /** What a row is called in the document, and how it looks, where that says something. */
  readonly rowName?: (row: Row) => string;
  readonly rowClass?: (row: Row) => string;
  /** What Enter and a double-click do with a row. */
  readonly open?: ((row: Row) => void) | undefined;
  /** What a single click does with it, besides selecting it. */
  readonly pick?: ((row: Row) => void) | undefined;
  /** The small menu of one value; cells are then walked with left and right. */
  readonly menu?: ((row: Row, column: string, at: MenuPlace) => void) | undefined;
  readonly sort?: Sort | undefined;
  readonly setSort?: ((by: string) => void) | undefined;
  /** A column was dragged to the place of another; by keys the column dialog does so. */
  readonly moveColumn?: ((name: string, to: string) => void) | undefined;
  /** Above it the table scrolls; without it the table takes what room there is. */
  readonly heightMaxPx?: number | undefined;
  readonly isFilling?: boolean | undefined;
  readonly minWidthPx?: number | undefined;
}

/** Where on the screen a menu opens, and who gets the focus when it closes. */
export interface MenuPlace {
  readonly x: number;
  readonly y: number;
  readonly back: () => void;
}

/** Rows, as many as there are: only what is in sight is drawn. Arrow keys walk, Enter opens. */
export function VirtualTable<Row>(props: TableProps<Row>) {
  const { label, columns, rowAt, open, menu, minWidthPx = 0 } = props;
  const grid: Grid = useGrid({
    ...props,
    columns: menu === undefined ? 0 : columns.length,
    open: (index) => {
      const row = rowAt(index);
      if (row !== undefined) open?.(row);
    },
    menu:
      menu === undefined
        ? undefined
        : ({ row: index, column }, at) => {
            const row = rowAt(index);
            const name = columns[column]?.name;
            const place = { ...at, back: () => grid.focus() };
            if (row !== undefined && name !== undefined) menu(row, name, place);
          },
  });
  const template = columns.map(({ width }) => width).join(" ");
  const isFilling = props.isFilling === true;
  return (
    <div
      {...grid.gridProps}
      role="grid"
      aria-label={label}
      className={`overflow-auto outline-offset-[-2px] ${isFilling ? "min-h-0 grow" : "border-t border-line"}`}
      style={isFilling ? {} : { maxHeight: props.heightMaxPx ?? 300 }}
    >
      <Head {...props} grid={grid} template={template} />
      <div
        role="rowgroup"
        className="relative"
        style={{ height: grid.heightPx, minWidth: minWidthPx }}
      >
        {grid.items.map(({ index, start, size }) => {
          const row = rowAt(index);
          const isSelected = index === grid.at.row;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys
            <div
              key={index}
              {...grid.rowProps(index)}
              role="row"
              data-row={row === undefined ? undefined : props.rowName?.(row)}
              onClick={() => row !== undefined && props.pick?.(row)}
              className={`mono absolute inset-x-0 grid cursor-default items-start border-b border-line/60 ${isSelected ? "bg-blue-wash" : "hover:bg-raised"} ${(row && props.rowClass?.(row)) ?? ""}`}
              style={{
                gridTemplateColumns: template,
                height: size,
                transform: `translateY(${start}px)`,
              }}
            >
              <Cells
                columns={columns}
                row={row}
                grid={grid}
                index={index}
                chosen={isSelected && menu !== undefined ? grid.at.column : undefined}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Head<Row>(props: TableProps<Row> & { grid: Grid; template: string }) {
  const { columns, sort, setSort, moveColumn, template, minWidthPx = 0 } = props;
  return (
    <div role="rowgroup" className="sticky top-0 z-1 bg-raised" style={{ minWidth: minWidthPx }}>
      <div
        role="row"
        aria-rowindex={1}
        className="mono grid items-center border-b border-line text-muted"
        style={{ gridTemplateColumns: template, height: ROW_PX }}
      >
        {columns.map((column) => {
          const own = sort?.by === column.name ? sort : undefined;
          return (
            <span
              key={column.name}
              role="columnheader"
              title={column.says}
              aria-sort={own && (own.descending ? "descending" : "ascending")}
              {...(moveColumn !== undefined && dragProps(column.name, moveColumn))}
              className={`truncate ${setSort === undefined ? "px-2" : ""} ${column.isNumber ? "text-right" : ""}`}
            >
              {setSort === undefined ? (
                column.name
              ) : (
                <SortButton column={column} sort={own} sortBy={setSort} />
              )}
            </span>
          );
        })}
      </div>
    </div>
  );
}

const DRAGGED = "application/x-holdfast-column";

/** A head that is taken and dropped on another. */
function dragProps(name: string, move: (name: string, to: string) => void) {
  return {
    draggable: true,
    onDragStart: ({ dataTransfer }: DragEvent) => {
      dataTransfer.setData(DRAGGED, name);
      dataTransfer.effectAllowed = "move";
    },
    onDragOver: (event: DragEvent) => {
      if (event.dataTransfer.types.includes(DRAGGED)) event.preventDefault();
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      const dragged = event.dataTransfer.getData(DRAGGED);
      if (dragged !== "" && dragged !== name) move(dragged, name);
    },
  };
}

function SortButton<Row>(props: {
  column: TableColumn<Row>;
  sort: Sort | undefined;
  sortBy: (name: string) => void;
}) {
  const { column, sort, sortBy } = props;
  const Arrow = sort?.descending === true ? ArrowDown : ArrowUp;
  return (
    <button
      type="button"
      onClick={() => sortBy(column.name)}
      className={`flex h-full w-full items-center gap-1 px-2 text-ink hover:text-blue ${column.isNumber ? "justify-end" : ""}`}
    >
      <span className="truncate">{column.name}</span>
      {sort !== undefined && <Arrow aria-hidden size={12} className="shrink-0" />}
    </button>
  );
}

function Cells<Row>(props: {
  columns: readonly TableColumn<Row>[];
  row: Row | undefined;
  grid: Grid;
  index: number;
  chosen: number | undefined;
}) {
  const { columns, row, grid, index, chosen } = props;
  if (row === undefined) {
    return (
      <span role="gridcell" className="px-2 py-[3px] text-muted">
        fetching…
      </span>
    );
  }
  return columns.map(({ name, isNumber, title, cell }, n) => (
    <span
      key={name}
      {...grid.cellProps(index, n)}
      title={title?.(row)}
      className={`truncate px-2 py-[3px] ${isNumber ? "text-right" : ""} ${n === chosen ? "shadow-[inset_0_0_0_1px_var(--blue)]" : ""}`}
    >
      {cell(row)}
    </span>
  ));
}
