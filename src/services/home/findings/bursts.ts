import { sizeText } from "../../../core/base/index.ts";
import type { Asking, Finding } from "./asking.ts";

/** The fullest moment of the finest width, with the flow that had most of it. */
export async function findBursts(ask: Asking): Promise<Finding[]> {
  const [peak] = await ask.rows("microbursts", "microbursts.rank == 1", { orderBy: "rate" });
  if (peak === undefined) return [];
  const gigabits = (Number(peak["rate"]) / 1e9).toFixed(2);
  const microseconds = Math.round(Number(peak["bin"]) * 1e6);
  const text = `The fullest ${microseconds} µs held ${sizeText(Number(peak["bytes"]))}: ${gigabits} Gbit/s, ${peak["direction"]}.`;
  const uid = peak["uid"] === undefined ? null : String(peak["uid"]);
  return [
    { kind: "burst", text, log: "microbursts", query: "microbursts.rank == 1", uid, count: 1 },
  ];
}
