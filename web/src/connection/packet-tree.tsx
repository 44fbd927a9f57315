import { type KeyboardEvent, useEffect, useRef } from "react";
import type { PacketField } from "../../../src/core/packet/index.ts";
import { wireText } from "../text.ts";

interface TreeProps {
  readonly fields: readonly PacketField[];
  readonly selected: PacketField | undefined;
  readonly select: (field: PacketField) => void;
}

interface Line {
  readonly field: PacketField;
  readonly level: number;
  readonly parent: PacketField | undefined;
}

/** A packet's fields; the one selected lights up its bytes. */
export function PacketTree({ fields, selected, select }: TreeProps) {
  const tree = useRef<HTMLDivElement>(null);
  const lines = listed(fields, 1, undefined);
  const at = lines.findIndex(({ field }) => field === selected);
  useEffect(() => {
    if (at < 0) return;
    tree.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [at]);
  const press = (event: KeyboardEvent): void => {
    const line = lines[at];
    const next = {
      ArrowDown: lines[at + 1]?.field,
      ArrowUp: lines[Math.max(0, at - 1)]?.field,
      ArrowLeft: line?.parent,
      ArrowRight: line?.field.children[0],
      Home: lines[0]?.field,
      End: lines.at(-1)?.field,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    select(next);
  };
  return (
    <div
      ref={tree}
      role="tree"
      aria-label="Fields of the packet"
      tabIndex={0}
      onKeyDown={press}
      aria-activedescendant={at < 0 ? undefined : `field${at}`}
      className="mono max-h-96 overflow-auto py-1"
    >
      {lines.map(({ field, level }, n) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the focus and the keys
        // biome-ignore lint/a11y/useFocusableInteractive: as above
        <div
          key={`${field.offset} ${field.name} ${level}`}
          id={`field${n}`}
          role="treeitem"
          aria-level={level}
          aria-selected={n === at}
          title={`${field.name}, bytes ${field.offset} to ${field.offset + field.length - 1}`}
          onClick={() => select(field)}
          style={{ paddingLeft: level * 14 }}
          className={`flex cursor-pointer gap-2 pr-2 ${n === at ? "bg-blue-wash" : "hover:bg-raised"} ${field.children.length > 0 ? "font-semibold" : ""}`}
        >
          <span className="shrink-0">{field.label}</span>
          <span className="truncate font-normal text-muted">{wireText(field.value)}</span>
        </div>
      ))}
    </div>
  );
}

function listed(
  fields: readonly PacketField[],
  level: number,
  parent: PacketField | undefined,
): Line[] {
  return fields.flatMap((field) => [
    { field, level, parent },
    ...listed(field.children, level + 1, field),
  ]);
}
