import { useId, useState } from "react";
import type { Output } from "../client.ts";
import type { Span } from "./use-wireshark.tsx";

const NS = 1e9;

/** Asks for a shorter time, in seconds since the connection began. */
export function SpanForm(props: { row: Output<"show">["row"]; take: (span: Span) => void }) {
  const { row, take } = props;
  const startNs = BigInt(String(row["ts_ns"]));
  const seconds = Number(row["duration"] ?? 0);
  const [from, setFrom] = useState("0");
  const [to, setTo] = useState(String(Math.max(1, Math.floor(seconds / 10))));
  const id = useId();
  const [first, last] = [Number(from), Number(to)];
  const isSpan = from.trim() !== "" && first >= 0 && last > first && Number.isFinite(last);
  const field = "field mono w-24";
  return (
    <form
      className="mt-1 flex flex-wrap items-center gap-2 text-ink"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSpan) return;
        const at = (second: number): bigint => startNs + BigInt(Math.round(second * NS));
        take({ fromNs: at(first), toNs: at(last) });
      }}
    >
      <label htmlFor={`${id}from`}>Open in Wireshark from second</label>
      <input
        id={`${id}from`}
        className={field}
        inputMode="decimal"
        value={from}
        onChange={({ target }) => setFrom(target.value)}
      />
      <label htmlFor={`${id}to`}>to second</label>
      <input
        id={`${id}to`}
        className={field}
        inputMode="decimal"
        value={to}
        onChange={({ target }) => setTo(target.value)}
      />
      <button type="submit" className="button" disabled={!isSpan}>
        Open
      </button>
    </form>
  );
}
