import type { Output } from "../client.ts";
import { useMay } from "../people/me.ts";
import type { FieldFacts } from "../questions.ts";
import { cellText } from "../search/columns.ts";
import { timeTitle, valueText } from "../text.ts";

/** Every field of the connection's row, with its sentence, and which bytes said so on demand. */
export function FactsPane(props: {
  row: Output<"show">["row"];
  fields: readonly FieldFacts[];
  explained: string | undefined;
  explain: (field: string) => void;
}) {
  const { row, fields, explained, explain } = props;
  const may = useMay();
  return (
    <section aria-labelledby="facts" className="pane">
      <h2 id="facts" className="heading px-3 pt-2 pb-1">
        Facts
      </h2>
      <dl className="grid grid-cols-[repeat(auto-fill,minmax(min(26rem,100%),1fr))] gap-x-6 px-3 pb-2">
        {fields
          .filter(({ name }) => name in row)
          .map(({ name, kind, says }) => {
            const text = cellText(row, name, kind);
            const ns = kind === "time" ? row[`${name}_ns`] : undefined;
            const title = typeof ns === "string" ? timeTitle(ns) : valueText(row[name]);
            return (
              <div key={name} className="flex items-baseline gap-2 border-b border-line/60 py-0.5">
                <dt className="mono w-40 shrink-0 cursor-help text-muted" title={says}>
                  {name}
                </dt>
                <dd className="mono min-w-0 grow break-all" title={title}>
                  {text}
                </dd>
                {may("packets") && (
                  <dd>
                    <button
                      type="button"
                      className={`link text-xs ${explained === name ? "font-semibold" : ""}`}
                      aria-label={`Explain ${name}`}
                      aria-expanded={explained === name}
                      onClick={() => explain(name)}
                    >
                      explain
                    </button>
                  </dd>
                )}
              </div>
            );
          })}
      </dl>
    </section>
  );
}
