import { useCallback, useMemo, useRef } from "react";
import type uPlot from "uplot";
import { sizeText } from "../../../src/core/base/index.ts";
import { type Drawn, plainAxis, usePlot } from "../parts/plot.ts";
import { useMay } from "../people/me.ts";
import { amountText, countText, shortTimeText } from "../text.ts";
import { colourOf } from "../theme.ts";
import type { PathPacket } from "./packet-info.ts";
import { type PathPoints, pathPoints } from "./path-points.ts";

const HEIGHT_PX = 220;

interface PlotProps {
  readonly packets: readonly PathPacket[];
  readonly startNs: string;
  readonly point: (number: number, offset: number) => void;
}

/** How far each direction had come when: what was sent again lies below what was there before. */
export function PathPlot({ packets, startNs, point }: PlotProps) {
  const points = useMemo(() => pathPoints(packets, startNs), [packets, startNs]);
  const first = points.numbers[0];
  const may = useMay();
  const last = points.numbers.at(-1);
  if (first === undefined || last === undefined) {
    return (
      <p role="status" className="px-3 py-2 text-muted max-xl:border-t max-xl:border-line">
        {may("packets")
          ? "No plot over time yet: it is drawn from the packets. Open them in the tab Packets, and what is open there stands here."
          : "No plot over time: it is drawn from the packets, which are not within your authority."}
      </p>
    );
  }
  return (
    <div className="min-w-0 border-line px-3 pb-2 max-xl:border-t xl:border-l">
      <p className="py-1 text-muted">
        packets {countText(first)}–{countText(last)}: {points.isTcp ? "sequence" : "bytes"} over
        time · <Key colour="bg-[var(--bars)]" name="sent" /> · <Key colour="bg-ink" name="got" />
        {points.againCount > 0 && (
          <>
            {" · "}
            <Key colour="bg-amber" name={`${countText(points.againCount)} again or late`} />
          </>
        )}
        {points.closedCount > 0 && (
          <>
            {" · "}
            <Key colour="bg-red" name={`${amountText(points.closedCount, "closed window")}`} />
          </>
        )}
      </p>
      <Plot points={points} point={point} />
    </div>
  );
}

function Key({ colour, name }: { colour: string; name: string }) {
  return (
    <span className="whitespace-nowrap">
      <span aria-hidden className={`mr-1 inline-block size-2 rounded-full ${colour}`} />
      {name}
    </span>
  );
}

function Plot({ points, point }: { points: PathPoints; point: PlotProps["point"] }) {
  const pointTo = useRef(point);
  pointTo.current = point;
  const draw = useCallback(
    (element: HTMLElement) => {
      const { numbers, seconds, sent, got, again, closed } = points;
      return {
        options: optionsOf(element),
        columns: [seconds, sent, got, again, closed] satisfies uPlot.AlignedData,
        click: (plot: uPlot) => {
          const number = numbers[plot.cursor.idx ?? -1];
          if (number !== undefined) pointTo.current(number, 0);
        },
      };
    },
    [points],
  );
  const place = usePlot(draw);
  const { numbers, againCount, closedCount } = points;
  const label = `${amountText(numbers.length, "packet")} over ${shortTimeText(points.seconds.at(-1) ?? 0)}; ${countText(againCount)} sent again or late, ${amountText(closedCount, "closed window")}. The list of packets below says the same by keyboard.`;
  return (
    <div
      ref={place}
      role="img"
      aria-label={label}
      title="click: to that packet"
      className="w-full cursor-pointer overflow-hidden"
      style={{ height: HEIGHT_PX }}
    />
  );
}

function optionsOf(element: HTMLElement): Drawn["options"] {
  const axis = plainAxis(element);
  const dots = (name: string, size: number): uPlot.Series => {
    const colour = colourOf(element, name);
    return { stroke: colour, width: 1, points: { show: true, size, fill: colour, width: 0 } };
  };
  const marks = (name: string, size: number): uPlot.Series => ({
    ...dots(name, size),
    paths: () => null,
  });
  return {
    height: HEIGHT_PX,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, points: { show: false } },
    scales: { x: { time: false } },
    axes: [
      { ...axis, size: 34, values: (_, ticks) => ticks.map((at) => `${at} s`) },
      {
        ...axis,
        size: 62,
        values: (_, ticks) => ticks.map((at) => sizeText(at)),
      },
    ],
    series: [
      {},
      { ...dots("bars", 4), spanGaps: true },
      { ...dots("ink", 4), spanGaps: true },
      marks("amber", 8),
      marks("red", 8),
    ],
  };
}
