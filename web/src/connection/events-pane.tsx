import { useQuery } from "@tanstack/react-query";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { searchAddress } from "../address.ts";
import { call, type Output } from "../client.ts";
import { Link } from "../parts/link.tsx";
import { Failed, Loading, Partial } from "../parts/states.tsx";
import { useMay } from "../people/me.ts";
import { usePurpose } from "../purpose.tsx";
import { type FieldFacts, useFields, useRefreshMs } from "../questions.ts";
import { cellText, cellTitle } from "../search/columns.ts";
import { amountText, countText, timeText, timeTitle } from "../text.ts";
import { ExplainPane } from "./explain-pane.tsx";

type Event = Output<"events">["events"][number];
type Point = (number: number, offset: number) => void;

/** Rows of each log that are asked for. */
const ROWS_MAX = 500;
/** Lines shown before somebody asks for more. */
const LINES_SHOWN = 20;

/** What the logs say of the connection, in time order; each line unfolds to all of its fields. */
export function EventsPane(props: { uid: string; caseName: string; point: Point }) {
  const { uid, caseName, point } = props;
  const [shown, setShown] = useState(LINES_SHOWN);
  const { data: known } = useFields();
  const refreshMs = useRefreshMs();
  const answer = useQuery({
    queryKey: ["events", uid],
    queryFn: ({ signal }) => call("events", { uid, limit: ROWS_MAX }, signal),
    refetchInterval: refreshMs,
  });
  const { data } = answer;
  const all = data?.events ?? [];
  const cut = data?.logs.filter(({ rows }) => rows > ROWS_MAX) ?? [];
  return (
    <section aria-labelledby="events" className="pane overflow-hidden">
      <div className="flex flex-wrap items-baseline gap-x-4 px-3 pt-2 pb-1">
        <h2 id="events" className="heading">
          Events
        </h2>
        {data?.logs.map(({ log, rows }) => (
          <Link key={log} to={searchAddress({ q: `uid == ${uid}`, log })}>
            {log} <span className="text-muted">{countText(rows)}</span>
          </Link>
        ))}
      </div>
      {answer.isPending && <Loading what="Asking every log" />}
      {answer.error !== null && <Failed error={answer.error} again={() => void answer.refetch()} />}
      {data !== undefined && all.length === 0 && (
        <p role="status" className="px-3 pb-2 text-muted">
          No log but conn says anything of it: no protocol was recognised, or it carried nothing.
        </p>
      )}
      {cut.length > 0 && (
        <Partial>
          The first {countText(ROWS_MAX)} rows of {cut.map(({ log }) => log).join(", ")}; the names
          above lead to all of them.
        </Partial>
      )}
      {all.length > 0 && (
        <ol aria-label="Events by time" className="border-t border-line">
          {all.slice(0, shown).map((event) => (
            <EventLine
              key={`${event.log} ${event.row}`}
              event={event}
              fields={known?.fields.filter(({ log }) => log === event.log) ?? []}
              uid={uid}
              caseName={caseName}
              point={point}
            />
          ))}
        </ol>
      )}
      {all.length > shown && (
        <p className="px-3 py-2">
          <button
            type="button"
            className="button"
            onClick={() => setShown(shown + LINES_SHOWN * 10)}
          >
            Show more
          </button>{" "}
          <span className="text-muted">
            {countText(shown)} of {amountText(all.length, "event")} shown
          </span>
        </p>
      )}
    </section>
  );
}

interface LineProps {
  readonly event: Event;
  readonly fields: readonly FieldFacts[];
  readonly uid: string;
  readonly caseName: string;
  readonly point: Point;
}

function EventLine(props: LineProps) {
  const { event, fields } = props;
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const ns = event.values["ts_ns"];
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <li className="border-b border-line/60 last:border-0">
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
        className={`mono flex w-full items-baseline gap-3 px-2 py-0.5 text-left outline-offset-[-2px] ${isOpen ? "bg-blue-wash" : "hover:bg-raised"}`}
      >
        <Chevron aria-hidden size={13} className="shrink-0 self-center text-muted" />
        <span
          className="shrink-0 whitespace-nowrap"
          title={typeof ns === "string" ? timeTitle(ns) : undefined}
        >
          {typeof ns === "string" ? timeText(ns) : "no time"}
        </span>
        <span className="w-28 shrink-0 truncate font-semibold">{event.log}</span>
        <EventSentence event={event} fields={fields} />
      </button>
      {isOpen && (
        <div id={id}>
          <EventFacts {...props} />
        </div>
      )}
    </li>
  );
}

/** Fields that every event of the connection has alike. */
const SAME = /^(ts|uid|id\.\w+|fuid|flow|proto|ip_proto)$/;

/** The fields that a person sees first, named where a value alone does not say what it is. */
function EventSentence({ event, fields }: { event: Event; fields: readonly FieldFacts[] }) {
  const parts = fields
    .filter(({ brief, name }) => brief && !SAME.test(name))
    .map(({ name, kind }) => ({ name, text: cellText(event.values, name, kind) }))
    .filter(({ text }) => text !== "-");
  if (parts.length === 0) return <span className="text-muted">nothing more is known of it</span>;
  return (
    <span className="min-w-0 truncate">
      {parts.map(({ name, text }, n) => (
        <span key={name}>
          {n > 0 && <span className="text-muted"> · </span>}
          <span className="text-muted">{name}</span> {text}
        </span>
      ))}
    </span>
  );
}

/** All fields of an event that are set, each with its sentence and, on demand, the bytes that said so. */
function EventFacts({ event, fields, uid, caseName, point }: LineProps) {
  const { log, row, values } = event;
  const [explained, setExplained] = useState<{ field: string; purpose: string }>();
  const ask = usePurpose();
  const may = useMay();
  const explain = async (field: string): Promise<void> => {
    if (explained?.field === field) return setExplained(undefined);
    const purpose = await ask(caseName);
    if (purpose !== undefined) setExplained({ field, purpose });
  };
  const set = fields.filter(({ name, kind }) => cellText(values, name, kind) !== "-");
  const unset = fields.filter((field) => !set.includes(field)).map(({ name }) => name);
  return (
    <div className="border-t border-line/60 bg-page px-3 py-2">
      <dl className="grid gap-x-6 lg:grid-cols-2">
        {set.map(({ name, kind, says }) => (
          <div key={name} className="flex items-baseline gap-2 border-b border-line/60 py-0.5">
            <dt className="mono w-44 shrink-0 cursor-help truncate text-muted" title={says}>
              {name}
            </dt>
            <dd className="mono min-w-0 grow break-words" title={cellTitle(values, name, kind)}>
              {cellText(values, name, kind)}
            </dd>
            {may("packets") && (
              <dd>
                <button
                  type="button"
                  className={`link text-xs ${explained?.field === name ? "font-semibold" : ""}`}
                  aria-label={`Explain ${log}.${name}`}
                  aria-expanded={explained?.field === name}
                  onClick={() => void explain(name)}
                >
                  explain
                </button>
              </dd>
            )}
          </div>
        ))}
      </dl>
      {unset.length > 0 && <p className="mt-1 text-xs text-muted">unset: {unset.join(", ")}</p>}
      {explained !== undefined && (
        <div className="mt-2">
          <ExplainPane
            uid={uid}
            field={`${log}.${explained.field}`}
            row={row}
            purpose={explained.purpose}
            close={() => setExplained(undefined)}
            point={point}
          />
        </div>
      )}
    </div>
  );
}
