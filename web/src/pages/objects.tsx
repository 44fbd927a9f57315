import { X } from "lucide-react";
import { useState } from "react";
import { choose, layoutOf, navigate, questionOf, searchAddress } from "../address.ts";
import type { Output } from "../client.ts";
import { ObjectFacts, objectSizeText } from "../objects/object-facts.tsx";
import { Link } from "../parts/link.tsx";
import { ownQuestion } from "../parts/log-table.tsx";
import { Menu, type MenuGroup } from "../parts/menu.tsx";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import {
  type MenuPlace,
  type Sort,
  type TableColumn,
  VirtualTable,
} from "../parts/virtual-table.tsx";
import { useLogFields } from "../questions.ts";
import { cellTitle, type Row } from "../search/columns.ts";
import { CoverageLine } from "../search/coverage-line.tsx";
import { Facets, FacetsButton, useFacetsShown } from "../search/facets.tsx";
import { useRowPages, useSeen } from "../search/row-pages.ts";
import { valueGroups } from "../search/value-menu.ts";
import { timeText, valueText } from "../text.ts";

/** All files that travelled: what they are, where they came from, what archives hold. */
export function ObjectsPage({ parameters }: { parameters: URLSearchParams }) {
  const question = { ...questionOf(parameters), log: "files" };
  const layout = layoutOf(parameters);
  const fields = useLogFields("files");
  const [hasFacets, toggle] = useFacetsShown();
  return (
    <div className="flex h-full min-h-[26rem] gap-3">
      <h1 className="sr-only">Objects</h1>
      {hasFacets && <Facets question={question} layout={layout} fields={fields} path="/objects" />}
      <section aria-label="Objects found" className="pane flex min-w-0 grow flex-col">
        <div className="flex shrink-0 items-center gap-3 border-b border-line px-2 py-1.5">
          <FacetsButton isShown={hasFacets} toggle={toggle} />
          <p className="text-muted">
            Files that travelled: taken out of their packets on demand, never run, rendered or
            unpacked.
          </p>
        </div>
        <Objects key={JSON.stringify(question)} parameters={parameters} />
      </section>
    </div>
  );
}

function Objects({ parameters }: { parameters: URLSearchParams }) {
  const question = { ...questionOf(parameters), log: "files" };
  const layout = layoutOf(parameters);
  const fields = useLogFields("files");
  const sort: Sort = { by: layout.sort ?? "ts", descending: layout.desc === "1" };
  const [seen, see] = useSeen();
  const { first, error, rowAt, again } = useRowPages(question, sort, seen);
  const [menu, setMenu] = useState<{ groups: readonly MenuGroup[]; place: MenuPlace }>();
  const chosen = parameters.get("object") ?? "";
  if (error !== null) return <Failed error={error} again={again} />;
  if (first === undefined) return <Loading what="Looking for files that travelled" />;
  const setSort = (by: string): void => {
    const desc = sort.by === by && !sort.descending ? "1" : undefined;
    navigate(searchAddress({ ...question, sort: by === "ts" ? undefined : by, desc }, "/objects"));
  };
  const show = (row: Row): void => choose("object", String(row["fuid"]));
  return (
    <>
      <div className="flex min-h-0 grow flex-col lg:flex-row">
        <div className="flex min-h-40 min-w-0 grow flex-col">
          {first.total === 0 ? (
            <Nothing question={question} answer={first} />
          ) : (
            <VirtualTable
              label="Objects"
              columns={COLUMNS}
              total={first.total}
              rowAt={rowAt}
              see={see}
              sort={sort}
              setSort={setSort}
              open={show}
              pick={show}
              close={() => choose("object", "")}
              menu={(row, column, place) => {
                const field = fields.find(({ name }) => name === column);
                if (field === undefined) return;
                const asked = { question, layout, path: "/objects" };
                setMenu({ groups: valueGroups(field, row, asked), place });
              }}
              minWidthPx={940}
              isFilling
              isMain
            />
          )}
        </div>
        {chosen !== "" && <OneObject key={chosen} fuid={chosen} answer={first} />}
      </div>
      <CoverageLine answer={first} noun="object" />
      {menu !== undefined && (
        <Menu
          label="What to do with the value"
          groups={menu.groups}
          place={menu.place}
          close={() => setMenu(undefined)}
        />
      )}
    </>
  );
}

const NOWHERE = { first: 0, last: 0 };
const BY_TIME: Sort = { by: "ts", descending: false };

function OneObject({ fuid, answer }: { fuid: string; answer: Output<"query"> }) {
  const isName = /^F[A-Za-z0-9]{1,11}$/.test(fuid);
  // A name that is none is asked for as one that cannot be: the answer says that there is no such file.
  const q = `files.fuid == "${isName ? fuid : "-"}"`;
  const question = ownQuestion(q, { log: "files" });
  const { first, error, again } = useRowPages(question, BY_TIME, NOWHERE);
  const row = first?.rows[0];
  return (
    <section
      aria-label={`Object ${fuid}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
      tabIndex={0}
      className="max-h-full overflow-auto border-line outline-offset-[-2px] max-lg:h-1/2 max-lg:shrink-0 max-lg:border-t lg:w-[27rem] lg:shrink-0 lg:border-l"
    >
      <div className="flex items-center gap-2 border-b border-line px-3 py-1.5">
        <h2 className="heading mono grow">{fuid}</h2>
        <button
          type="button"
          className="button px-1.5"
          aria-label="Close"
          onClick={() => choose("object", "")}
        >
          <X aria-hidden size={14} />
        </button>
      </div>
      {error !== null && <Failed error={error} again={again} />}
      {error === null && first === undefined && <Loading what="Reading what is known of it" />}
      {first !== undefined && row === undefined && (
        <Empty why={`No file ${isName ? fuid : ""} is in this home`}>
          <Link to="/objects">All objects</Link>
        </Empty>
      )}
      {row !== undefined && <ObjectFacts row={row} caseName={caseOf(row, answer)} />}
    </section>
  );
}

/** The case of the capture whose time holds the file; several cases at once are told as one. */
function caseOf(row: Row, { coverage }: Output<"query">): string {
  const at = BigInt(String(row["ts_ns"] ?? 0));
  const own = coverage.captures.filter(
    ({ from_ns: from, to_ns: to }) =>
      from !== null && to !== null && BigInt(from) <= at && at <= BigInt(to),
  );
  return own[0]?.case ?? coverage.captures[0]?.case ?? "scratch";
}

function Nothing(props: { question: ReturnType<typeof questionOf>; answer: Output<"query"> }) {
  const { question, answer } = props;
  if (answer.coverage.captures_total === 0) {
    return (
      <Empty why="Nothing is recorded here yet">
        <Link to="/captures">Import a capture</Link>
      </Empty>
    );
  }
  if (question.q === "" && question.from === undefined && question.to === undefined) {
    return (
      <Empty why="No file travelled in what was recorded">
        Files are found in HTTP, SMB, FTP, TFTP and mail. What was encrypted is found where a{" "}
        <Link to="/keys">key log</Link> was given before the import.
      </Empty>
    );
  }
  return (
    <Empty why="No object matched">
      <Link to={searchAddress({ case: question.case }, "/objects")}>All objects</Link>
    </Empty>
  );
}

const COLUMNS: readonly TableColumn<Row>[] = [
  {
    name: "ts",
    width: "206px",
    title: (row) => cellTitle(row, "ts"),
    cell: (row) => timeText(row["ts_ns"] as string | null),
  },
  { name: "fuid", width: "118px", cell: (row) => valueText(row["fuid"]) },
  column("mime_type", "170px"),
  {
    name: "seen_bytes",
    width: "112px",
    isNumber: true,
    cell: objectSizeText,
    title: objectSizeText,
  },
  column("source", "76px"),
  {
    name: "uid",
    width: "118px",
    cell: (row) =>
      row["uid"] === null ? (
        <span className="text-muted">no flow</span>
      ) : (
        <Link to={`/connections/${String(row["uid"])}`} tabIndex={-1}>
          {valueText(row["uid"])}
        </Link>
      ),
  },
  {
    name: "sha256",
    width: "120px",
    title: (row) => valueText(row["sha256"]),
    cell: (row) => valueText(row["sha256"]).slice(0, 12),
  },
  column("filename", "minmax(120px, 1fr)"),
  column("origin", "minmax(160px, 1fr)"),
];

function column(name: string, width: string): TableColumn<Row> {
  return {
    name,
    width,
    title: (row) => valueText(row[name]),
    cell: (row) => valueText(row[name]),
  };
}
