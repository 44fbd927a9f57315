import { sizeText } from "../../../src/core/base/index.ts";
import { amountText, countText } from "../text.ts";
import type { IoBin } from "./io-plot.tsx";

/** What both ends sent in a bin, in words. */
export function textOf({ orig, resp }: IoBin): string {
  const side = (name: string, { packets, bytes, again, closed }: IoBin["orig"]): string =>
    packets === 0
      ? `${name} nothing`
      : `${name} ${amountText(packets, "packet")}, ${sizeText(bytes)}${again > 0 ? `, ${countText(again)} again or late` : ""}${closed > 0 ? `, ${amountText(closed, "closed window")}` : ""}`;
  return `${side("client", orig)}; ${side("server", resp)}`;
}

/** Seconds since the connection began, to the bin's width. */
export function sinceText(ns: number, widthNs: number): string {
  const digits = Math.max(0, Math.ceil(9 - Math.log10(widthNs)));
  return `${(ns / 1e9).toFixed(digits)} s`;
}
