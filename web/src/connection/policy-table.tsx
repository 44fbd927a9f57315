import { sizeText } from "../../../src/core/base/index.ts";
import type { Output } from "../client.ts";

type Result = Output<"streamDiff">["results"][number];

const HEAD = "border-b border-line px-3 py-1 text-left font-normal text-muted whitespace-nowrap";

/** What each kind of host read in all: those with the same digests read the same. */
export function PolicyTable({ results }: { results: readonly Result[] }) {
  const groups = new Map<string, Result[]>();
  for (const result of results) {
    const key = `${result.orig.sha256} ${result.resp.sha256}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keys
    <section className="overflow-x-auto pb-2" aria-label="What each policy reads" tabIndex={0}>
      <table className="w-full border-collapse">
        <thead>
          <tr>
            <th className={HEAD}>Policies that read the same</th>
            <th className={HEAD}>→ sent</th>
            <th className={HEAD}>SHA-256 of it</th>
            <th className={HEAD}>← got</th>
            <th className={HEAD}>SHA-256 of it</th>
          </tr>
        </thead>
        <tbody>
          {[...groups].map(([key, same]) => (
            <tr key={key} className="border-b border-line/60 last:border-0">
              <td className="px-3 py-1">{same.map(({ policy }) => policy).join(", ")}</td>
              <SideCells side={same[0]!.orig} />
              <SideCells side={same[0]!.resp} />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function SideCells({ side }: { side: Result["orig"] }) {
  return (
    <>
      <td className="mono px-3 py-1 whitespace-nowrap">{sizeText(side.bytes)}</td>
      <td className="mono px-3 py-1">
        <span
          title={side.sha256}
          className="inline-block max-w-44 truncate align-bottom select-all"
        >
          {side.sha256}
        </span>
      </td>
    </>
  );
}
