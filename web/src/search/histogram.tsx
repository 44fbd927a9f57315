import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import uPlot from "uplot";
import { durationText, sizeText } from "../../../src/core/base/index.ts";
import { layoutNow, navigate, type Question, searchAddress, toWire } from "../address.ts";
import { call, type Output } from "../client.ts";
import { type Drawn, plainAxis, usePlot } from "../parts/plot.ts";
import { Failed, Loading } from "../parts/states.tsx";
import { useRefreshMs } from "../questions.ts";
import { amountText, countText, nsOfStamp, stampOfNs, timeText } from "../text.ts";
import { colourOf } from "../theme.ts";

type Answer = Output<"histogram">;
type Measure = "flows" | "packets" | "bytes";

const MEASURES: readonly Measure[] = ["flows", "packets", "bytes"];
const BINS = 160;
const HEIGHT_PX = 118;

/** What matched, over time: drag to narrow, double-click to widen; `path` is the page that shows it. */
export function Histogram({ question, path = "/search" }: { question: Question; path?: string }) {
  const [chosen, setMeasure] = useState<Measure>("flows");
  const { log } = question;
  // Rows of the other logs have no packets of their own.
  const measures = log === "conn" ? MEASURES : MEASURES.slice(0, 1);
  const measure = measures.includes(chosen) ? chosen : "flows";
  const refreshMs = useRefreshMs();
  const from = question.from === undefined ? undefined : nsOfStamp(question.from);
  const to = question.to === undefined ? undefined : nsOfStamp(question.to);
  const input = {
    ...toWire(question),
    log: question.log,
    bins: BINS,
    ...(from !== undefined && { from_ns: String(from) }),
    ...(to !== undefined && { to_ns: String(to) }),
  };
  const answer = useQuery({
    queryKey: ["histogram", input],
    queryFn: ({ signal }) => call("histogram", input, signal),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  });
  const { data } = answer;
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
                  onChange={() => setMeasure(one)}
                />
                {one}
              </label>
            ))}
        </fieldset>
        <p className="text-muted">{data !== undefined && captionOf(data)}</p>
      </div>
      {answer.error !== null ? (
        <Failed error={answer.error} again={() => void answer.refetch()} />
      ) : data === undefined ? (
        <Loading what="Counting over time" />
      ) : (
        <Chart answer={data} measure={measure} question={question} path={path} />
      )}
    </section>
  );
}

function captionOf({ bins, width_ns: width, gaps }: Answer): string {
  if (bins.length === 0) return "nothing to draw";
  const seconds = Number(BigInt(width)) / 1e9;
  const each =
    seconds >= 120 ? durationText(seconds) : `${seconds.toFixed(seconds < 10 ? 2 : 0)} s`;
  const shaded = gaps.length === 0 ? "" : ` · ${amountText(gaps.length, "gap")} shaded`;
  return `a bar is ${each}${shaded} · drag to narrow, double-click to widen`;
}

function Chart({
  answer,
  measure,
  question,
  path,
}: {
  answer: Answer;
  measure: Measure;
  question: Question;
  path: string;
}) {
  const asked = useRef(question);
  asked.current = question;
  const draw = useCallback(
    (element: HTMLElement): Drawn | undefined => {
      if (answer.from_ns === null) return undefined;
      const narrow = (fromSeconds: number, toSeconds: number): void => {
        const [from, to] = [fromSeconds, toSeconds].map((s) =>
          stampOfNs(BigInt(Math.round(s * 1000)) * 1_000_000n),
        );
        navigate(searchAddress({ ...asked.current, ...layoutNow(), from, to }, path));
      };
      const options = optionsOf(element, { answer, measure, narrow });
      return { options, columns: columnsOf(answer, measure) };
    },
    [answer, measure, path],
  );
  const place = usePlot(draw);
  const widen = (): void => {
    navigate(searchAddress({ ...question, ...layoutNow(), ...widened(answer, question) }, path));
  };
  const { from_ns: from, to_ns: to, bins } = answer;
  const sum = bins.reduce((all, bin) => all + bin[measure], 0);
  const what = question.log === "conn" ? measure : `rows of ${question.log}`;
  const label = `Bars of ${what}: ${measure === "bytes" ? sizeText(sum) : countText(sum)} from ${timeText(from, 0)} to ${timeText(to, 0)} UTC. The time fields of the query bar narrow it by keyboard.`;
  return (
    <div
      ref={place}
      role="img"
      aria-label={label}
      onDoubleClick={widen}
      className="w-full overflow-hidden"
      style={{ height: HEIGHT_PX }}
    />
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

function columnsOf({ bins }: Answer, measure: Measure): uPlot.AlignedData {
  // A bin without anything has no bar: null, so that nothing is drawn where nothing was.
  const values = bins.map((bin) => (bin[measure] === 0 ? null : bin[measure]));
  return [bins.map((bin) => Number(BigInt(bin.from_ns)) / 1e9), values];
}

interface Drawing {
  readonly answer: Answer;
  readonly measure: Measure;
  readonly narrow: (fromSeconds: number, toSeconds: number) => void;
}

function optionsOf(element: HTMLElement, { answer, measure, narrow }: Drawing): Drawn["options"] {
  const [bars, amber] = [colourOf(element, "bars"), colourOf(element, "amber")];
  const seconds = (ns: string): number => Number(BigInt(ns)) / 1e9;
  const from = seconds(answer.from_ns ?? "0");
  const width = Number(BigInt(answer.width_ns)) / 1e9;
  const axis = plainAxis(element);
  return {
    height: HEIGHT_PX,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    tzDate: (time) => uPlot.tzDate(new Date(time * 1000), "Etc/UTC"),
    cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false }, y: false },
    scales: {
      x: { time: true, range: () => [from, from + width * Math.max(1, answer.bins.length)] },
      y: { range: (_, _min, max) => [0, Math.max(1, max * 1.05)] },
    },
    axes: [
      { ...axis, size: 34, space: 76, values: (_, ticks) => ticks.map(tickText) },
      {
        ...axis,
        size: 58,
        values: (_, ticks) => ticks.map((v) => (measure === "bytes" ? sizeText(v) : countText(v))),
      },
    ],
    series: [{}, { fill: bars, stroke: bars, width: 1, points: { show: false }, ...barsPath() }],
    hooks: {
      drawClear: [
        (plot) =>
          shadeGaps(
            plot,
            answer.gaps.map((gap) => [seconds(gap.from_ns), seconds(gap.to_ns)] as const),
            amber,
          ),
      ],
      setSelect: [
        (plot) => {
          const { left, width: pixels } = plot.select;
          if (pixels < 3) return;
          narrow(plot.posToVal(left, "x"), plot.posToVal(left + pixels, "x"));
        },
      ],
    },
  };
}

/** UTC by the clock of 24 hours; midnight says the day. */
function tickText(seconds: number): string {
  const text = new Date(seconds * 1000).toISOString();
  if (text.slice(11, 19) === "00:00:00") return text.slice(0, 10);
  if (!Number.isInteger(seconds)) return text.slice(14, 23);
  return seconds % 60 === 0 ? text.slice(11, 16) : text.slice(11, 19);
}

/** The chart library leaves out what a build of it may not hold. */
function barsPath(): Pick<uPlot.Series, "paths"> {
  const bars = uPlot.paths.bars?.({ size: [0.9, Number.POSITIVE_INFINITY, 1], align: 1 });
  return bars === undefined ? {} : { paths: bars };
}

/** Times of which nothing was recorded: shaded, never drawn as zero. */
function shadeGaps(
  plot: uPlot,
  gaps: readonly (readonly [number, number])[],
  colour: string,
): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = colour;
  ctx.globalAlpha = 0.28;
  for (const [from, to] of gaps) {
    const left = plot.valToPos(from, "x", true);
    ctx.fillRect(left, bbox.top, Math.max(1, plot.valToPos(to, "x", true) - left), bbox.height);
  }
  ctx.restore();
}
