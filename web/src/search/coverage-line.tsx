import type { Output } from "../client.ts";
import { Partial } from "../parts/states.tsx";
import { amountText, countText, timeText, wireText } from "../text.ts";

const NAMED_MAX = 3;

/** What the answer was drawn from: nothing found means something only with this beside it. */
export function CoverageLine({ answer, noun }: { answer: Output<"query">; noun: string }) {
  const { coverage, total } = answer;
  const { captures, captures_total: searched, gaps } = coverage;
  const names = captures.slice(0, NAMED_MAX).map(({ name }) => wireText(name));
  const more = searched > names.length ? ` and ${searched - names.length} more` : "";
  const title = gaps
    .map((gap) => `${timeText(gap.from_ns, 0)} to ${timeText(gap.to_ns, 0)} UTC`)
    .join("\n");
  return (
    <div className="flex shrink-0 flex-col gap-1 border-t border-line px-3 py-1.5">
      <p>
        <span role="status" className="font-semibold tabular-nums">
          {countText(total)} {total === 1 ? noun : noun.replace(/^\w+/, "$&s")}
        </span>{" "}
        <span className="text-muted">
          · searched {amountText(searched, "capture")}
          {names.length > 0 && ` (${names.join(", ")}${more})`}
          {coverage.from_ns !== null &&
            `, ${timeText(coverage.from_ns, 0)} to ${timeText(coverage.to_ns, 0)} UTC`}
          {" · "}
        </span>
        <span className={gaps.length > 0 ? "text-amber" : "text-muted"} title={title}>
          {gaps.length === 0
            ? "no gaps between captures"
            : `${amountText(gaps.length, "gap")} of which nothing was recorded`}
        </span>
      </p>
      {coverage.not_recorded.length > 0 && (
        <Partial>Not recorded: {coverage.not_recorded.map(wireText).join("; ")}</Partial>
      )}
      {coverage.running && (
        <Partial>An import is still running: its rows are being added, every 2 s.</Partial>
      )}
    </div>
  );
}
