import type { Row } from "../../index/index.ts";
import { type Asking, durationText, type Finding } from "./asking.ts";

const SECONDS_MIN = 3600;
const SHOWN = 3;

/** Connections that stayed open longest: tunnels, remote control and forgotten sessions look so. */
export async function findLasting(ask: Asking): Promise<Finding[]> {
  const rows = await ask.rows("conn", `conn.duration >= ${SECONDS_MIN}s`, {
    orderBy: "duration",
    limit: SHOWN,
  });
  return rows.map((row) => ({
    kind: "long-connection",
    text: `${sentence(row)}.`,
    log: "conn",
    query: `uid == ${row["uid"]}`,
    uid: String(row["uid"]),
    count: 1,
  }));
}

function sentence(row: Row): string {
  const service = row["service"] ?? row["proto"];
  const name = Array.isArray(service) ? service.join(", ") : String(service);
  const ends = `${row["id.orig_h"]} and ${row["id.resp_h"]} port ${row["id.resp_p"]}`;
  return `${ends} (${name}) stayed connected for ${durationText(Number(row["duration"]))}`;
}
