import type uPlot from "uplot";
import { colourOf } from "../theme.ts";

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
