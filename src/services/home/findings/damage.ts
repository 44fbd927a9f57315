import { type Asking, amount, type Finding } from "./asking.ts";

const KINDS_SHOWN = 3;
/** Said of one connection and another is nothing; so often it is an attack, a fault or bad capture. */
const TIMES_MIN = 10;

/** What broke protocols' rules most often: evasion, broken software or a capture that lost packets. */
export async function findDamage(ask: Asking): Promise<Finding[]> {
  const { groups } = await ask.groups("weird", "", ["name"], KINDS_SHOWN);
  return groups
    .filter(({ rows }) => rows >= TIMES_MIN)
    .map(({ values: [name], rows: count }) => ({
      kind: "damage",
      text: `${name} was seen ${amount(count, "time")}.`,
      log: "weird",
      query: `weird.name == "${name}"`,
      uid: null,
      count,
    }));
}
