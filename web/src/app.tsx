import { useEffect, useState } from "react";
import { addressTo, navigate, questionOf, useView, type View } from "./address.ts";
import { useImports } from "./imports.tsx";
import { CapturePage } from "./pages/capture.tsx";
import { CapturesPage } from "./pages/captures.tsx";
import { CasesPage } from "./pages/cases.tsx";
import { ConnectionPage } from "./pages/connection.tsx";
import { KeysPage } from "./pages/keys.tsx";
import { LedgerPage } from "./pages/ledger.tsx";
import { LoginPage } from "./pages/login.tsx";
import { MePage } from "./pages/me.tsx";
import { ObjectsPage } from "./pages/objects.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { PeoplePage } from "./pages/people.tsx";
import { SearchPage } from "./pages/search.tsx";
import { SharePage } from "./pages/share.tsx";
import { type KeyMap, useKeys } from "./parts/keys.ts";
import { Link } from "./parts/link.tsx";
import { Empty, Failed, Loading } from "./parts/states.tsx";
import { EnrolPage } from "./people/enrol-page.tsx";
import { isOut, type May, type Me, reaches, useMay, useMe } from "./people/me.ts";
import { NotYourCase, NotYours } from "./people/not-yours.tsx";
import { firstPlace, mayOpen, PAGE_KEYS } from "./people/places.ts";
import { answerInAddress } from "./people/sign-in.ts";
import { SignInAnswer } from "./people/sign-in-answer.tsx";
import { useAway } from "./people/use-away.ts";
import { useStatus } from "./questions.ts";
import { EvidenceStrip } from "./shell/evidence-strip.tsx";
import { KeysDialog } from "./shell/keys-dialog.tsx";
import { QueryBar } from "./shell/query-bar.tsx";
import { Rail } from "./shell/rail.tsx";

const TITLES = {
  overview: "Overview",
  search: "Search",
  connection: "Connection",
  objects: "Objects",
  captures: "Captures",
  cases: "Cases",
  keys: "TLS keys",
  ledger: "Ledger",
  people: "People",
  me: "Me",
  share: "Shared view",
  unknown: "Not found",
} as const;

/** The page, unless a sign-in provider has sent the browser back: then whoever that lets in. */
export function App() {
  const [answer] = useState(answerInAddress);
  return answer === undefined ? <Entrance /> : <SignInAnswer answer={answer} />;
}

/** The frame that every page has, or the page that says how to get in. */
function Entrance() {
  const { parameters } = useView();
  const me = useMe({ againMs: AGAIN_MS });
  useAway({ isWorking: useImports().isRunning });
  if (isOut(me.error)) return <LoginPage isUsed={parameters.get("login") === "used"} />;
  if (me.data !== undefined) {
    // By a link one chooses a way in, and may do nothing else.
    return me.data.via === "link" ? <EnrolPage me={me.data} /> : <Frame me={me.data} />;
  }
  if (me.error === null) return <Loading what="Asking who you are" />;
  return <Failed error={me.error} again={() => void me.refetch()} />;
}

function Frame({ me }: { me: Me }) {
  const view = useView();
  const question = questionOf(view.parameters);
  const may = useMay();
  const isOurs = reaches(me, question.case);
  const sees = may("metadata");
  const status = useStatus(question.case, { isAsked: sees && isOurs });
  const [showsKeys, setShowsKeys] = useState(false);
  useKeys({ "?": () => setShowsKeys(true), ...pageKeys(may, question.case) });
  const isNowhere = view.page === "overview" && !mayOpen(may, "overview");
  useEffect(() => {
    if (isNowhere) navigate(firstPlace(may), { replace: true });
  }, [isNowhere, may]);
  const title = view.page === "connection" ? `Connection ${view.uid}` : TITLES[view.page];
  const cases =
    status.data?.cases ?? (me.cases === "*" ? [] : me.cases.map((name) => ({ case: name })));
  return (
    <div className="relative flex h-full overflow-clip">
      <title>{`${title} · Holdfast`}</title>
      <a href="#main" className="button absolute -top-20 left-2 z-20 focus:top-2">
        Skip to the page
      </a>
      <Rail page={view.page} caseName={question.case} showKeys={() => setShowsKeys(true)} />
      <div className="flex min-w-0 grow flex-col">
        <header>
          {sees && <QueryBar question={question} page={view.page} cases={cases} />}
          <EvidenceStrip
            status={status.data}
            error={status.error}
            {...(!(sees && isOurs) && {
              why: sees
                ? "nothing of this case is yours to see"
                : "the evidence is not yours to see",
            })}
          />
        </header>
        <main id="main" tabIndex={-1} className="min-h-0 grow overflow-auto p-3 outline-none">
          <AllowedPage view={view} caseName={isOurs ? undefined : question.case} />
        </main>
      </div>
      {showsKeys && <KeysDialog close={() => setShowsKeys(false)} />}
    </div>
  );
}

/** The page, or why it is not shown: nothing is asked that is refused anyway, and on record. */
function AllowedPage({ view, caseName }: { view: View; caseName: string | undefined }) {
  const may = useMay();
  if (!mayOpen(may, view.page)) return <NotYours what={TITLES[view.page]} />;
  if (caseName !== undefined) return <NotYourCase caseName={caseName} />;
  return <Page view={view} />;
}

/** So soon a session that ended elsewhere is noticed. */
const AGAIN_MS = 15_000;

/** `g` and a letter lead to the pages that one may open; the case goes along, as in the rail. */
function pageKeys(may: May, caseName: string | undefined): KeyMap {
  const own = PAGE_KEYS.filter(({ page }) => mayOpen(may, page));
  const open = (path: string) => () => navigate(addressTo(path, { case: caseName }));
  return Object.fromEntries(own.map(({ keys, path }) => [keys, open(path)]));
}

function Page({ view }: { view: View }) {
  switch (view.page) {
    case "overview":
      return <OverviewPage question={questionOf(view.parameters)} />;
    case "search":
      return <SearchPage parameters={view.parameters} />;
    case "connection":
      return <ConnectionPage key={view.uid} uid={view.uid} parameters={view.parameters} />;
    case "captures":
      return view.parameters.has("capture") ? (
        <CapturePage parameters={view.parameters} />
      ) : (
        <CapturesPage question={questionOf(view.parameters)} />
      );
    case "objects":
      return <ObjectsPage parameters={view.parameters} />;
    case "cases":
      return <CasesPage question={questionOf(view.parameters)} />;
    case "keys":
      return <KeysPage question={questionOf(view.parameters)} />;
    case "ledger":
      return <LedgerPage parameters={view.parameters} />;
    case "people":
      return <PeoplePage />;
    case "me":
      return <MePage />;
    case "share":
      return <SharePage key={view.share} share={view.share} />;
    case "unknown":
      return (
        <>
          <h1 className="sr-only">No such page</h1>
          <Empty why="There is no page at this address">
            <Link to="/">To the overview</Link>
          </Empty>
        </>
      );
  }
}
