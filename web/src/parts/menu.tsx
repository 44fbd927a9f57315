import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { wireText } from "../text.ts";
import type { MenuPlace } from "./virtual-table.tsx";

/** One thing to do. */
export interface MenuItem {
  readonly label: string;
  /** More of it, smaller: the query that it makes. */
  readonly says?: string | undefined;
  readonly run: () => void;
}

export interface MenuGroup {
  readonly title: string;
  readonly items: readonly MenuItem[];
}

/** A small menu at a place: arrows walk, Enter takes, Esc goes back to where it came from. */
export function Menu(props: {
  label: string;
  groups: readonly MenuGroup[];
  place: MenuPlace;
  close: () => void;
}) {
  const { label, groups, place, close } = props;
  const box = useRef<HTMLDivElement>(null);
  const [corner, setCorner] = useState({ left: place.x, top: place.y });
  useLayoutEffect(() => {
    const { current } = box;
    if (current === null) return;
    const { width, height } = current.getBoundingClientRect();
    setCorner({
      left: Math.max(4, Math.min(place.x, innerWidth - width - 4)),
      top: Math.max(4, Math.min(place.y, innerHeight - height - 4)),
    });
    current.querySelector<HTMLElement>("[role=menuitem]")?.focus();
  }, [place]);
  useEffect(() => {
    const leave = (event: Event): void => {
      if (!(event.target instanceof Node) || !box.current?.contains(event.target)) close();
    };
    addEventListener("pointerdown", leave, true);
    addEventListener("resize", leave);
    return () => {
      removeEventListener("pointerdown", leave, true);
      removeEventListener("resize", leave);
    };
  }, [close]);
  const leave = (): void => {
    close();
    place.back();
  };
  const press = (event: KeyboardEvent<HTMLElement>): void => {
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitem]")];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) all[(to + all.length) % all.length]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return createPortal(
    <div
      ref={box}
      role="menu"
      aria-label={label}
      tabIndex={-1}
      onKeyDown={press}
      className="pane fixed z-30 max-h-[80vh] w-[26rem] max-w-[94vw] overflow-auto py-1 shadow-2xl"
      style={corner}
    >
      {groups.map(({ title, items }) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of menu items is no fieldset
        <div
          key={title}
          role="group"
          aria-label={title}
          className="border-b border-line pb-1 last:border-0"
        >
          <p aria-hidden className="mono truncate px-3 pt-1 text-muted" title={title}>
            {title}
          </p>
          {items.map((item) => (
            <button
              key={item.label}
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                leave();
                item.run();
              }}
              className="flex w-full items-baseline gap-3 px-3 py-0.5 text-left hover:bg-raised focus:bg-blue-wash"
            >
              <span className="shrink-0">{item.label}</span>
              <span className="mono truncate text-muted">{item.says && wireText(item.says)}</span>
            </button>
          ))}
        </div>
      ))}
    </div>,
    // In the page's landmark, so that a screen reader knows where it is.
    document.getElementById("main") ?? document.body,
  );
}
