import { sizeText } from "../../../src/core/base/index.ts";
import { layoutNow, type Question, searchAddress } from "../address.ts";
import type { Output } from "../client.ts";
import { Link } from "../parts/link.tsx";
import { useLogFields } from "../questions.ts";
import { amountText, countText, spanText, wireText } from "../text.ts";
import { clauseOf, narrowed } from "./clause.ts";
import type { Layer } from "./stack.ts";

interface LegendProps {
  readonly answer: Output<"histogram">;
  readonly layers: readonly Layer[];
  readonly question: Question;
  readonly path: string;
  /** The bar that is pointed at; its numbers stand here then. */
  readonly bin: number | undefined;
}

/** What the colours are and how much each has: the plot's reading for who does not see it. */
export function HistogramLegend({ answer, layers, question, path, bin }: LegendProps) {
  const { gaps, measure, not_recorded: lost } = answer;
  const [service] = useLogFields("conn").filter(({ name }) => name === "service");
  const sum = layers.reduce((all, layer) => all + amountOf(layer, bin), 0);
  const value = (amount: number): string =>
    measure === "bytes" ? sizeText(amount) : countText(amount);
  return (
    <ul
      aria-label={`Legend: ${measure} by service`}
      className="flex flex-wrap gap-x-4 gap-y-0.5 pt-0.5 pb-1"
    >
      {layers.map((layer) => {
        const { name, colour, values } = layer;
        const amount = amountOf(layer, bin);
        const clause =
          values === undefined || service === undefined ? undefined : clauseOf(service, values);
        return (
          <li key={name} className="flex items-center gap-1.5 whitespace-nowrap">
            <span
              aria-hidden
              className="size-2.5 rounded-xs"
              style={{ background: `var(--${colour})` }}
            />
            {clause === undefined ? (
              name
            ) : (
              <Link
                to={searchAddress(
                  { ...question, ...layoutNow(), q: narrowed(question.q, clause) },
                  path,
                )}
                className="hover:underline"
                title={`only these: ${clause}`}
              >
                {wireText(name)}
              </Link>
            )}
            <span className="text-muted tabular-nums">
              {value(amount)}
              {layers.length > 1 && sum > 0 && ` · ${shareText(amount / sum)}`}
            </span>
          </li>
        );
      })}
      {gaps.length > 0 && (
        <li className="flex items-center gap-1.5 whitespace-nowrap">
          <span aria-hidden className="hatched h-2.5 w-4 border border-amber" />
          not recorded
          <span className="text-muted tabular-nums">
            {gaps.length > 1 && `${amountText(gaps.length, "stretch", "stretches")}, `}
            {spanText(secondsOf(gaps))}
          </span>
        </li>
      )}
      {lost.length > 0 && (
        <li className="text-amber" title={lost.map(wireText).join("\n")}>
          {amountText(lost.length, "loss", "losses")} at times unknown
        </li>
      )}
      {answer.running && <li className="text-muted">gaps are known when the import ends</li>}
    </ul>
  );
}

function amountOf({ total, bins }: Layer, bin: number | undefined): number {
  return bin === undefined ? total : (bins[bin] ?? 0);
}

function shareText(share: number): string {
  return share > 0 && share < 0.01 ? "<1 %" : `${Math.round(share * 100)} %`;
}

function secondsOf(gaps: Output<"histogram">["gaps"]): number {
  const ns = gaps.reduce((sum, gap) => sum + BigInt(gap.to_ns) - BigInt(gap.from_ns), 0n);
  return Number(ns) / 1e9;
}
