import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown, ChevronRight } from "lucide-react";
import { type KeyboardEvent, useEffect, useMemo, useRef } from "react";
import type { FieldLine } from "../../wireshark/contract.ts";
import type { MenuPlace } from "../parts/virtual-table.tsx";
import { wireText } from "../text.ts";
import { fieldName, isParent, parentOf, type ShownLine, shownLines } from "./field-lines.ts";

const ROW_PX = 20;

interface TreeProps {
  readonly lines: readonly FieldLine[];
  readonly open: ReadonlySet<string>;
  readonly setOpen: (open: ReadonlySet<string>) => void;
  readonly selected: number | undefined;
  readonly select: (index: number) => void;
  readonly menu: (index: number, place: MenuPlace) => void;
}

/** A packet's fields as a tree, of which only what is in sight is drawn. */
export function FieldTree(props: TreeProps) {
  const { lines, open, setOpen, selected, select, menu } = props;
  const tree = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => shownLines(lines, open), [lines, open]);
  const at = shown.findIndex(({ index }) => index === selected);
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => tree.current,
    estimateSize: () => ROW_PX,
    overscan: 15,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another field is scrolled to
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at);
  }, [selected, lines]);
  const setBranch = (index: number, isOpen: boolean): void =>
    setOpen(withBranch(open, fieldName(lines[index]!), isOpen));
  const showMenu = (index: number, place: { x: number; y: number }): void =>
    menu(index, { ...place, back: () => tree.current?.focus({ preventScroll: true }) });
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    const to = lineAfter(key, { lines, shown, at });
    const here = shown[at];
    if (to !== undefined) select(to);
    else if (key === "*") setOpen(new Set([...open, ...branchNames(lines)]));
    else if (here === undefined) return;
    else if (key === "ArrowRight" && here.isParent) setBranch(here.index, true);
    else if (key === "ArrowLeft" && here.isOpen) setBranch(here.index, false);
    else if ((key === "Enter" || key === " ") && here.isParent) setBranch(here.index, !here.isOpen);
    else if (key === "m" || key === "ContextMenu" || (key === "F10" && event.shiftKey)) {
      const box = tree.current?.querySelector("[aria-selected=true]")?.getBoundingClientRect();
      showMenu(here.index, { x: (box?.left ?? 0) + 40, y: box?.bottom ?? 0 });
    } else return;
    event.preventDefault();
  };
  return (
    <div
      ref={tree}
      id="packet-fields"
      role="tree"
      aria-label="Fields of the packet"
      tabIndex={0}
      onKeyDown={press}
      onFocus={() => selected === undefined && lines.length > 0 && select(0)}
      aria-activedescendant={at < 0 ? undefined : `field${selected}`}
      className="mono h-[calc(24rem+33px)] min-w-0 overflow-auto py-1 outline-offset-[-2px]"
    >
      <div
        role="presentation"
        className="relative w-max min-w-full"
        style={{ height: rows.getTotalSize() }}
      >
        {rows.getVirtualItems().map(({ index: n, start }) => (
          <TreeRow
            key={n}
            one={shown[n]!}
            top={start}
            isSelected={n === at}
            select={select}
            toggle={() => setBranch(shown[n]!.index, !shown[n]!.isOpen)}
            menu={showMenu}
          />
        ))}
      </div>
    </div>
  );
}

function withBranch(open: ReadonlySet<string>, name: string, isOpen: boolean): Set<string> {
  const names = new Set(open);
  if (isOpen) names.add(name);
  else names.delete(name);
  return names;
}

function branchNames(lines: readonly FieldLine[]): string[] {
  return lines.filter((_, index) => isParent(lines, index)).map(fieldName);
}

/** Where a key leads in the tree, by the usual pattern; undefined for every other key. */
function lineAfter(
  key: string,
  where: { lines: readonly FieldLine[]; shown: readonly ShownLine[]; at: number },
): number | undefined {
  const { lines, shown, at } = where;
  const here = shown[at];
  switch (key) {
    case "ArrowDown":
      return shown[Math.min(shown.length - 1, at + 1)]?.index;
    case "ArrowUp":
      return shown[Math.max(0, at - 1)]?.index;
    case "Home":
      return shown[0]?.index;
    case "End":
      return shown.at(-1)?.index;
    case "ArrowRight":
      return here?.isOpen ? shown[at + 1]?.index : undefined;
    case "ArrowLeft":
      return here === undefined || here.isOpen ? undefined : parentOf(lines, here.index);
    default:
      return undefined;
  }
}

function TreeRow(props: {
  one: ShownLine;
  top: number;
  isSelected: boolean;
  select: (index: number) => void;
  toggle: () => void;
  menu: (index: number, place: { x: number; y: number }) => void;
}) {
  const { one, top, isSelected, select, toggle, menu } = props;
  const { line, index } = one;
  const Chevron = one.isOpen ? ChevronDown : ChevronRight;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the focus and the keys
    // biome-ignore lint/a11y/useFocusableInteractive: as above
    <div
      id={`field${index}`}
      role="treeitem"
      aria-level={line.level}
      aria-posinset={one.place}
      aria-setsize={one.siblings}
      aria-selected={isSelected}
      aria-expanded={one.isParent ? one.isOpen : undefined}
      onClick={() => select(index)}
      onDoubleClick={() => one.isParent && toggle()}
      onContextMenu={(event) => {
        event.preventDefault();
        select(index);
        menu(index, { x: event.clientX, y: event.clientY });
      }}
      style={{
        height: ROW_PX,
        paddingLeft: (line.level - 1) * 14 + 6,
        transform: `translateY(${top}px)`,
      }}
      className={`absolute left-0 flex min-w-full cursor-default items-center gap-1 pr-3 whitespace-pre ${isSelected ? "bg-blue-wash" : "hover:bg-raised"} ${line.level === 1 ? "font-semibold" : ""}`}
    >
      <span
        aria-hidden
        className="flex w-4 shrink-0 justify-center text-muted"
        onClick={(event) => {
          if (!one.isParent) return;
          event.stopPropagation();
          toggle();
        }}
      >
        {one.isParent && <Chevron size={13} />}
      </span>
      {wireText(line.label)}
    </div>
  );
}
