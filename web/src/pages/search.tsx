import { useQueryClient } from "@tanstack/react-query";
import { Columns3 } from "lucide-react";
import { useState } from "react";
import {
  choose,
  layoutOf,
  navigate,
  type Question,
  questionOf,
  searchAddress,
} from "../address.ts";
import type { Output } from "../client.ts";
import { Link } from "../parts/link.tsx";
import { Menu, type MenuGroup } from "../parts/menu.tsx";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { type MenuPlace, type Sort, VirtualTable } from "../parts/virtual-table.tsx";
import { useFields, useLogFields } from "../questions.ts";
import { ColumnDialog } from "../search/column-dialog.tsx";
import { chosenColumns, keepColumns, movedTo, type Row, widthOf } from "../search/columns.ts";
import { CoverageLine } from "../search/coverage-line.tsx";
import { Facets, FacetsButton, useFacetsShown } from "../search/facets.tsx";
import { Histogram } from "../search/histogram.tsx";
import { LogSelect, useLogCounts } from "../search/log-select.tsx";
import { type RowsState, useFirstRows, useRowPages, useSeen } from "../search/row-pages.ts";
import { tableColumn } from "../search/table-column.tsx";
import { valueGroups } from "../search/value-menu.ts";
import { countText } from "../text.ts";

/** What matched: over time, by its values, and row by row. */
export function SearchPage({ parameters }: { parameters: URLSearchParams }) {
  const question = questionOf(parameters);
  const layout = layoutOf(parameters);
  const fields = useLogFields(question.log);
  const [hasFacets, toggle] = useFacetsShown();
  const rows = useFirstRows(question, sortOf(parameters));
  return (
    <div className="flex h-full min-h-[30rem] flex-col gap-3">
      <h1 className="sr-only">Search</h1>
      <Histogram question={question} />
      <div className="flex min-h-0 grow gap-3">
        {hasFacets && <Facets question={question} layout={layout} fields={fields} rows={rows} />}
        <section
          aria-label={`Rows of ${question.log} found`}
          className="pane flex min-h-0 min-w-0 grow flex-col"
        >
          <Toolbar question={question} hasFacets={hasFacets} toggleFacets={toggle} />
          <Rows
            key={JSON.stringify(question)}
            question={question}
            parameters={parameters}
            fields={fields}
            state={rows}
          />
        </section>
      </div>
    </div>
  );
}

function sortOf(parameters: URLSearchParams): Sort {
  return { by: parameters.get("sort") ?? "ts", descending: parameters.get("desc") === "1" };
}

function Toolbar(props: { question: Question; hasFacets: boolean; toggleFacets: () => void }) {
  const { question, hasFacets, toggleFacets } = props;
  const [isOpen, setOpen] = useState(false);
  const { data } = useFields();
  const says = data?.logs.find(({ log }) => log === question.log)?.says;
  const parameters = new URLSearchParams(location.search);
  const fields = useLogFields(question.log);
  return (
    <div className="flex shrink-0 items-center gap-2 border-b border-line px-2 py-1.5">
      <FacetsButton isShown={hasFacets} toggle={toggleFacets} />
      <LogSelect question={question} />
      <p className="min-w-0 grow truncate text-muted max-lg:hidden" title={says}>
        {says}
      </p>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        <Columns3 aria-hidden size={14} />
        Columns
      </button>
      {isOpen && (
        <ColumnDialog
          log={question.log}
          fields={fields}
          chosen={chosenColumns(fields, layoutOf(parameters).columns)}
          choose={(names) => {
            keepColumns(question.log, names);
            choose("columns", names?.join(",") ?? "");
          }}
          close={() => setOpen(false)}
        />
      )}
    </div>
  );
}

type Fields = ReturnType<typeof useLogFields>;

interface RowsProps {
  readonly question: Question;
  readonly parameters: URLSearchParams;
  readonly fields: Fields;
  readonly state: RowsState;
}

function Rows(props: RowsProps) {
  const { question, parameters, state } = props;
  const sort = sortOf(parameters);
  const [seen, see] = useSeen();
  const { first, error, rowAt, again } = useRowPages(question, sort, seen);
  if (error !== null) return <Failed error={error} again={again} />;
  if (state === "cancelled") return <Cancelled />;
  if (first === undefined) return <Loading what={`Searching ${question.log}`} />;
  return (
    <>
      {first.total === 0 ? (
        <Nothing question={question} answer={first} />
      ) : (
        <RowTable {...props} total={first.total} rowAt={rowAt} see={see} sort={sort} />
      )}
      <CoverageLine
        answer={first}
        noun={question.log === "conn" ? "connection" : `row of ${question.log}`}
      />
    </>
  );
}

function Cancelled() {
  const client = useQueryClient();
  // Bars and values beside the table were given up with its rows.
  const again = (): void =>
    void client.refetchQueries({
      type: "active",
      predicate: ({ state }) => state.status === "pending" && state.fetchStatus === "idle",
    });
  return (
    <Empty why="The query was cancelled">
      <button type="button" className="button mt-1" onClick={again}>
        Run it again
      </button>
    </Empty>
  );
}

interface OpenMenu {
  readonly column: string;
  readonly groups: readonly MenuGroup[];
  readonly place: MenuPlace;
}

function RowTable(
  props: RowsProps & {
    total: number;
    rowAt: (index: number) => Row | undefined;
    see: (first: number, last: number) => void;
    sort: Sort;
  },
) {
  const { question, parameters, fields, total, rowAt, see, sort } = props;
  const [menu, setMenu] = useState<OpenMenu>();
  const layout = layoutOf(parameters);
  const shown = chosenColumns(fields, layout.columns);
  const setSort = (by: string): void => {
    const isDescending = sort.by === by && !sort.descending;
    const change = { sort: by === "ts" ? undefined : by, desc: isDescending ? "1" : undefined };
    navigate(searchAddress({ ...question, ...layout, ...change }));
  };
  const moveColumn = (name: string, to: string): void => {
    const names = movedTo(
      shown.map((field) => field.name),
      name,
      to,
    );
    keepColumns(question.log, names);
    choose("columns", names.join(","));
  };
  const openMenu = (row: Row, column: string, place: MenuPlace): void => {
    const field = fields.find(({ name }) => name === column);
    if (field === undefined) return;
    const groups = valueGroups(field, row, { question, layout, path: "/search" });
    setMenu({ column, groups, place });
  };
  return (
    <>
      <VirtualTable
        label={question.log === "conn" ? "Connections" : `Rows of ${question.log}`}
        columns={shown.map((field, n) => tableColumn(field, { isLast: n === shown.length - 1 }))}
        total={total}
        rowAt={rowAt}
        see={see}
        sort={sort}
        setSort={setSort}
        moveColumn={moveColumn}
        open={openRow}
        menu={openMenu}
        minWidthPx={shown.reduce((sum, field) => sum + widthOf(field), 0)}
        isFilling
        isMain
      />
      {menu !== undefined && (
        <Menu
          label={`What to do with ${menu.column}`}
          groups={menu.groups}
          place={menu.place}
          close={() => setMenu(undefined)}
        />
      )}
    </>
  );
}

/** A row leads to its connection; one without a connection has nothing behind it. */
function openRow(row: Row): void {
  const { uid, fuid } = row;
  if (typeof uid === "string") navigate(`/connections/${uid}`);
  else if (typeof fuid === "string") navigate(`/objects?object=${fuid}`);
}

function Nothing({ question, answer }: { question: Question; answer: Output<"query"> }) {
  const { coverage } = answer;
  const counts = useLogCounts(question);
  if (coverage.captures_total === 0) {
    const isRunning = coverage.running;
    return (
      <Empty why={isRunning ? "The first rows are on their way" : "Nothing is recorded here yet"}>
        {isRunning ? "They appear as they are read." : <Link to="/captures">Import a capture</Link>}
      </Empty>
    );
  }
  const hasRange = question.from !== undefined || question.to !== undefined;
  const what = question.log === "conn" ? "connection" : `row of ${question.log}`;
  const others = counts.data?.logs.filter(({ rows }) => rows > 0) ?? [];
  return (
    <div className="grow">
      <Empty why={question.q === "" && !hasRange ? `No ${what} here` : `No ${what} matched`}>
        <p>
          Below is what was searched.{" "}
          {hasRange && (
            <Link to={searchAddress({ ...question, from: undefined, to: undefined })}>
              Search all times
            </Link>
          )}{" "}
          {question.case !== undefined && (
            <Link to={searchAddress({ ...question, case: undefined })}>Search all cases</Link>
          )}
        </p>
        {others.length > 0 && (
          <p className="mt-2">
            Logs with rows for this question:{" "}
            {others.map(({ log, rows }) => (
              <span key={log} className="mr-3 inline-block whitespace-nowrap">
                <Link to={searchAddress({ ...question, log })}>{log}</Link> {countText(rows)}
              </span>
            ))}
          </p>
        )}
      </Empty>
    </div>
  );
}
