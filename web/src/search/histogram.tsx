import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { sizeText } from "../../../src/core/base/index.ts";
import {
  choose,
  layoutNow,
  layoutOf,
  navigate,
  type Question,
  searchAddress,
  toWire,
  useView,
} from "../address.ts";
import { call, type Output } from "../client.ts";
import { NoteMarks } from "../notes/note-marks.tsx";
import { NoteOnTime } from "../notes/note-on-time.tsx";
import { useNotes } from "../notes/use-notes.ts";
import { Failed, isQueryFault, Loading } from "../parts/states.tsx";
import { useRefreshMs } from "../questions.ts";
import { countText, nsOfStamp, spanText, stampOfNs, timeText } from "../text.ts";
import { HistogramLegend } from "./histogram-legend.tsx";
import { HistogramPlot } from "./histogram-plot.tsx";
import { layersOf } from "./stack.ts";

type Answer = Output<"histogram">;

const MEASURES: readonly Answer["measure"][] = ["flows", "packets", "bytes"];
const BINS = 160;

/** What matched, over time: drag to narrow, double-click to widen; `path` is the page that shows it. */
export function Histogram({ question, path = "/search" }: { question: Question; path?: string }) {
  const chosen = layoutOf(useView().parameters).measure;
  const { log } = question;
  // Rows of the other logs have no packets of their own.
  const measures = log === "conn" ? MEASURES : MEASURES.slice(0, 1);
  const measure = measures.find((one) => one === chosen) ?? "flows";
  const refreshMs = useRefreshMs();
  const from = question.from === undefined ? undefined : nsOfStamp(question.from);
  const to = question.to === undefined ? undefined : nsOfStamp(question.to);
  const input = {
    ...toWire(question),
    log: question.log,
    bins: BINS,
    measure,
    ...(from !== undefined && { from_ns: String(from) }),
    ...(to !== undefined && { to_ns: String(to) }),
  };
  const answer = useQuery({
    queryKey: ["histogram", input],
    queryFn: ({ signal }) => call("histogram", input, signal),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  });
  const isCancelled =
    answer.fetchStatus === "idle" && (answer.isPending || answer.isPlaceholderData);
  // What was counted before the query was cancelled answers another one.
  const data = isCancelled ? undefined : answer.data;
  const [bin, pointAt] = useState<number>();
  return (
    <section aria-label="Over time" className="pane px-3 pt-2 pb-1">
      <div className="flex flex-wrap items-center justify-between gap-x-4">
        <fieldset className="flex items-center gap-3">
          <legend className="sr-only">What the bars count</legend>
          {measures.length === 1 && <span className="heading">rows of {log}</span>}
          {measures.length > 1 &&
            measures.map((one) => (
              <label key={one} className="flex items-center gap-1">
                <input
                  type="radio"
                  name="measure"
                  checked={measure === one}
                  onChange={() => choose("measure", one === "flows" ? "" : one)}
                />
                {one}
              </label>
            ))}
        </fieldset>
        <p className="grow text-right text-muted tabular-nums">
          {data !== undefined && captionOf(data, bin)}
        </p>
        {from !== undefined && to !== undefined && from < to && (
          <NoteOnTime fromNs={from} toNs={to} caseName={question.case} />
        )}
      </div>
      {isCancelled ? (
        <p className="py-5 text-center text-muted">No bars: the query was cancelled.</p>
      ) : isQueryFault(answer.error) ? (
        <p className="py-5 text-center text-muted">No bars: the query does not read.</p>
      ) : answer.error !== null ? (
        <Failed error={answer.error} again={() => void answer.refetch()} />
      ) : data === undefined ? (
        <Loading what="Counting over time" />
      ) : data.from_ns === null ? (
        <p className="py-5 text-center text-muted">No time to draw: no row matched.</p>
      ) : (
        <Chart answer={data} question={question} path={path} bin={bin} pointAt={pointAt} />
      )}
    </section>
  );
}

function captionOf({ bins, width_ns: width }: Answer, bin: number | undefined): string {
  if (bins.length === 0) return "";
  const at = bin === undefined ? undefined : bins[bin]?.from_ns;
  if (at !== undefined) {
    const ends = [at, String(BigInt(at) + BigInt(width))];
    const digits = BigInt(width) % 1_000_000_000n === 0n ? 0 : 3;
    return `${ends.map((ns) => timeText(ns, digits)).join(" – ")} UTC`;
  }
  const seconds = Number(BigInt(width)) / 1e9;
  return `a bar is ${spanText(seconds)}, by what began in it · drag to narrow, double-click to widen`;
}

interface ChartProps {
  readonly answer: Answer;
  readonly question: Question;
  readonly path: string;
  readonly bin: number | undefined;
  readonly pointAt: (bin: number | undefined) => void;
}

function Chart({ answer, question, path, bin, pointAt }: ChartProps) {
  const { from_ns: from, to_ns: to, measure, bins } = answer;
  const what = question.log === "conn" ? measure : `rows of ${question.log}`;
  const layers = useMemo(() => layersOf(answer, what), [answer, what]);
  const go = (change: Partial<Question>): void =>
    navigate(searchAddress({ ...question, ...layoutNow(), ...change }, path));
  const sum = bins.reduce((all, one) => all + one[measure], 0);
  const label = `Bars of ${what}: ${measure === "bytes" ? sizeText(sum) : countText(sum)} from ${timeText(from, 0)} to ${timeText(to, 0)} UTC. The legend below has the parts. The time fields of the query bar narrow it by keyboard.`;
  const stamp = (ms: number): string => stampOfNs(BigInt(ms) * 1_000_000n);
  const notes = useNotes(question.case === undefined ? {} : { case: question.case });
  const firstNs = BigInt(from ?? 0);
  const drawnNs = BigInt(answer.width_ns) * BigInt(bins.length);
  return (
    <>
      <div className="relative">
        <HistogramPlot
          answer={answer}
          layers={layers}
          label={label}
          narrow={(fromMs, toMs) =>
            go({ from: stamp(fromMs), to: stamp(Math.max(toMs, fromMs + 1)) })
          }
          widen={() => go(widened(answer, question))}
          pointAt={pointAt}
        />
        <NoteMarks notes={notes} fromNs={firstNs} toNs={firstNs + drawnNs} showsPlace />
      </div>
      <HistogramLegend answer={answer} layers={layers} question={question} path={path} bin={bin} />
    </>
  );
}

/** Twice the span around the same middle; without a range there is nothing wider. */
function widened(answer: Answer, { from, to }: Question): Partial<Question> {
  const first = from === undefined ? undefined : nsOfStamp(from);
  const last = to === undefined ? undefined : nsOfStamp(to);
  if (first === undefined || last === undefined) return { from: undefined, to: undefined };
  const half = (last - first) / 2n;
  const wide = BigInt(answer.width_ns) * BigInt(BINS) * 1000n;
  // So wide that it says no more than no range at all.
  if (last - first > wide) return { from: undefined, to: undefined };
  return { from: stampOfNs(first - half), to: stampOfNs(last + half) };
}
