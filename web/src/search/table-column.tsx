import { Link } from "../parts/link.tsx";
import type { TableColumn } from "../parts/virtual-table.tsx";
import type { FieldFacts } from "../questions.ts";
import { cellText, cellTitle, isNumber, type Row, widthOf } from "./columns.ts";

/** A field as a column: its kind decides width, side and text; the last one takes what room is left. */
export function tableColumn(field: FieldFacts, { isLast }: { isLast: boolean }): TableColumn<Row> {
  const { name, kind, says } = field;
  const width = widthOf(field);
  return {
    name,
    says,
    width: isLast ? `minmax(${width}px, 1fr)` : `${width}px`,
    isNumber: isNumber(field),
    title: (row) => cellTitle(row, name, kind),
    cell: (row) => <FieldCell row={row} field={field} />,
  };
}

function FieldCell({ row, field: { name, kind } }: { row: Row; field: FieldFacts }) {
  const text = cellText(row, name, kind);
  if (text === "-") return <span className="text-muted">-</span>;
  if (kind !== "uid") return text;
  return (
    <Link to={`/connections/${text}`} tabIndex={-1}>
      {text}
    </Link>
  );
}
