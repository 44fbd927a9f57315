// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: a table that is a grid; it has the focus and the keys
// biome-ignore-all lint/a11y/noRedundantRoles: a table that is a grid; it has the focus and the keys
// biome-ignore-all lint/a11y/useFocusableInteractive: a table that is a grid; it has the focus and the keys
// biome-ignore-all lint/a11y/useKeyWithClickEvents: a table that is a grid; it has the focus and the keys
// biome-ignore-all lint/a11y/useSemanticElements: a table that is a grid; it has the focus and the keys
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { NoteMark } from "../notes/packet-notes.tsx";
import { useKeys } from "../parts/keys.ts";
import { timeTitle } from "../text.ts";
import type { ShownPacket } from "./packet-info.ts";

interface PacketListProps {
  readonly packets: readonly ShownPacket[];
  readonly startNs: string;
  readonly selected: number;
  readonly select: (number: number) => void;
  readonly notesOn: (packet: ShownPacket) => number;
  readonly openNotes: (packet: ShownPacket) => void;
}

const HEAD = "sticky top-0 bg-raised px-2 py-0.5 font-normal whitespace-nowrap text-muted";

/** One page of packets: when, which way, how long, what. */
export function PacketList(props: PacketListProps) {
  const { packets, startNs, selected, select, notesOn, openNotes } = props;
  const list = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page scrolls too
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [selected, packets]);
  const at = packets.findIndex(({ row }) => row.number === selected);
  const move = (by: number): void => {
    const next = packets[Math.max(0, Math.min(packets.length - 1, at + by))];
    if (next !== undefined) select(next.row.number);
  };
  useKeys({ j: () => move(1), k: () => move(-1) });
  const press = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  };
  return (
    <div
      ref={list}
      tabIndex={0}
      onKeyDown={press}
      className="max-h-72 overflow-auto border-y border-line"
      role="grid"
      aria-label="Packets"
      aria-activedescendant={at < 0 ? undefined : `packet${selected}`}
    >
      <table role="presentation" className="mono w-full border-collapse">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" className={`${HEAD} text-right`}>
              packet
            </th>
            <th role="columnheader" className={`${HEAD} text-right`}>
              seconds since start
            </th>
            <th role="columnheader" className={`${HEAD} text-left`}>
              direction
            </th>
            <th role="columnheader" className={`${HEAD} text-right`}>
              bytes
            </th>
            <th role="columnheader" className={`${HEAD} w-full text-left`}>
              what
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {packets.map((packet) => (
            <PacketLine
              key={packet.row.number}
              packet={packet}
              startNs={startNs}
              isSelected={packet.row.number === selected}
              select={select}
            >
              <NoteMark
                number={packet.row.number}
                count={notesOn(packet)}
                open={() => openNotes(packet)}
              />
            </PacketLine>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const DIRECTIONS = { out: "→ sent", back: "← got", none: "-" } as const;

function PacketLine(props: {
  packet: ShownPacket;
  startNs: string;
  isSelected: boolean;
  select: (number: number) => void;
  children: ReactNode;
}) {
  const { packet, isSelected } = props;
  const { number, ts_ns: ns, original_bytes: bytes } = packet.row;
  const cell = "px-2 whitespace-nowrap";
  return (
    <tr
      role="row"
      id={`packet${number}`}
      data-row={number}
      aria-selected={isSelected}
      onClick={() => props.select(number)}
      className={`cursor-pointer ${isSelected ? "bg-blue-wash" : "hover:bg-raised"}`}
    >
      <td role="gridcell" className={`${cell} text-right`}>
        {props.children}
        {number}
      </td>
      <td role="gridcell" className={`${cell} text-right`} title={timeTitle(ns)}>
        {sinceText(ns, props.startNs)}
      </td>
      <td role="gridcell" className={cell}>
        {DIRECTIONS[packet.direction]}
      </td>
      <td role="gridcell" className={`${cell} text-right`}>
        {bytes}
      </td>
      <td role="gridcell" className={cell}>
        {packet.info}
      </td>
    </tr>
  );
}

function sinceText(ns: string, startNs: string): string {
  const nanoseconds = BigInt(ns) - BigInt(startNs);
  const digits = String(nanoseconds < 0n ? -nanoseconds : nanoseconds).padStart(10, "0");
  return `${nanoseconds < 0n ? "-" : ""}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}
