import { useState } from "react";
import { HoldfastError } from "../../src/core/base/index.ts";
import { navigate, questionOf, useView, type View } from "./address.ts";
import { CapturePage } from "./pages/capture.tsx";
import { CapturesPage } from "./pages/captures.tsx";
import { CasesPage } from "./pages/cases.tsx";
import { ConnectionPage } from "./pages/connection.tsx";
import { KeysPage } from "./pages/keys.tsx";
import { LedgerPage } from "./pages/ledger.tsx";
import { LoginPage } from "./pages/login.tsx";
import { ObjectsPage } from "./pages/objects.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { SearchPage } from "./pages/search.tsx";
import { useKeys } from "./parts/keys.ts";
import { Link } from "./parts/link.tsx";
import { Empty } from "./parts/states.tsx";
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
  unknown: "Not found",
} as const;

/** The frame that every page has, or the page that says how to get in. */
export function App() {
  const view = useView();
  const question = questionOf(view.parameters);
  const status = useStatus(question.case);
  const [showsKeys, setShowsKeys] = useState(false);
  useKeys({
    "?": () => setShowsKeys(true),
    "g o": () => navigate("/"),
    "g s": () => navigate("/search"),
    "g b": () => navigate("/objects"),
    "g c": () => navigate("/captures"),
    "g a": () => navigate("/cases"),
    "g k": () => navigate("/keys"),
    "g l": () => navigate("/ledger"),
  });
  const title = view.page === "connection" ? `Connection ${view.uid}` : TITLES[view.page];
  const isOut = status.error instanceof HoldfastError && status.error.code === LOGIN_NEEDED;
  if (isOut) return <LoginPage isUsed={view.parameters.get("login") === "used"} />;
  return (
    <div className="flex h-full">
      <title>{`${title} · Holdfast`}</title>
      <a href="#main" className="button absolute -top-20 left-2 z-20 focus:top-2">
        Skip to the page
      </a>
      <Rail page={view.page} caseName={question.case} showKeys={() => setShowsKeys(true)} />
      <div className="flex min-w-0 grow flex-col">
        <header>
          <QueryBar question={question} page={view.page} cases={status.data?.cases ?? []} />
          <EvidenceStrip status={status.data} error={status.error} />
        </header>
        <main id="main" tabIndex={-1} className="min-h-0 grow overflow-auto p-3 outline-none">
          <Page view={view} />
        </main>
      </div>
      {showsKeys && <KeysDialog close={() => setShowsKeys(false)} />}
    </div>
  );
}

const LOGIN_NEEDED = "session/login-needed";

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
    case "unknown":
      return (
        <Empty why="There is no page at this address">
          <Link to="/">To the overview</Link>
        </Empty>
      );
  }
}
