import { sizeText } from "../../../src/core/base/index.ts";
import { addressTo, type Question } from "../address.ts";
import type { Output } from "../client.ts";
import { ConnectionGraph } from "../overview/connection-graph.tsx";
import { FindingsPane } from "../overview/findings-pane.tsx";
import { ProtocolsPane } from "../overview/protocols-pane.tsx";
import { TalkersPane } from "../overview/talkers-pane.tsx";
import { ImportZone } from "../parts/import-zone.tsx";
import { Link } from "../parts/link.tsx";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { useMay } from "../people/me.ts";
import { useCaptures, useStatus } from "../questions.ts";
import { Histogram } from "../search/histogram.tsx";
import { countText } from "../text.ts";
import { CaptureTable } from "./capture-table.tsx";

const RECENT = 5;

/** What is here, what is odd in it, who talked and by what. */
export function OverviewPage({ question }: { question: Question }) {
  const status = useStatus(question.case);
  const may = useMay();
  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-3">
      <h1 className="sr-only">Overview</h1>
      {status.isPending && <Loading what="Asking what this home holds" />}
      {status.error !== null && <Failed error={status.error} again={() => void status.refetch()} />}
      {status.data !== undefined && <Holdings status={status.data} question={question} />}
      {status.data !== undefined && status.data.captures > 0 && (
        <>
          <FindingsPane question={question} />
          <Histogram question={question} path="/" />
          <div className="grid gap-3 lg:grid-cols-[3fr_2fr]">
            <ConnectionGraph question={question} />
            <div className="flex min-w-0 flex-col gap-3">
              <TalkersPane question={question} />
              <ProtocolsPane question={question} />
            </div>
          </div>
        </>
      )}
      <Recent question={question} />
      {may("import") && <ImportZone />}
    </div>
  );
}

function Holdings({ status, question }: { status: Output<"status">; question: Question }) {
  const may = useMay();
  if (status.captures === 0) {
    return (
      <section className="pane">
        <Empty
          why={
            question.case ? `Nothing is sealed in case ${question.case}` : "Nothing is recorded yet"
          }
        >
          {may("import")
            ? "Drop a capture below: its connections can be searched while it is still being read."
            : "Captures are brought in by who may import them, an investigator for example."}
        </Empty>
      </section>
    );
  }
  return (
    <dl
      aria-label="Totals"
      className="grid grid-cols-[repeat(2,minmax(0,1fr))] gap-3 md:grid-cols-5"
    >
      <Total
        name={status.captures === 1 ? "capture" : "captures"}
        value={countText(status.captures)}
      />
      <Total name="packets" value={countText(status.packets)} />
      <Total name="recorded" value={sizeText(status.bytes)} />
      <Total name="in the vault" value={sizeText(status.stored_bytes)} />
      <Total name="ledger entries" value={countText(status.ledger_size)} />
    </dl>
  );
}

function Total({ name, value }: { name: string; value: string }) {
  return (
    <div className="pane flex flex-col-reverse px-3 py-2">
      <dt className="text-muted">{name}</dt>
      <dd className="text-lg font-semibold tabular-nums">{value}</dd>
    </div>
  );
}

function Recent({ question }: { question: Question }) {
  const captures = useCaptures(question.case);
  const list = [...(captures.data?.captures ?? [])].reverse().slice(0, RECENT);
  if (list.length === 0) return null;
  return (
    <section aria-labelledby="recent" className="pane overflow-hidden">
      <div className="flex items-baseline justify-between px-3 pt-2 pb-1">
        <h2 id="recent" className="heading">
          Recent captures
        </h2>
        <Link to={addressTo("/captures", { case: question.case })}>All captures</Link>
      </div>
      <CaptureTable list={list} label="Table of recent captures" />
    </section>
  );
}
