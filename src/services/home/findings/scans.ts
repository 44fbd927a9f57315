import { type Asking, amount, type Finding } from "./asking.ts";

/** Distinct addresses or ports without an answer that no ordinary client tries. */
const TARGETS_MIN = 20;
const SCANNERS_LOOKED_AT = 5;
/** Attempts that came to nothing: no answer, refused, reset at once. */
const UNANSWERED = "conn.conn_state in {S0, REJ, RSTOS0, RSTRH, SH}";

/** Who knocked at many doors: many addresses by one port, or many ports of few addresses. */
export async function findScans(ask: Asking): Promise<Finding[]> {
  const { groups } = await ask.groups("conn", UNANSWERED, ["id.orig_h"], SCANNERS_LOOKED_AT);
  const found: Finding[] = [];
  for (const { values, rows } of groups) {
    if (rows < TARGETS_MIN) break;
    const query = `id.orig_h == ${values[0]} and ${UNANSWERED}`;
    const [hosts, ports] = await Promise.all([
      ask.groups("conn", query, ["id.resp_h"], 1),
      ask.groups("conn", query, ["id.resp_p"], 1),
    ]);
    if (Math.max(hosts.total, ports.total) < TARGETS_MIN) continue;
    const at = targets(hosts, ports);
    const text = `${values[0]} tried ${at}: ${amount(rows, "attempt")} without a connection.`;
    found.push({ kind: "scan", text, log: "conn", query, uid: null, count: rows });
  }
  return found;
}

type Counted = Awaited<ReturnType<Asking["groups"]>>;

function targets(hosts: Counted, ports: Counted): string {
  const [host, port] = [hosts, ports].map(({ groups }) => String(groups[0]?.values[0]));
  const ofPorts = ports.total === 1 ? `port ${port}` : amount(ports.total, "port");
  return `${ofPorts} of ${hosts.total === 1 ? host : amount(hosts.total, "address", "addresses")}`;
}
