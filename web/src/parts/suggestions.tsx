import { wireText } from "../text.ts";

export interface Suggestion {
  readonly text: string;
  readonly says: string;
}

/** What may come next where a person writes; arrow keys walk over it from there. */
export function Suggestions<One extends Suggestion>({
  id,
  list,
  chosen,
  take,
}: {
  id: string;
  list: readonly One[];
  chosen: number;
  take: (one: One) => void;
}) {
  return (
    <div
      id={`${id}list`}
      role="listbox"
      aria-label="What may come next"
      hidden={list.length === 0}
      className="pane absolute top-full z-10 mt-1 max-h-80 w-full min-w-md overflow-auto py-1 shadow-xl"
    >
      {list.map((one, n) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys and names this option
        <div
          key={one.text}
          id={`${id}option${n}`}
          role="option"
          tabIndex={-1}
          aria-selected={n === chosen}
          ref={(element) => {
            if (n === chosen) element?.scrollIntoView({ block: "nearest" });
          }}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => take(one)}
          className={`flex cursor-pointer gap-3 px-3 py-0.5 ${n === chosen ? "bg-blue-wash" : "hover:bg-raised"}`}
        >
          <span className="mono min-w-40 shrink-0">{wireText(one.text)}</span>
          <span className="truncate text-muted">{one.says}</span>
        </div>
      ))}
    </div>
  );
}
