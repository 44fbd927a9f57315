import { useQuery, useQueryClient } from "@tanstack/react-query";
import { FolderPlus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { addressTo, navigate, type Question } from "../address.ts";
import { call, type Output } from "../client.ts";
import { AttachmentsPane } from "../notes/attachments-pane.tsx";
import { NotesPane } from "../notes/notes-pane.tsx";
import { SavedPane } from "../notes/saved-pane.tsx";
import { SharesPane } from "../notes/shares-pane.tsx";
import { Link } from "../parts/link.tsx";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { Stamp } from "../parts/time.tsx";
import { type Me, useMay, useMe } from "../people/me.ts";
import { NotYourPart } from "../people/not-yours.tsx";
import { amountText, wireText } from "../text.ts";

type Case = Output<"cases">["cases"][number];

/** Cases, and what people put into the one that is chosen: notes, searches, sealed objects. */
export function CasesPage({ question }: { question: Question }) {
  const may = useMay();
  const { data: me } = useMe();
  const sees = may("metadata");
  const answer = useQuery({
    queryKey: ["cases"],
    queryFn: ({ signal }) => call("cases", {}, signal),
    enabled: sees,
  });
  const list = [...(answer.data?.cases ?? [])].reverse();
  const chosen = sees ? (question.case ?? list[0]?.case) : undefined;
  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-3">
      <h1 className="sr-only">Cases</h1>
      <section aria-labelledby="cases" className="pane">
        <h2 id="cases" className="heading px-3 py-2">
          {list.length === 0 ? "Cases" : amountText(list.length, "case")}
        </h2>
        {!sees && <NotYourPart what="The list of cases is" says="Who may search sees it." />}
        {sees && answer.isPending && <Loading what="Reading the list of cases" />}
        {answer.error !== null && (
          <Failed error={answer.error} again={() => void answer.refetch()} />
        )}
        {answer.data !== undefined && list.length === 0 && (
          <Empty why="No case is open">
            {may("cases")
              ? "Open one below, or import a capture: without a case it goes to scratch."
              : "Cases are opened by who may, an investigator for example."}
          </Empty>
        )}
        <ul className="max-h-64 overflow-auto px-3">
          {list.map((one) => (
            <CaseLine key={one.case} one={one} isChosen={one.case === chosen} />
          ))}
        </ul>
        {may("cases") && <OpenCase own={openable(me, list)} />}
      </section>
      {chosen !== undefined && (
        <>
          <h2 className="heading px-1">Case {wireText(chosen)}</h2>
          <NotesPane asked={{ case: chosen }} about={{ case: chosen }} />
          <div className="grid gap-3 lg:grid-cols-2 lg:*:last:col-span-2">
            <SavedPane caseName={chosen} />
            <SharesPane caseName={chosen} />
            <AttachmentsPane caseName={chosen} />
          </div>
        </>
      )}
    </div>
  );
}

function CaseLine({ one, isChosen }: { one: Case; isChosen: boolean }) {
  const about = { case: one.case };
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 border-b border-line/60 py-1.5 last:border-b-0">
      <Link
        to={addressTo("/cases", about)}
        aria-current={isChosen ? "true" : undefined}
        className={`link ${isChosen ? "font-semibold" : ""}`}
      >
        {wireText(one.case)}
      </Link>
      <span className="min-w-0 grow truncate text-muted" title={wireText(one.purpose)}>
        {wireText(one.purpose)}
      </span>
      <Link to={addressTo("/captures", about)}>{amountText(one.captures, "capture")}</Link>
      <Link to={addressTo("/search", about)}>search</Link>
      <span className="text-muted">
        opened <Stamp at={one.opened_at} />
      </span>
    </li>
  );
}

/** Cases of one's own that are not open yet; undefined where any may be opened. */
function openable(me: Me | undefined, list: readonly Case[]): readonly string[] | undefined {
  if (me === undefined || me.cases === "*") return undefined;
  return me.cases.filter((name) => !list.some((one) => one.case === name));
}

function OpenCase({ own }: { own: readonly string[] | undefined }) {
  const [name, setName] = useState("");
  const [purpose, setPurpose] = useState("");
  const [error, setError] = useState<unknown>(null);
  const client = useQueryClient();
  const open = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setError(null);
    try {
      await call("openCase", { case: name, purpose });
      await client.invalidateQueries({ queryKey: ["cases"] });
      await client.invalidateQueries({ queryKey: ["status"] });
      setName("");
      setPurpose("");
      navigate(addressTo("/cases", { case: name }));
    } catch (failure) {
      setError(failure);
    }
  };
  if (own?.length === 0) return null;
  return (
    <>
      {own !== undefined && (
        <p className="px-3 text-muted">You may open {own.map(wireText).join(", ")}.</p>
      )}
      <form
        aria-label="Open a case"
        className="flex flex-wrap items-end gap-2 px-3 py-2"
        onSubmit={(event) => void open(event)}
      >
        <label className="flex w-52 flex-col font-semibold">
          New case
          <input
            className="field"
            required
            pattern="[A-Za-z0-9][A-Za-z0-9._\-]{0,63}"
            title="letters, digits, dot, dash and underscore, at most 64"
            value={name}
            placeholder="IR-2026-0412"
            onChange={({ target }) => setName(target.value)}
          />
        </label>
        <label className="flex min-w-64 grow flex-col font-semibold">
          What it is about
          <input
            className="field"
            maxLength={1000}
            value={purpose}
            onChange={({ target }) => setPurpose(target.value)}
          />
        </label>
        <button type="submit" className="button" disabled={name === ""}>
          <FolderPlus aria-hidden size={14} />
          Open case
        </button>
      </form>
      {error !== null && <Failed error={error} />}
    </>
  );
}
