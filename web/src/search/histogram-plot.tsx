import { useCallback, useRef } from "react";
import uPlot from "uplot";
import { sizeText } from "../../../src/core/base/index.ts";
import type { Output } from "../client.ts";
import { type Drawn, hatch, PLOT_INSET, PLOT_PADDING, plainAxis, usePlot } from "../parts/plot.ts";
import { countText } from "../text.ts";
import { colourOf } from "../theme.ts";
import { type Layer, reachesOf } from "./stack.ts";

export const HEIGHT_PX = 112;
/** One bar alone is not the whole width: it would read as a plateau. */
const BAR_PX_MAX = 64;

interface PlotProps {
  readonly answer: Output<"histogram">;
  readonly layers: readonly Layer[];
  readonly label: string;
  /** Told what was dragged over, in milliseconds since 1970. */
  readonly narrow: (fromMs: number, toMs: number) => void;
  readonly widen: () => void;
  /** Told which bar is pointed at. */
  readonly pointAt: (bin: number | undefined) => void;
}

/** Stacked bars over time; what was not recorded is hatched, never drawn as zero. */
export function HistogramPlot(props: PlotProps) {
  const { answer, layers, label, widen } = props;
  const latest = useRef(props);
  latest.current = props;
  const draw = useCallback(
    (element: HTMLElement): Drawn | undefined => {
      if (answer.from_ns === null) return undefined;
      const columns = answer.bins.map((bin) => secondsOf(bin.from_ns));
      return {
        options: optionsOf(element, { answer, layers, latest }),
        columns: [columns, ...reachesOf(layers, answer.bins.length)],
      };
    },
    [answer, layers],
  );
  const place = usePlot(draw);
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

interface Drawing {
  readonly answer: Output<"histogram">;
  readonly layers: readonly Layer[];
  readonly latest: { readonly current: PlotProps };
}

function secondsOf(ns: string): number {
  return Number(BigInt(ns)) / 1e9;
}

function optionsOf(element: HTMLElement, drawing: Drawing): Drawn["options"] {
  const { answer, layers } = drawing;
  const from = secondsOf(answer.from_ns ?? "0");
  const width = secondsOf(answer.width_ns);
  const axis = plainAxis(element);
  const valueText = answer.measure === "bytes" ? sizeText : countText;
  return {
    height: HEIGHT_PX,
    padding: PLOT_PADDING,
    legend: { show: false },
    tzDate: (time) => uPlot.tzDate(new Date(time * 1000), "Etc/UTC"),
    cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false }, y: false },
    scales: {
      x: { time: true, range: () => [from, from + width * Math.max(1, answer.bins.length)] },
      y: { range: (_, _min, max) => [0, Math.max(1, max * 1.05)] },
    },
    axes: [
      { ...axis, size: PLOT_INSET.bottom, space: 84, values: (_, ticks) => ticks.map(tickText) },
      // Parts of a flow, packet or byte there are none.
      {
        ...axis,
        size: PLOT_INSET.left,
        incrs: WHOLE,
        values: (_, ticks) => ticks.map((v) => valueText(v)),
      },
    ],
    series: [
      {},
      ...layers
        .map(({ colour }) => {
          const fill = colourOf(element, colour);
          return { fill, stroke: fill, width: 0, points: { show: false }, ...barsPath() };
        })
        .reverse(),
    ],
    hooks: hooksOf(element, drawing),
  };
}

const WHOLE = Array.from({ length: 16 }, (_, n) => [1, 2, 5].map((one) => one * 10 ** n)).flat();

function hooksOf(
  element: HTMLElement,
  { answer, latest }: Drawing,
): NonNullable<Drawn["options"]["hooks"]> {
  const amber = colourOf(element, "amber");
  const gaps = answer.gaps.map((gap) => [secondsOf(gap.from_ns), secondsOf(gap.to_ns)] as const);
  const width = secondsOf(answer.width_ns);
  let told: number | undefined;
  return {
    ready: [() => latest.current.pointAt(undefined)],
    drawClear: [(plot) => hatch(plot, gaps, amber)],
    setSelect: [
      (plot) => {
        const { left, width: pixels } = plot.select;
        if (pixels < 3) return;
        const at = (x: number): number => Math.round(plot.posToVal(x, "x") * 1000);
        latest.current.narrow(at(left), at(left + pixels));
      },
    ],
    setCursor: [
      (plot) => {
        // Bars begin at their times: the nearest of those is not always the bar under the cursor.
        const x = plot.cursor.left ?? -1;
        const from = secondsOf(answer.from_ns ?? "0");
        const at = Math.floor((plot.posToVal(x, "x") - from) / width);
        const bin = x < 0 || at < 0 || at >= answer.bins.length ? undefined : at;
        if (bin === told) return;
        told = bin;
        latest.current.pointAt(bin);
      },
    ],
  };
}

/** UTC by the clock of 24 hours; midnight says the day. */
function tickText(seconds: number): string {
  const text = new Date(Math.round(seconds * 1000)).toISOString();
  if (text.slice(11, 23) === "00:00:00.000") return text.slice(0, 10);
  if (!text.endsWith(".000Z")) return text.slice(11, 23);
  return text.slice(17, 19) === "00" ? text.slice(11, 16) : text.slice(11, 19);
}

/** The chart library leaves out what a build of it may not hold. */
function barsPath(): Pick<uPlot.Series, "paths"> {
  const bars = uPlot.paths.bars?.({ size: [0.9, BAR_PX_MAX, 1], align: 1 });
  return bars === undefined ? {} : { paths: bars };
}
