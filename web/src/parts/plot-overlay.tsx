import type { ReactNode } from "react";
import { PLOT_INSET } from "./plot.ts";

/** Lies exactly over what a plot over time draws into; its children are placed by shares of its width. */
export function PlotOverlay({ children }: { children: ReactNode }) {
  return (
    <div className="pointer-events-none absolute" style={PLOT_INSET}>
      {children}
    </div>
  );
}

/** A share of the width as a style says it, kept within the plot. */
export function percentOf(share: number): string {
  return `${Math.max(0, Math.min(1, share)) * 100}%`;
}
