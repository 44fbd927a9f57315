import { useState } from "react";
import type { FieldLine, Frame } from "../../wireshark/contract.ts";
import { HexView } from "../connection/hex-view.tsx";
import type { Pointed } from "../connection/own-packets.tsx";
import { Menu } from "../parts/menu.tsx";
import { Partial } from "../parts/states.tsx";
import { Tabs } from "../parts/tabs.tsx";
import type { MenuPlace } from "../parts/virtual-table.tsx";
import { countText, wireText } from "../text.ts";
import { fieldName, lineAtByte } from "./field-lines.ts";
import { fieldGroups } from "./field-menu.ts";
import { FieldTree } from "./field-tree.tsx";
import { useField } from "./use-field.ts";

interface FrameProps {
  readonly frame: Frame;
  readonly number: number;
  /** Bytes that were pointed at from elsewhere. */
  readonly aim: Pointed | undefined;
  readonly filter: string;
  readonly apply: (filter: string) => void;
  readonly point: (to: Pointed) => void;
}

/** Tree and bytes of one packet; what is selected on one side is lit on the other. */
export function FramePane({ frame, number, aim, filter, apply, point }: FrameProps) {
  const { lines, sources } = frame;
  const { open, setOpen, tab, setTab, selected, select } = useField(frame, number, aim);
  const [menu, setMenu] = useState<{ index: number; place: MenuPlace }>();
  const pick = (source: number, offset: number): void => select(lineAtByte(lines, source, offset));
  const line = selected === undefined ? undefined : lines[selected];
  const shown = Math.min(tab, sources.length - 1);
  const bytes = (source: number) => (
    <HexView
      bytes={sources[source]?.bytes ?? new Uint8Array(0)}
      from={line?.source === source ? line.start : 0}
      length={line?.source === source ? line.length : 0}
      pick={(offset) => pick(source, offset)}
    />
  );
  return (
    <>
      <div className="grid border-t border-line lg:grid-cols-2">
        <FieldTree
          lines={lines}
          open={open}
          setOpen={setOpen}
          selected={selected}
          select={select}
          menu={(index, place) => setMenu({ index, place })}
        />
        <div className="min-w-0 border-line max-lg:border-t lg:border-l">
          <Tabs
            label="Where the bytes come from"
            tabs={sources.map(({ name }, n) => ({
              name: `bytes${n}`,
              title: wireText(name),
              content: () => bytes(n),
            }))}
            chosen={`bytes${shown}`}
            choose={(name) => setTab(Number(name.slice("bytes".length)))}
            isInside
          />
        </div>
      </div>
      <ChosenField line={line} />
      {frame.linesLeftOut > 0 && (
        <Partial>
          {countText(lines.length)} fields are shown; {countText(frame.linesLeftOut)} or more are
          left out.
        </Partial>
      )}
      {menu !== undefined && lines[menu.index] !== undefined && (
        <Menu
          label="What can be done with the field"
          groups={fieldGroups(lines[menu.index]!, sources, { filter, apply, point })}
          place={menu.place}
          close={() => setMenu(undefined)}
        />
      )}
    </>
  );
}

/** What the chosen field is called, and which bytes it was read from. */
function ChosenField({ line }: { line: FieldLine | undefined }) {
  const name = line === undefined ? "" : fieldName(line);
  return (
    <p className="mono min-h-8 border-t border-line px-3 py-1.5">
      {line === undefined ? (
        <span className="text-muted">
          Choose a field or a byte; m opens what can be done with a field.
        </span>
      ) : (
        <>
          {name.startsWith('"') ? "no field" : name}
          <span className="text-muted">
            {" · "}
            {bytesText(line)}
          </span>
        </>
      )}
    </p>
  );
}

function bytesText({ start, length }: { start: number; length: number }): string {
  if (length === 0) return "concluded, not read from bytes";
  return length === 1 ? `byte ${start}` : `bytes ${start}–${start + length - 1}`;
}
