import { useQuery } from "@tanstack/react-query";
import { choose } from "../address.ts";
import { call } from "../client.ts";
import type { Capture } from "../pages/capture-table.tsx";
import { Link } from "../parts/link.tsx";
import { LogTable, ownQuestion } from "../parts/log-table.tsx";
import { Failed, Loading, Partial } from "../parts/states.tsx";
import { type TableColumn, VirtualTable } from "../parts/virtual-table.tsx";
import { cellText, type Row } from "../search/columns.ts";
import { amountText, countText, endpointText, nsStamp, timeTitle, valueText } from "../text.ts";

/** Rows counted at once: what the server gives in one answer. */
const COUNTED_MAX = 10_000;

interface NameCount {
  readonly name: string;
  readonly count: number;
  readonly first: Row;
}

/** What was weird in a capture, by name; each name opens its events. */
export function WeirdNames(props: { capture: Capture; parameters: URLSearchParams }) {
  const { capture, parameters } = props;
  const range = rangeOf(capture);
  const answer = useQuery({
    queryKey: ["weird-names", capture.case, range],
    queryFn: ({ signal }) =>
      call("query", { q: range, case: capture.case, log: "weird", limit: COUNTED_MAX }, signal),
  });
  const { data } = answer;
  const names = data === undefined ? [] : countNames(data.rows);
  const chosen = parameters.get("weird") ?? "";
  return (
    <section aria-labelledby="weirds" className="pane overflow-hidden">
      <h2 id="weirds" className="heading px-3 pt-2 pb-1">
        Weird{data !== undefined && data.total > 0 && `: ${amountText(data.total, "event")}`}
      </h2>
      {answer.isPending && <Loading what="Counting what is weird" />}
      {answer.error !== null && <Failed error={answer.error} again={() => void answer.refetch()} />}
      {data?.total === 0 && (
        <p role="status" className="px-3 pb-2 text-muted">
          No packet of this capture breaks its protocol's rules, and no limit was reached.
        </p>
      )}
      {data !== undefined && data.total > data.rows.length && (
        <Partial>
          Names and counts are of the first {countText(data.rows.length)} of {countText(data.total)}{" "}
          events.
        </Partial>
      )}
      {names.length > 0 && (
        <VirtualTable
          label="Names of weird events"
          columns={NAME_COLUMNS}
          total={names.length}
          rowAt={(index) => names[index]}
          open={({ name }) => choose("weird", name === chosen ? "" : name)}
          heightMaxPx={260}
          minWidthPx={700}
        />
      )}
      {names.some(({ name }) => name === chosen) && (
        <Events name={chosen} range={range} caseName={capture.case} />
      )}
    </section>
  );
}

/** Events have no capture of their own: they are asked for by its case and time. */
function rangeOf({ first_ns: first, last_ns: last }: Capture): string {
  if (first === null || last === null) return "";
  return `after ${nsStamp(first)} and before ${nsStamp(last)}`;
}

/** How often each name came, the most frequent first. */
function countNames(rows: readonly Row[]): NameCount[] {
  const names = new Map<string, { name: string; count: number; first: Row }>();
  for (const row of rows) {
    const name = String(row["name"]);
    const known = names.get(name);
    if (known === undefined) names.set(name, { name, count: 1, first: row });
    else known.count++;
  }
  return [...names.values()].sort((a, b) => b.count - a.count);
}

const NAME_COLUMNS: readonly TableColumn<NameCount>[] = [
  {
    name: "name",
    width: "minmax(320px, 1fr)",
    cell: ({ name }) => (
      <button type="button" className="link" onClick={() => choose("weird", name)}>
        {valueText(name)}
      </button>
    ),
  },
  { name: "events", width: "100px", isNumber: true, cell: ({ count }) => countText(count) },
  { name: "first", width: "220px", cell: ({ first }) => cellText(first, "ts") },
];

function Events({ name, range, caseName }: { name: string; range: string; caseName: string }) {
  const q = [`weird.name == ${JSON.stringify(name)}`, range].filter((one) => one !== "");
  return (
    <>
      <div className="flex items-center gap-3 px-3 pt-3 pb-1">
        <h3 className="heading mono grow">{valueText(name)}</h3>
        <button type="button" className="button" onClick={() => choose("weird", "")}>
          Close
        </button>
      </div>
      <LogTable
        key={name}
        label={`Events called ${name}`}
        log="weird"
        question={ownQuestion(q.join(" and "), { case: caseName })}
        columns={EVENT_COLUMNS}
        minWidthPx={980}
        loading="Reading the events"
        empty={null}
      />
    </>
  );
}

const EVENT_COLUMNS: readonly TableColumn<Row>[] = [
  {
    name: "ts",
    width: "206px",
    cell: (row) => <span title={timeTitle(String(row["ts_ns"]))}>{cellText(row, "ts")}</span>,
  },
  {
    name: "uid",
    width: "118px",
    cell: (row) =>
      row["uid"] === null ? (
        <span className="text-muted">no flow</span>
      ) : (
        <Link to={`/connections/${String(row["uid"])}`}>{valueText(row["uid"])}</Link>
      ),
  },
  {
    name: "orig → resp",
    width: "minmax(300px, 1fr)",
    cell: (row) =>
      row["id.orig_h"] === null
        ? "-"
        : `${endpointText(row["id.orig_h"], row["id.orig_p"])} → ${endpointText(row["id.resp_h"], row["id.resp_p"])}`,
  },
  {
    name: "packet at byte",
    width: "130px",
    isNumber: true,
    cell: (row) => valueText(row["packet_offset"]),
  },
  { name: "addl", width: "minmax(220px, 1fr)", cell: (row) => valueText(row["addl"]) },
];
