import { stampText, timeText, timeTitle } from "../text.ts";

/** A moment in UTC; the local time and the last digits on hover. */
export function Time({ ns, digits = 6 }: { ns: string | null; digits?: 0 | 3 | 6 | 9 }) {
  if (ns === null) return <span className="mono">-</span>;
  return (
    <span className="mono whitespace-nowrap" title={timeTitle(ns)}>
      {timeText(ns, digits)}
    </span>
  );
}

/** A moment of the ledger, RFC 3339 on the wire; bare where its column's heading says UTC. */
export function Stamp({ at, bare = false }: { at: string; bare?: boolean }) {
  return (
    <span className="mono whitespace-nowrap" title={`${new Date(at).toLocaleString()} local time`}>
      {stampText(at)}
      {!bare && " UTC"}
    </span>
  );
}
