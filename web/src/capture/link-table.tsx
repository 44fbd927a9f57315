import { type TableColumn, VirtualTable } from "../parts/virtual-table.tsx";
import { amountText, countText, rateText, shortTimeText } from "../text.ts";
import type { BurstLink } from "./burst-bins.ts";

/** What is known of each interface and direction at one width, the fullest first. */
export function LinkTable({ links }: { links: readonly BurstLink[] }) {
  const ranked = [...links].sort((a, b) => b.peak_rate - a.peak_rate);
  return (
    <VirtualTable
      label="Interfaces and directions"
      columns={COLUMNS}
      total={ranked.length}
      rowAt={(index) => ranked[index]}
      heightMaxPx={180}
      minWidthPx={820}
    />
  );
}

const COLUMNS: readonly TableColumn<BurstLink>[] = [
  { name: "interface", width: "100px", isNumber: true, cell: (link) => link.interface },
  { name: "direction", width: "110px", cell: ({ direction }) => direction },
  { name: "peak rate", width: "130px", isNumber: true, cell: (link) => rateText(link.peak_rate) },
  { name: "of link", width: "100px", isNumber: true, cell: (link) => shareText(link.utilisation) },
  { name: "at 90 % or more, at the least", width: "240px", isNumber: true, cell: busyText },
  { name: "late packets", width: "140px", isNumber: true, cell: ({ late }) => countText(late) },
];

function busyText({ busy_seconds: seconds, busy_bins: bins }: BurstLink): string {
  if (seconds === null || bins === null) return "-";
  return bins === 0 ? "none" : `${shortTimeText(seconds)}, ${amountText(bins, "bin")}`;
}

/** A share of the link in per cent; `-` where no link was named. */
export function shareText(share: number | null): string {
  if (share === null) return "-";
  return `${Number((share * 100).toPrecision(3))} %`;
}
