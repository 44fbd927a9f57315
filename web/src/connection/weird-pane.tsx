import { useState } from "react";
import { LogTable, ownQuestion } from "../parts/log-table.tsx";
import { Partial } from "../parts/states.tsx";
import type { TableColumn } from "../parts/virtual-table.tsx";
import { useMay } from "../people/me.ts";
import { usePurpose } from "../purpose.tsx";
import type { Row } from "../search/columns.ts";
import { timeText, timeTitle, valueText } from "../text.ts";
import { useFindPacket } from "./packet-pages.ts";

interface WeirdPaneProps {
  readonly uid: string;
  readonly caseName: string;
  /** Packets of the connection. */
  readonly count: number;
  readonly point: (number: number, offset: number) => void;
}

/** What the connection did that its protocol does not allow; each leads to the packets that show it. */
export function WeirdPane({ uid, caseName, count, point }: WeirdPaneProps) {
  const [missed, setMissed] = useState<string>();
  const ask = usePurpose();
  const may = useMay();
  const find = useFindPacket(uid, count);
  const go = async (offset: number, ns: string): Promise<void> => {
    const purpose = await ask(caseName);
    if (purpose === undefined) return;
    setMissed(undefined);
    try {
      const number = await find({ offset, ns }, purpose);
      if (number !== undefined) return point(number, 0);
      setMissed(`No packet of this connection near that time lies at byte ${offset}.`);
    } catch (error) {
      setMissed(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <section aria-labelledby="weird" className="pane overflow-hidden">
      <h2 id="weird" className="heading px-3 pt-2 pb-1">
        Weird
      </h2>
      {missed !== undefined && <Partial>{missed}</Partial>}
      <LogTable
        label="Weird events of the connection"
        log="weird"
        question={ownQuestion(`uid == ${uid}`)}
        columns={columnsOf(may("packets") ? go : undefined)}
        minWidthPx={860}
        loading="Looking for what is weird here"
        empty={
          <p role="status" className="px-3 pb-2 text-muted">
            Nothing in this connection breaks its protocol's rules, and no limit was reached.
          </p>
        }
        open={(row) => {
          const offset = row["packet_offset"];
          if (may("packets") && typeof offset === "number") void go(offset, String(row["ts_ns"]));
        }}
      />
    </section>
  );
}

/** Undefined for who may not read packets. */
type Go = ((offset: number, ns: string) => Promise<void>) | undefined;

function columnsOf(go: Go): readonly TableColumn<Row>[] {
  return [
    {
      name: "ts",
      width: "206px",
      cell: (row) => (
        <span title={timeTitle(String(row["ts_ns"]))}>{timeText(String(row["ts_ns"]))}</span>
      ),
    },
    { name: "name", width: "250px", cell: (row) => valueText(row["name"]) },
    {
      name: "packets",
      width: "270px",
      cell: (row) => (
        <>
          <PacketButton row={row} field="packet_offset" go={go} says="the packet" />
          {row["other_packet_offset"] !== null && (
            <>
              {" against "}
              <PacketButton row={row} field="other_packet_offset" go={go} says="an older one" />
            </>
          )}
        </>
      ),
    },
    { name: "addl", width: "minmax(200px, 1fr)", cell: (row) => valueText(row["addl"]) },
  ];
}

function PacketButton(props: { row: Row; field: string; go: Go; says: string }) {
  const { row, field, go, says } = props;
  const offset = row[field];
  if (typeof offset !== "number") return <span className="text-muted">none: a limit</span>;
  if (go === undefined) return <span className="text-muted">{says}</span>;
  return (
    <button
      type="button"
      className="link"
      title={`its record begins at byte ${offset} of the capture`}
      onClick={() => void go(offset, String(row["ts_ns"]))}
    >
      {says}
    </button>
  );
}
