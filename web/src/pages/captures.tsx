import type { Question } from "../address.ts";
import { ImportZone } from "../parts/import-zone.tsx";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { useMay } from "../people/me.ts";
import { useCaptures } from "../questions.ts";
import { amountText } from "../text.ts";
import { CaptureTable } from "./capture-table.tsx";

/** All captures, and the door for new ones. */
export function CapturesPage({ question }: { question: Question }) {
  const captures = useCaptures(question.case);
  const may = useMay();
  const list = [...(captures.data?.captures ?? [])].reverse();
  return (
    <div className="flex flex-col gap-3">
      <h1 className="sr-only">Captures</h1>
      {may("import") && <ImportZone />}
      <section aria-labelledby="all" className="pane overflow-hidden">
        <h2 id="all" className="heading px-3 pt-2 pb-1">
          {captures.data === undefined ? "Captures" : amountText(list.length, "capture")}
          {question.case !== undefined && ` of case ${question.case}`}
        </h2>
        {captures.isPending && <Loading what="Reading the list of captures" />}
        {captures.error !== null && (
          <Failed error={captures.error} again={() => void captures.refetch()} />
        )}
        {captures.data !== undefined && list.length === 0 && (
          <Empty why="No capture was imported here yet">
            {may("import")
              ? "Drop a file above, or on the command line: holdfast import FILE"
              : "Captures are brought in by who may import them, an investigator for example."}
          </Empty>
        )}
        {list.length > 0 && <CaptureTable list={list} label="Table of captures" />}
      </section>
    </div>
  );
}
