import { useCallback, useState } from "react";
import { navigate, type Question, questionOf, searchAddress } from "../address.ts";
import { Link } from "../parts/link.tsx";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { useFields } from "../questions.ts";
import { CoverageLine } from "../search/coverage-line.tsx";
import { Histogram } from "../search/histogram.tsx";
import { type Sort, useRowPages } from "../search/row-pages.ts";
import { RowTable } from "../search/row-table.tsx";

/** What matched: over time, and row by row. */
export function SearchPage({ parameters }: { parameters: URLSearchParams }) {
  const question = questionOf(parameters);
  return (
    <div className="flex h-full min-h-[26rem] flex-col gap-3">
      <h1 className="sr-only">Search</h1>
      <Histogram question={question} />
      <Rows key={JSON.stringify(question)} question={question} parameters={parameters} />
    </div>
  );
}

function Rows({ question, parameters }: { question: Question; parameters: URLSearchParams }) {
  const [seen, setSeen] = useState({ first: 0, last: 0 });
  const sort: Sort = {
    by: parameters.get("sort") ?? "ts",
    descending: parameters.get("desc") === "1",
  };
  const { data: fields } = useFields();
  const { first, error, isCancelled, rowAt, again } = useRowPages(question, sort, seen);
  const see = useCallback((from: number, to: number) => {
    setSeen((before) =>
      before.first === from && before.last === to ? before : { first: from, last: to },
    );
  }, []);
  const setSort = (by: string): void => {
    const isDescending = sort.by === by && !sort.descending;
    navigate(
      searchAddress({
        ...question,
        ...(by !== "ts" && { sort: by }),
        ...(isDescending && { desc: "1" }),
      }),
    );
  };
  return (
    <section aria-label="Connections found" className="pane flex min-h-0 grow flex-col">
      {error !== null && <Failed error={error} again={again} />}
      {error === null && isCancelled && (
        <Empty why="The query was cancelled">
          <button type="button" className="button mt-1" onClick={again}>
            Run it again
          </button>
        </Empty>
      )}
      {error === null && !isCancelled && first === undefined && (
        <Loading what="Searching connections" />
      )}
      {first !== undefined && first.total === 0 && (
        <Nothing
          question={question}
          isEmptyHome={first.coverage.captures_total === 0}
          isRunning={first.coverage.running}
        />
      )}
      {first !== undefined && first.total > 0 && (
        <RowTable
          total={first.total}
          rowAt={rowAt}
          sort={sort}
          setSort={setSort}
          see={see}
          open={(row) => navigate(`/connections/${String(row["uid"])}`)}
          says={(name) => fields?.fields.find((f) => f.log === "conn" && f.name === name)?.says}
        />
      )}
      {first !== undefined && (
        <>
          {first.total === 0 && <div className="grow" />}
          <CoverageLine answer={first} />
        </>
      )}
    </section>
  );
}

function Nothing(props: { question: Question; isEmptyHome: boolean; isRunning: boolean }) {
  const { question, isEmptyHome, isRunning } = props;
  if (isEmptyHome) {
    return (
      <Empty why={isRunning ? "The first rows are on their way" : "Nothing is recorded here yet"}>
        {isRunning ? "They appear as they are read." : <Link to="/captures">Import a capture</Link>}
      </Empty>
    );
  }
  const hasRange = question.from !== undefined || question.to !== undefined;
  return (
    <Empty why="No connection matched">
      Below is what was searched.{" "}
      {hasRange && (
        <Link to={searchAddress({ ...question, from: undefined, to: undefined })}>
          Search all times
        </Link>
      )}{" "}
      {question.case !== undefined && (
        <Link to={searchAddress({ ...question, case: undefined })}>Search all cases</Link>
      )}
    </Empty>
  );
}
