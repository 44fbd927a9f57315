import { sizeText } from "../../../src/core/base/index.ts";
import type { Output } from "../client.ts";
import { Link } from "../parts/link.tsx";
import { Empty } from "../parts/states.tsx";
import { type TableColumn, VirtualTable } from "../parts/virtual-table.tsx";
import { countText, rateText, timeText, timeTitle, wireText } from "../text.ts";
import { shareText } from "./link-table.tsx";

type Burst = Output<"bursts">["bursts"][number];

const LINE_PX = 19;
const PADDING_PX = 7;

/** The fullest moments of one width, most bytes first, with the flows that filled them. */
export function BurstTable({ bursts }: { bursts: readonly Burst[] }) {
  const ranked = [...bursts].sort((a, b) => b.bytes - a.bytes);
  if (ranked.length === 0) return <Empty why="No moment of this width is known" />;
  return (
    <VirtualTable
      label="Fullest moments"
      columns={COLUMNS}
      total={ranked.length}
      rowAt={(index) => ranked[index]}
      rowPx={(index) => Math.max(1, ranked[index]!.contributors.length) * LINE_PX + PADDING_PX}
      heightMaxPx={420}
      minWidthPx={1180}
    />
  );
}

const COLUMNS: readonly TableColumn<Burst>[] = [
  {
    name: "begins",
    width: "236px",
    cell: ({ ts_ns: ns }) => <span title={timeTitle(ns)}>{timeText(ns, 9)}</span>,
  },
  { name: "if", width: "44px", isNumber: true, cell: (burst) => burst.interface },
  { name: "direction", width: "86px", cell: ({ direction }) => direction },
  { name: "rate", width: "116px", isNumber: true, cell: ({ rate }) => rateText(rate) },
  { name: "of link", width: "84px", isNumber: true, cell: (burst) => shareText(burst.utilisation) },
  { name: "bytes", width: "84px", isNumber: true, cell: ({ bytes }) => sizeText(bytes) },
  { name: "packets", width: "80px", isNumber: true, cell: ({ packets }) => countText(packets) },
  {
    name: "filled by",
    width: "minmax(450px, 1fr)",
    cell: (burst) => <Contributors burst={burst} />,
  },
];

function Contributors({ burst: { contributors, bytes } }: { burst: Burst }) {
  if (contributors.length === 0) return <span className="text-muted">no flow is named</span>;
  return contributors.map(({ uid, bytes: own, says }) => (
    <span key={uid} className="block truncate">
      <span className="inline-block w-14 pr-2 text-right">
        {shareText(bytes === 0 ? 0 : own / bytes)}
      </span>
      <Link to={`/connections/${uid}`}>{says === "" ? uid : wireText(says)}</Link>
    </span>
  ));
}
