import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useRef } from "react";
import uPlot from "uplot";
import { sizeText } from "../../../src/core/base/index.ts";
import type { Output } from "../client.ts";
import { type Drawn, PLOT_INSET, PLOT_PADDING, plainAxis, usePlot } from "../parts/plot.ts";
import { PlotOverlay, percentOf } from "../parts/plot-overlay.tsx";
import { countText, spanText } from "../text.ts";
import { colourOf } from "../theme.ts";
import type { IoRange } from "./io-range.ts";

export type IoAnswer = Output<"connectionBins">;
export type IoBin = IoAnswer["bins"][number];
export type IoMeasure = "packets" | "bytes";

/** Of what the client sent, and the server. */
const SIDE_COLOURS = ["bars", "stack-2"] as const;

const HEIGHT_PX = 240;
/** A click waits so long for a second one: one opens, two widen. */
const CLICK_MS = 250;

interface PlotProps {
  readonly answer: IoAnswer;
  readonly measure: IoMeasure;
  readonly startNs: bigint;
  /** Place of the chosen bin among those with packets. */
  readonly chosen: number;
  readonly binText: (bin: IoBin) => string;
  readonly pointAt: (bin: IoBin | undefined) => void;
  readonly open: (bin: IoBin) => void;
  readonly narrow: (range: IoRange) => void;
  readonly widen: () => void;
  readonly press: (event: KeyboardEvent) => void;
  /** What stands over the plot. */
  readonly children?: ReactNode;
}

/** The part of the connection's time that is drawn, in nanoseconds since it began. */
export function drawnOf(answer: IoAnswer, startNs: bigint) {
  const widthNs = Number(answer.width_ns);
  const from = Number(BigInt(answer.from_ns) - startNs);
  const asked = Number(BigInt(answer.to_ns) - BigInt(answer.from_ns)) + 1;
  // One bin alone would be a wall: ten have their place at the least.
  const count = Math.max(10, Math.ceil(asked / widthNs));
  return { from, widthNs, count, span: count * widthNs };
}

/** What each end sent: the client upward, the server downward. */
export function IoPlot(props: PlotProps) {
  const { answer, measure, startNs, chosen } = props;
  const latest = useRef(props);
  latest.current = props;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const draw = useCallback(
    (element: HTMLElement): Drawn => {
      const dragged = { yes: false };
      const options = optionsOf(element, { answer, measure, startNs, latest, dragged });
      const click = (plot: uPlot): void => {
        clearTimeout(timer.current);
        const bin = dragged.yes ? undefined : binUnder(plot, answer, startNs);
        dragged.yes = false;
        if (bin !== undefined) timer.current = setTimeout(() => latest.current.open(bin), CLICK_MS);
      };
      return { options, columns: columnsOf(answer, measure, startNs), click };
    },
    [answer, measure, startNs],
  );
  const place = usePlot(draw);
  const { from, widthNs, span } = drawnOf(answer, startNs);
  const bin = answer.bins[chosen];
  const at = bin === undefined ? 0 : (Number(BigInt(bin.from_ns) - startNs) - from) / span;
  return (
    <div className="relative">
      <div
        ref={place}
        role="slider"
        tabIndex={0}
        aria-label="Bins over time"
        aria-valuemin={1}
        aria-valuemax={Math.max(1, answer.bins.length)}
        aria-valuenow={Math.max(1, Math.min(answer.bins.length, chosen + 1))}
        aria-valuetext={bin === undefined ? "no packet in this time" : props.binText(bin)}
        onKeyDown={props.press}
        onDoubleClick={() => {
          clearTimeout(timer.current);
          props.widen();
        }}
        className="w-full overflow-hidden"
        style={{ height: HEIGHT_PX }}
      />
      <PlotOverlay>
        {bin !== undefined && (
          <div
            className="absolute inset-y-0 min-w-[3px] border-x border-blue bg-blue/15"
            style={{ left: percentOf(at), width: percentOf(widthNs / span) }}
          />
        )}
      </PlotOverlay>
      {props.children}
    </div>
  );
}

interface Drawing {
  readonly answer: IoAnswer;
  readonly measure: IoMeasure;
  readonly startNs: bigint;
  readonly latest: { readonly current: PlotProps };
  /** The click that ends a drag is none. */
  readonly dragged: { yes: boolean };
}

/** Every bin of the range, since the chart takes the distance of two for the width of one. */
function columnsOf(answer: IoAnswer, measure: IoMeasure, startNs: bigint): uPlot.AlignedData {
  const { from, widthNs, count } = drawnOf(answer, startNs);
  const times = Array.from({ length: count }, (_, n) => (from + n * widthNs) / 1e9);
  const sent: (number | null)[] = times.map(() => null);
  const got: (number | null)[] = times.map(() => null);
  for (const { from_ns: ns, orig, resp } of answer.bins) {
    const at = Math.round((Number(BigInt(ns) - startNs) - from) / widthNs);
    if (at >= count) continue;
    if (orig[measure] > 0) sent[at] = orig[measure];
    if (resp[measure] > 0) got[at] = -resp[measure];
  }
  return [times, sent, got];
}

/** The bin with packets that the cursor is on, or one close by: a bin can be two pixels wide. */
function binUnder(plot: uPlot, answer: IoAnswer, startNs: bigint): IoBin | undefined {
  const left = plot.cursor.left ?? -1;
  if (left < 0) return undefined;
  const { from, widthNs } = drawnOf(answer, startNs);
  const at = (plot.posToVal(left, "x") * 1e9 - from) / widthNs;
  const reach = ((plot.posToVal(4, "x") - plot.posToVal(0, "x")) * 1e9) / widthNs;
  let best: IoBin | undefined;
  let distance = reach;
  for (const bin of answer.bins) {
    const begin = (Number(BigInt(bin.from_ns) - startNs) - from) / widthNs;
    if (at >= begin && at < begin + 1) return bin;
    const far = Math.min(Math.abs(at - begin), Math.abs(at - begin - 1));
    if (far >= distance) continue;
    best = bin;
    distance = far;
  }
  return best;
}

function optionsOf(element: HTMLElement, drawing: Drawing): Drawn["options"] {
  const { answer, measure, startNs } = drawing;
  const { from, span } = drawnOf(answer, startNs);
  const axis = plainAxis(element);
  const most = (side: "orig" | "resp"): number =>
    answer.bins.reduce((highest, bin) => Math.max(highest, bin[side][measure]), 0);
  const [up, down] = [most("orig"), most("resp")];
  // The side that sent little keeps room to be seen.
  const room = Math.max(1, up, down) * 0.12;
  const valueText = measure === "bytes" ? sizeText : countText;
  return {
    height: HEIGHT_PX,
    padding: PLOT_PADDING,
    legend: { show: false },
    cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false }, y: false },
    scales: {
      x: { time: false, range: () => [from / 1e9, (from + span) / 1e9] },
      y: { range: () => [-down * 1.08 - room, up * 1.08 + room] },
    },
    axes: [
      { ...axis, size: PLOT_INSET.bottom, space: 92, incrs: STEPS, values: tickTexts },
      {
        ...axis,
        size: PLOT_INSET.left,
        incrs: STEPS.filter((step) => step >= 1),
        values: (_, ticks) => ticks.map((v) => valueText(Math.abs(v))),
      },
    ],
    series: [{}, ...SIDE_COLOURS.map((name) => barsOf(element, name))],
    hooks: hooksOf(element, drawing),
  };
}

const STEPS = Array.from({ length: 24 }, (_, n) => [1, 2, 5].map((s) => s * 10 ** (n - 9))).flat();

/** Seconds since the connection began, with as many digits as neighbours need to differ. */
function tickTexts(
  _: uPlot,
  ticks: number[],
  _axis: number,
  _space: number,
  step: number,
): string[] {
  const digits = Math.max(0, Math.min(9, Math.ceil(-Math.log10(step) - 1e-9)));
  return ticks.map((at) => (step >= 60 ? spanText(at) : `${at.toFixed(digits)} s`));
}

function barsOf(element: HTMLElement, name: string): uPlot.Series {
  const fill = colourOf(element, name);
  const paths = uPlot.paths.bars?.({ size: [0.9, Number.POSITIVE_INFINITY, 1], align: 1 });
  const plain = { fill, stroke: fill, width: 0, points: { show: false } };
  return paths === undefined ? plain : { ...plain, paths };
}

function hooksOf(
  element: HTMLElement,
  { answer, startNs, latest, dragged }: Drawing,
): NonNullable<Drawn["options"]["hooks"]> {
  const colours = { again: colourOf(element, "amber"), closed: colourOf(element, "red") };
  let told: IoBin | undefined;
  return {
    draw: [(plot) => drawMarks(plot, answer, startNs, colours)],
    setSelect: [
      (plot) => {
        const { left, width } = plot.select;
        if (width < 3) return;
        dragged.yes = true;
        const ns = (x: number): number => plot.posToVal(x, "x") * 1e9;
        latest.current.narrow({ from: ns(left), to: ns(left + width) });
      },
    ],
    setCursor: [
      (plot) => {
        const bin = binUnder(plot, answer, startNs);
        if (bin === told) return;
        told = bin;
        latest.current.pointAt(bin);
      },
    ],
  };
}

/** Dots at the edge of whose packets they mark: sent again or late, and squares for closed windows. */
function drawMarks(
  plot: uPlot,
  answer: IoAnswer,
  startNs: bigint,
  colours: { readonly again: string; readonly closed: string },
): void {
  const { ctx, bbox } = plot;
  const size = 3 * devicePixelRatio;
  const half = Number(answer.width_ns) / 2;
  ctx.save();
  for (const bin of answer.bins) {
    const middle = Number(BigInt(bin.from_ns) - startNs) + half;
    const x = plot.valToPos(middle / 1e9, "x", true);
    for (const [side, edge, way] of [
      [bin.orig, bbox.top, 1],
      [bin.resp, bbox.top + bbox.height, -1],
    ] as const) {
      if (side.again > 0) {
        ctx.fillStyle = colours.again;
        ctx.beginPath();
        ctx.arc(x, edge + way * size * 1.6, size, 0, 2 * Math.PI);
        ctx.fill();
      }
      if (side.closed > 0) {
        ctx.fillStyle = colours.closed;
        ctx.fillRect(x - size, edge + way * size * 4.4 - size, size * 2, size * 2);
      }
    }
  }
  ctx.restore();
}
