/** A request of the API as a page or a person makes it. */
export interface Ask {
  readonly what: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the questions are about: hosts and names that the home really has, busy ones and quiet ones. */
export interface Known {
  readonly hosts: readonly string[];
  readonly names: readonly string[];
}

const ROWS = 500;

/** Forty typical questions: by host, network, port, service and figures, of other logs, over time, by value. */
export function typicalAsks({ hosts, names }: Known): Ask[] {
  const host = (n: number): string => hosts[n % hosts.length]!;
  const name = (n: number): string => names[n % names.length] ?? "example.com";
  const rows = (q: string, log = "conn", more: object = {}): Ask => ({
    what: `${log}: ${q || "everything"}`,
    path: "query",
    body: { q, log, limit: ROWS, ...more },
  });
  const top = (log: string, by: readonly string[], q = ""): Ask => ({
    what: `top ${log} ${by.join()} ${q}`,
    path: "top",
    body: { q, log, by, limit: 6 },
  });
  const over = (q: string): Ask => ({
    what: `histogram ${q || "everything"}`,
    path: "histogram",
    body: { q, bins: 160 },
  });
  const two = host(1).split(".").slice(0, 2).join(".");
  return [
    rows(""),
    rows("", "conn", { offset: 400_000 }),
    rows("", "conn", { orderBy: "orig_bytes", descending: true }),
    rows(`host ${host(0)}`),
    rows(`host ${host(20)}`),
    rows(`host ${host(60)} and port 443`),
    rows(`src host ${host(3)}`),
    rows(`host ${host(0)} and host ${host(1)}`),
    rows(`net ${two}.0.0/16`),
    rows(`net ${host(7).split(".").slice(0, 3).join(".")}.0/24 and tcp`),
    rows("not net 10.0.0.0/8"),
    rows("port 53"),
    rows("port 22 or port 3389"),
    rows("port 80-90 and conn.orig_bytes > 10000"),
    rows("conn.service == dns"),
    rows("conn.service == http"),
    rows("not has conn.service and tcp"),
    rows("conn.orig_bytes > 100000", "conn", { orderBy: "orig_bytes", descending: true }),
    rows("conn.duration > 60s", "conn", { orderBy: "duration", descending: true }),
    rows("conn.conn_state == S0"),
    rows("conn.conn_state == REJ and port 1-1024"),
    rows("conn.resp_bytes == 0 and conn.orig_pkts > 3"),
    rows("", "dns"),
    rows(`dns.query == "${name(0)}"`, "dns"),
    rows(`dns.query ~ "${name(1).slice(0, 5)}"`, "dns"),
    rows(`dns.query == "${name(2)}"`),
    rows("http.method == POST", "http"),
    rows("", "ssl"),
    rows("", "files", { orderBy: "seen_bytes", descending: true }),
    rows("", "weird"),
    over(""),
    over(`host ${host(0)}`),
    over("conn.service == dns"),
    top("conn", ["service"]),
    top("conn", ["id.orig_h"]),
    top("conn", ["id.resp_p"], "tcp"),
    top("conn", ["id.resp_h"], `net ${two}.0.0/16`),
    top("dns", ["query"]),
    top("http", ["host"]),
    { what: "logs: everything", path: "logs", body: { q: "" } },
  ];
}
