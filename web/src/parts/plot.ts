import { type RefObject, useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { colourOf, useTheme } from "../theme.ts";

/** Where a plot over time lies in its element, in pixels: what stands over it goes by the same. */
export const PLOT_INSET = { top: 8, right: 34, bottom: 26, left: 62 } as const;

/** The insets as the plot takes them: right and top are padding, the others its axes. */
export const PLOT_PADDING: [number, number, number, number] = [
  PLOT_INSET.top,
  // The last label stands in the middle of its time.
  PLOT_INSET.right,
  0,
  0,
];

/** An axis in the page's own face and colours. */
export function plainAxis(element: HTMLElement): uPlot.Axis {
  const line = colourOf(element, "line");
  return {
    stroke: colourOf(element, "muted"),
    font: `11px ${getComputedStyle(element).fontFamily}`,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1, size: 4 },
  };
}

const HATCH_PX = 6;

/** Stretches of the x axis that hold no measurement: lines across, so that they are not a colour only. */
export function hatch(
  plot: uPlot,
  stretches: readonly (readonly [from: number, to: number])[],
  colour: string,
): void {
  const { ctx, bbox } = plot;
  const step = HATCH_PX * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  for (const [from, to] of stretches) {
    const left = Math.max(bbox.left, plot.valToPos(from, "x", true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, "x", true));
    // A stretch narrower than a line is still there.
    const width = Math.max(2 * devicePixelRatio, right - left);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, width, bbox.height);
    ctx.clip();
    ctx.beginPath();
    // Lines begin on one raster, so that they go on over neighbouring stretches.
    const first = Math.floor((left - bbox.height) / step) * step;
    for (let x = first; x < left + width; x += step) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }
  ctx.restore();
}

/** What a plot draws, and what a click on it does. */
export interface Drawn {
  readonly options: Omit<uPlot.Options, "width">;
  readonly columns: uPlot.AlignedData;
  readonly click?: (plot: uPlot) => void;
}

/**
 * A plot in the element that the reference is given to, as wide as it is, drawn anew when `draw` is
 * another or the theme changes. `draw` gives nothing where there is nothing to draw.
 */
export function usePlot(
  draw: (element: HTMLElement) => Drawn | undefined,
): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides what colours are read
  useEffect(() => {
    const element = place.current;
    const drawn = element === null ? undefined : draw(element);
    if (element === null || drawn === undefined) return;
    const { options, columns, click } = drawn;
    const plot = new uPlot({ ...options, width: element.clientWidth }, columns, element);
    if (click !== undefined) plot.over.addEventListener("click", () => click(plot));
    const resize = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: options.height }),
    );
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
  }, [draw, theme]);
  return place;
}
