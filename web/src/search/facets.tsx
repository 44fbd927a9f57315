import { useQuery } from "@tanstack/react-query";
import { MoreHorizontal, PanelLeft } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { type Layout, navigate, type Question, searchAddress, toWire } from "../address.ts";
import { call } from "../client.ts";
import { Menu } from "../parts/menu.tsx";
import { Failed, isQueryFault } from "../parts/states.tsx";
import type { MenuPlace } from "../parts/virtual-table.tsx";
import { type FieldFacts, useRecountMs } from "../questions.ts";
import { countText, valueText } from "../text.ts";
import { clauseOf, excluded, narrowed } from "./clause.ts";
import type { RowsState } from "./row-pages.ts";
import { valueGroup } from "./value-menu.ts";

const FACETS_MAX = 6;
const VALUES_SHOWN = 6;

/** Fields whose most frequent values say most of a log; of the others the ones people see first. */
const CHOSEN: Readonly<Record<string, readonly string[]>> = {
  conn: ["service", "id.orig_h", "id.resp_h", "id.resp_p", "proto", "conn_state"],
  dns: ["query", "qtype_name", "rcode_name", "answers", "id.orig_h", "id.resp_h"],
  http: ["host", "method", "status_code", "user_agent", "id.orig_h", "uri"],
  ssl: ["server_name", "version", "cipher", "ja4", "id.orig_h", "id.resp_h"],
  files: ["mime_type", "source", "id.orig_h", "id.resp_h", "sha256", "filename"],
  notice: ["note", "src", "dst"],
  weird: ["name", "source", "id.orig_h", "id.resp_h"],
};
const KINDS: ReadonlySet<string> = new Set([
  "addr",
  "port",
  "enum",
  "dict",
  "text",
  "list",
  "bool",
]);
const LAST = ["id.orig_h", "id.resp_h"];

const KEPT = "holdfast.facets";
/** Narrower than this the side would leave a table no room. */
const ROOM_PX = 1200;

/** Whether the side is open, as this person left it; and what turns it over. */
export function useFacetsShown(): [isShown: boolean, toggle: () => void] {
  const [isShown, setShown] = useState(() => {
    const kept = localStorage.getItem(KEPT);
    return kept === null ? innerWidth >= ROOM_PX : kept === "1";
  });
  const toggle = (): void => {
    localStorage.setItem(KEPT, isShown ? "0" : "1");
    setShown(!isShown);
  };
  return [isShown, toggle];
}

/** Opens and closes the side. */
export function FacetsButton({ isShown, toggle }: { isShown: boolean; toggle: () => void }) {
  return (
    <button type="button" className="button px-2" aria-pressed={isShown} onClick={toggle}>
      <PanelLeft aria-hidden size={14} />
      Values
    </button>
  );
}

interface FacetsProps {
  readonly question: Question;
  readonly layout: Layout;
  readonly fields: readonly FieldFacts[];
  readonly path?: string;
  /** Values are counted once the rows are there: both at once would delay the rows. */
  readonly rows?: RowsState;
}

/** The most frequent values of a log's telling fields: a click asks for one, with Alt it is left out. */
export function Facets({
  question,
  layout,
  fields,
  path = "/search",
  rows = "there",
}: FacetsProps) {
  const shown = facetFields(fields);
  return (
    <aside
      aria-label="Most frequent values"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
      tabIndex={0}
      className="pane w-60 shrink-0 overflow-auto px-2 py-1 outline-offset-[-2px]"
    >
      {shown.map((field) => (
        <Facet
          key={`${field.log}.${field.name}`}
          field={field}
          asked={{ question, layout, path }}
          rowsAre={rows}
        />
      ))}
      <p className="px-1 py-2 text-xs text-muted">
        Click to see only these, Alt-click to leave them out.
      </p>
    </aside>
  );
}

function facetFields(fields: readonly FieldFacts[]): readonly FieldFacts[] {
  const [first] = fields;
  const usual = fields.filter(
    ({ brief, kind, name }) => brief && KINDS.has(kind) && !LAST.includes(name),
  );
  const names = CHOSEN[first?.log ?? ""] ?? [...usual.map(({ name }) => name), ...LAST];
  return names
    .flatMap((name) => fields.find((field) => field.name === name) ?? [])
    .slice(0, FACETS_MAX);
}

interface FacetProps {
  readonly field: FieldFacts;
  readonly asked: { readonly question: Question; readonly layout: Layout; readonly path: string };
  readonly rowsAre: RowsState;
}

function Facet({ field, asked, rowsAre }: FacetProps) {
  const { question, layout, path } = asked;
  const [menu, setMenu] = useState<{ value: unknown; place: MenuPlace }>();
  const input = { ...toWire(question), log: field.log, by: [field.name], limit: VALUES_SHOWN };
  const recountMs = useRecountMs();
  // Its key is the question: when that changes, what was asked before is given up.
  const answer = useQuery({
    queryKey: ["facet", input],
    queryFn: ({ signal }) => call("top", input, signal),
    refetchInterval: recountMs,
    enabled: rowsAre === "there",
  });
  const isCancelled = rowsAre === "there" ? answer.fetchStatus === "idle" : rowsAre === "cancelled";
  const groups = answer.data?.groups ?? [];
  const most = Math.max(1, ...groups.map(({ rows }) => rows));
  const more = (answer.data?.total ?? 0) - groups.length;
  const go = (value: unknown, isOut: boolean): void => {
    const clause = clauseOf(field, value);
    const q = narrowed(question.q, isOut ? excluded(clause) : clause);
    navigate(searchAddress({ ...question, ...layout, q }, path));
  };
  return (
    <section aria-label={field.name} className="border-b border-line/60 py-1.5 last:border-0">
      <h2 className="mono truncate px-1 font-semibold" title={field.says}>
        {field.name}
      </h2>
      {answer.isPending && (
        <p className="px-1 text-muted">{isCancelled ? "cancelled" : "counting…"}</p>
      )}
      {isQueryFault(answer.error) && <p className="px-1 text-muted">the query does not read</p>}
      {answer.error !== null && !isQueryFault(answer.error) && (
        <Failed error={answer.error} again={() => void answer.refetch()} />
      )}
      {answer.data !== undefined && groups.length === 0 && (
        <p className="px-1 text-muted">no row has it</p>
      )}
      <ul>
        {groups.map(({ values: [value], rows }, n) => (
          <FacetValue
            key={String(value)}
            isFirst={n === 0}
            text={valueText(value)}
            rows={rows}
            share={rows / most}
            take={(isOut) => go(value, isOut)}
            menu={(place) => setMenu({ value, place })}
          />
        ))}
      </ul>
      {more > 0 && (
        <p className="px-1 pt-1 text-xs text-muted">and {countText(more)} more values</p>
      )}
      {menu !== undefined && (
        <Menu
          label={`What to do with ${field.name}`}
          groups={[valueGroup(field, menu.value, asked)]}
          place={menu.place}
          close={() => setMenu(undefined)}
        />
      )}
    </section>
  );
}

/** Arrow keys walk over the values of one field, which are one stop of the Tab key. */
function walk(event: KeyboardEvent<HTMLElement>, menu: (from: HTMLElement) => void): void {
  const own = event.currentTarget;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const all = [...(own.closest("ul")?.querySelectorAll<HTMLElement>("[data-value]") ?? [])];
  if (step !== undefined) all[all.indexOf(own) + step]?.focus();
  else if (event.key === "m" || event.key === "ContextMenu") menu(own);
  else return;
  event.preventDefault();
}

function FacetValue(props: {
  isFirst: boolean;
  text: string;
  rows: number;
  share: number;
  take: (isOut: boolean) => void;
  menu: (place: MenuPlace) => void;
}) {
  const { text, rows, share, take, menu } = props;
  const shown = text === "-" ? "unset" : text;
  const open = (from: HTMLElement): void => {
    const { left, bottom } = from.getBoundingClientRect();
    menu({ x: left, y: bottom, back: () => from.focus() });
  };
  return (
    <li className="group relative flex items-center rounded hover:bg-raised">
      <span
        aria-hidden
        className="absolute bottom-0 left-0 h-[2px] bg-bars"
        style={{ width: `${Math.max(1, share * 100)}%` }}
      />
      <button
        type="button"
        title={shown}
        data-value={shown}
        tabIndex={props.isFirst ? 0 : -1}
        onKeyDown={(event) => walk(event, open)}
        className="mono flex min-w-0 grow gap-2 px-1 py-0.5 text-left"
        onClick={(event) => take(event.altKey)}
      >
        <span className={`min-w-0 grow truncate ${text === "-" ? "text-muted" : ""}`}>{shown}</span>
        <span className="text-muted tabular-nums">{countText(rows)}</span>
      </button>
      <button
        type="button"
        className="px-1 text-muted hover:text-blue"
        aria-label={`More about ${shown}`}
        aria-haspopup="menu"
        tabIndex={-1}
        onClick={({ currentTarget }) => open(currentTarget)}
      >
        <MoreHorizontal aria-hidden size={13} />
      </button>
    </li>
  );
}
