import { useCallback, useMemo } from "react";
import type uPlot from "uplot";
import { type Drawn, plainAxis, usePlot } from "../parts/plot.ts";
import { rateText } from "../text.ts";
import { colourOf } from "../theme.ts";
import { BINS, type Bin, type BurstLink, binText } from "./burst-bins.ts";

const HEIGHT_PX = 220;
/** More lines than that nobody can tell apart; the table has them all. */
const LINES_MAX = 6;
/** Lines differ by stroke, since colours have meanings here. */
const STROKES: readonly { readonly colour: string; readonly dash: number[] }[] = [
  { colour: "bars", dash: [] },
  { colour: "ink", dash: [] },
  { colour: "bars", dash: [8, 4] },
  { colour: "ink", dash: [8, 4] },
  { colour: "bars", dash: [2, 3] },
  { colour: "ink", dash: [2, 3] },
];

interface Lane {
  readonly name: string;
  readonly rates: (number | null)[];
  readonly peak: number;
}

interface PlotProps {
  readonly links: readonly BurstLink[];
  readonly link: number | undefined;
  readonly bin: Bin;
}

/** Peak rate by width of the bin, for each interface and direction, against what the link carries. */
export function BurstPlot({ links, link, bin }: PlotProps) {
  const all = useMemo(() => lanesOf(links), [links]);
  const lanes = useMemo(() => all.slice(0, LINES_MAX), [all]);
  return (
    <div className="px-3 pb-2">
      <p className="flex flex-wrap gap-x-4 text-muted">
        peak rate by width of the bin
        {lanes.map(({ name }, n) => (
          <span key={name} className="flex items-center gap-1">
            <Stroke at={n} />
            {name}
          </span>
        ))}
        {all.length > LINES_MAX && (
          <span>
            the {LINES_MAX} highest of {all.length}
          </span>
        )}
        {link !== undefined && (
          <span className="flex items-center gap-1">
            <span aria-hidden className="inline-block w-6 border-t-2 border-dotted border-red" />
            the link, {rateText(link)}
          </span>
        )}
      </p>
      <Chart lanes={lanes} link={link} bin={bin} />
    </div>
  );
}

function Stroke({ at }: { at: number }) {
  const { colour, dash } = STROKES[at]!;
  return (
    <svg aria-hidden="true" width="24" height="6">
      <line
        x1="0"
        y1="3"
        x2="24"
        y2="3"
        stroke={`var(--${colour})`}
        strokeWidth="2"
        strokeDasharray={dash.join(" ")}
      />
    </svg>
  );
}

/** One line for each interface and direction, the highest first. */
function lanesOf(links: readonly BurstLink[]): Lane[] {
  const lanes = new Map<string, (number | null)[]>();
  for (const link of links) {
    const name = `interface ${link.interface} ${link.direction}`;
    const rates = lanes.get(name) ?? BINS.map(() => null);
    rates[BINS.indexOf(link.bin)] = link.peak_rate === 0 ? null : link.peak_rate;
    lanes.set(name, rates);
  }
  return [...lanes]
    .map(([name, rates]) => ({ name, rates, peak: Math.max(0, ...rates.map((rate) => rate ?? 0)) }))
    .sort((a, b) => b.peak - a.peak);
}

function Chart({
  lanes,
  link,
  bin,
}: {
  lanes: readonly Lane[];
  link: number | undefined;
  bin: Bin;
}) {
  const draw = useCallback(
    (element: HTMLElement): Drawn => ({
      options: optionsOf(element, { lanes, link, bin }),
      columns: [BINS.map((_, n) => n), ...lanes.map(({ rates }) => rates)],
    }),
    [lanes, link, bin],
  );
  const place = usePlot(draw);
  const peaks = lanes.map(({ name, peak }) => `${name} ${rateText(peak)}`).join(", ");
  return (
    <div
      ref={place}
      role="img"
      aria-label={`Peak rates: ${peaks}. The table below says the same for the width chosen.`}
      className="w-full overflow-hidden"
      style={{ height: HEIGHT_PX }}
    />
  );
}

interface Drawing {
  readonly lanes: readonly Lane[];
  readonly link: number | undefined;
  readonly bin: Bin;
}

function optionsOf(element: HTMLElement, { lanes, link, bin }: Drawing): Drawn["options"] {
  const axis = plainAxis(element);
  const rates = lanes.flatMap((lane) => lane.rates.filter((rate) => rate !== null));
  const highest = Math.max(...rates, link ?? 0);
  const lowest = Math.min(...rates, link ?? Number.POSITIVE_INFINITY);
  return {
    height: HEIGHT_PX,
    padding: [10, 16, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: () => [-0.2, BINS.length - 0.8] },
      y: { distr: 3, range: () => [decade(lowest, Math.floor), decade(highest * 1.2, Math.ceil)] },
    },
    axes: [
      {
        ...axis,
        size: 34,
        splits: () => BINS.map((_, n) => n),
        values: () => BINS.map(binText),
      },
      {
        ...axis,
        size: 92,
        splits: (_, _axis, min, max) => decadesBetween(min, max),
        filter: (_, ticks) => ticks,
        values: (_, ticks) => ticks.map(rateText),
      },
    ],
    series: [{}, ...lanes.map((_, n) => seriesOf(element, n))],
    hooks: {
      drawClear: [(plot) => shadeBin(plot, element, bin)],
      draw: [(plot) => drawLink(plot, colourOf(element, "red"), link)],
    },
  };
}

function seriesOf(element: HTMLElement, at: number): uPlot.Series {
  const { colour, dash } = STROKES[at]!;
  const stroke = colourOf(element, colour);
  return { stroke, dash, width: 2, spanGaps: true, points: { show: true, size: 6, fill: stroke } };
}

function decade(rate: number, round: (value: number) => number): number {
  return 10 ** round(Math.log10(Math.max(1, rate)));
}

function decadesBetween(min: number, max: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(min)), Math.floor(Math.log10(max))];
  return Array.from({ length: last - first + 1 }, (_, n) => 10 ** (first + n));
}

function shadeBin(plot: uPlot, element: HTMLElement, bin: Bin): void {
  const { ctx, bbox } = plot;
  const at = BINS.indexOf(bin);
  const [left, right] = [at - 0.2, at + 0.2].map((x) => plot.valToPos(x, "x", true));
  ctx.save();
  ctx.fillStyle = colourOf(element, "blue-wash");
  ctx.fillRect(left!, bbox.top, right! - left!, bbox.height);
  ctx.restore();
}

function drawLink(plot: uPlot, colour: string, link: number | undefined): void {
  if (link === undefined) return;
  const { ctx, bbox } = plot;
  const y = plot.valToPos(link, "y", true);
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}
