import type { KeyboardEvent } from "react";

/** How much wider a step out is, and narrower a step in. */
export const SCALE = 4;

/** What keys and buttons of the plot over time do. */
export interface IoKeys {
  readonly step: (by: number) => void;
  /** Moves the range by a share of its width. */
  readonly move: (share: number) => void;
  readonly scale: (factor: number) => void;
  readonly whole: () => void;
  readonly enter: () => void;
  /** Place of the last bin. */
  readonly last: number;
}

/** What a key does while the plot has the focus. */
export function pressed(event: KeyboardEvent, keys: IoKeys): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const actions = new Map([
    ["ArrowRight", () => keys.step(1)],
    ["ArrowLeft", () => keys.step(-1)],
    ["Home", () => keys.step(-keys.last)],
    ["End", () => keys.step(keys.last)],
    ["PageUp", () => keys.move(-0.5)],
    ["PageDown", () => keys.move(0.5)],
    ["+", () => keys.scale(1 / SCALE)],
    ["-", () => keys.scale(SCALE)],
    ["Escape", () => keys.scale(SCALE)],
    ["0", keys.whole],
    ["Enter", keys.enter],
  ]);
  const action = actions.get(event.key);
  if (action === undefined) return;
  event.preventDefault();
  action();
}
