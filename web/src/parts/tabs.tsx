import type { KeyboardEvent, ReactNode } from "react";

/** One of several views of the same thing. */
export interface Tab {
  readonly name: string;
  readonly title: string;
  readonly content: () => ReactNode;
}

/** Views of one thing, of which one is shown; arrow keys walk over their names. */
export function Tabs(props: {
  label: string;
  tabs: readonly Tab[];
  chosen: string;
  choose: (name: string) => void;
  /** Part of a pane already, which has the border. */
  isInside?: boolean;
}) {
  const { label, tabs, chosen, choose } = props;
  const at = Math.max(
    0,
    tabs.findIndex(({ name }) => name === chosen),
  );
  const press = (event: KeyboardEvent<HTMLElement>): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = tabs[(at + (step ?? 0) + tabs.length) % tabs.length];
    if (step === undefined || next === undefined) return;
    event.preventDefault();
    choose(next.name);
    event.currentTarget.querySelector<HTMLElement>(`[data-tab="${next.name}"]`)?.focus();
  };
  return (
    <div className={props.isInside === true ? "" : "pane overflow-hidden"}>
      <div
        role="tablist"
        aria-label={label}
        onKeyDown={press}
        className="flex gap-1 border-b border-line bg-raised px-2 pt-1"
      >
        {tabs.map(({ name, title }, n) => (
          <button
            key={name}
            type="button"
            role="tab"
            data-tab={name}
            id={`tab-${name}`}
            aria-selected={n === at}
            aria-controls={n === at ? `panel-${name}` : undefined}
            tabIndex={n === at ? 0 : -1}
            onClick={() => choose(name)}
            className={`-mb-px rounded-t border px-3 py-1 ${n === at ? "border-line border-b-panel bg-panel font-semibold" : "border-transparent text-muted hover:text-ink"}`}
          >
            {title}
          </button>
        ))}
      </div>
      {tabs[at] !== undefined && (
        <div role="tabpanel" id={`panel-${tabs[at].name}`} aria-labelledby={`tab-${tabs[at].name}`}>
          {tabs[at].content()}
        </div>
      )}
    </div>
  );
}
