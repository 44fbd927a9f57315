import type { ReactNode } from "react";
import { FIRST_LOG, type Question } from "../address.ts";
import type { Row } from "../search/columns.ts";
import { useRowPages, useSeen } from "../search/row-pages.ts";
import { Failed, Loading } from "./states.tsx";
import { type Sort, type TableColumn, VirtualTable } from "./virtual-table.tsx";

const BY_TIME: Sort = { by: "ts", descending: false };

interface LogTableProps {
  readonly label: string;
  readonly log: string;
  readonly question: Question;
  readonly columns: readonly TableColumn<Row>[];
  readonly minWidthPx: number;
  /** What is being looked for, while it is. */
  readonly loading: string;
  /** Why there is nothing, and what next. */
  readonly empty: ReactNode;
  readonly open?: (row: Row) => void;
}

/** Rows of a log that answer a question, by time; only the pages that are looked at are fetched. */
export function LogTable(props: LogTableProps) {
  const { label, log, question, columns, minWidthPx, open } = props;
  const [seen, see] = useSeen();
  const { first, error, rowAt, again } = useRowPages({ ...question, log }, BY_TIME, seen);
  if (error !== null) return <Failed error={error} again={again} />;
  if (first === undefined) return <Loading what={props.loading} />;
  if (first.total === 0) return props.empty;
  return (
    <VirtualTable
      label={label}
      columns={columns}
      total={first.total}
      rowAt={rowAt}
      see={see}
      minWidthPx={minWidthPx}
      {...(open !== undefined && { open })}
    />
  );
}

/** A question of the page's own, over all times and cases unless it says so. */
export function ownQuestion(q: string, more: Partial<Question> = {}): Question {
  return {
    q,
    case: undefined,
    from: undefined,
    to: undefined,
    relativeTo: "now",
    log: FIRST_LOG,
    ...more,
  };
}
