import { type ReactNode, useMemo } from "react";
import type { FrameRow } from "../../wireshark/contract.ts";
import { type TableColumn, VirtualTable } from "../parts/virtual-table.tsx";
import { wireText } from "../text.ts";
import { rowMeaning, ruleColour } from "./row-colour.ts";

/** Widths of Wireshark's usual columns; any other takes what it needs within bounds. */
const WIDTHS: Readonly<Record<string, string>> = {
  Time: "7.5rem",
  Source: "minmax(7rem,12rem)",
  Destination: "minmax(7rem,12rem)",
  Protocol: "5.5rem",
  Length: "4.5rem",
  Info: "minmax(20rem,1fr)",
};
const NUMBERS = new Set(["Time", "Length"]);
const CLASSES = { refused: "text-red", odd: "text-amber", plain: "" } as const;

interface ListProps {
  readonly columns: readonly string[];
  readonly breaking: ReadonlySet<number>;
  readonly total: number;
  readonly rowAt: (index: number) => FrameRow | undefined;
  readonly see: (first: number, last: number) => void;
  readonly index: number;
  readonly choose: (index: number) => void;
  /** What stands before the number of a packet. */
  readonly markOf: (number: number) => ReactNode;
}

/** Wireshark's list: moving through it opens the packet, Enter goes on to its fields. */
export function FrameList(props: ListProps) {
  const { columns, breaking, total, rowAt, see, index, choose, markOf } = props;
  const shown = useMemo(() => tableColumns(columns, breaking, markOf), [columns, breaking, markOf]);
  return (
    <VirtualTable
      label="Packets"
      columns={shown}
      total={total}
      rowAt={rowAt}
      see={see}
      chosen={index}
      choose={choose}
      open={() => document.getElementById("packet-fields")?.focus()}
      rowName={({ number }) => String(number)}
      rowClass={(row) => CLASSES[rowMeaning(row)]}
      isMain
      heightMaxPx={300}
      minWidthPx={860}
    />
  );
}

function tableColumns(
  columns: readonly string[],
  breaking: ReadonlySet<number>,
  markOf: ListProps["markOf"],
): TableColumn<FrameRow>[] {
  const number: TableColumn<FrameRow> = {
    name: "No.",
    width: "4.5rem",
    isNumber: true,
    cell: (row) => (
      <>
        <span
          aria-hidden
          className="absolute inset-y-0 left-0 w-1"
          style={{ background: ruleColour(row) }}
        />
        {markOf(row.number)}
        {row.number}
      </>
    ),
  };
  const others = columns.map((name, n): TableColumn<FrameRow> => {
    const text = (row: FrameRow): string =>
      name === "Info" && breaking.has(row.number)
        ? "breaks Wireshark: not taken apart"
        : wireText(row.columns[n] ?? "");
    return {
      name,
      width: WIDTHS[name] ?? "minmax(5rem,10rem)",
      isNumber: NUMBERS.has(name),
      cell: text,
      title: text,
    };
  });
  return [number, ...others];
}
