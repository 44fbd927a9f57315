import { ArrowLeft, ArrowRight } from "lucide-react";
import { useMemo } from "react";
import type { Output } from "../client.ts";
import { Empty, Partial } from "../parts/states.tsx";
import { useMay } from "../people/me.ts";
import { NotYourPart } from "../people/not-yours.tsx";
import { amountText, countText, endpointText, shortTimeText } from "../text.ts";
import { ladderRungs, type Rung } from "./ladder-rungs.ts";
import type { PathPacket } from "./packet-info.ts";

/** More rungs than this are not read; the plot beside the path shows all. */
const RUNGS_SHOWN = 500;
/** A silence this long is drawn as a step of its own. */
const PAUSE_SECONDS = 0.5;

interface LadderProps {
  readonly row: Output<"show">["row"];
  readonly packets: readonly PathPacket[];
  readonly point: (number: number, offset: number) => void;
  readonly openPackets: () => void;
}

/** The opened packets between the two ends in time: what each carried, when it was acknowledged. */
export function LadderPane({ row, packets, point, openPackets }: LadderProps) {
  const may = useMay();
  const rungs = useMemo(() => ladderRungs(packets, String(row["ts_ns"])), [packets, row]);
  if (!may("packets")) return <NotYourPart what="The packets of the ladder are" />;
  if (rungs.length === 0) {
    return (
      <Empty why="No packets are open">
        The ladder is drawn from the packets.{" "}
        <button type="button" className="link" onClick={openPackets}>
          Open them in the tab Packets
        </button>
      </Empty>
    );
  }
  const again = rungs.filter(({ isAgain }) => isAgain).length;
  const end = (side: string): string => endpointText(row[`id.${side}_h`], row[`id.${side}_p`]);
  return (
    <div className="pb-2">
      <p className="px-3 pt-2 text-muted">
        {amountText(rungs.length, "packet")} · {amountText(again, "segment")} sent again
      </p>
      <div className="mono grid grid-cols-[5rem_7rem_minmax(0,1fr)] gap-x-3 border-b border-line px-3 py-1 text-muted">
        <span>packet</span>
        <span>seconds</span>
        <span className="flex justify-between">
          <span>{end("orig")}</span>
          <span>{end("resp")}</span>
        </span>
      </div>
      <ol className="max-h-[32rem] overflow-auto" aria-label="Packets between the two ends">
        {rungs.slice(0, RUNGS_SHOWN).map((rung) => (
          <Step key={rung.number} rung={rung} point={point} />
        ))}
      </ol>
      {rungs.length > RUNGS_SHOWN && (
        <Partial>
          The first {countText(RUNGS_SHOWN)} of {amountText(rungs.length, "packet")}.
        </Partial>
      )}
    </div>
  );
}

function Step({ rung, point }: { rung: Rung; point: LadderProps["point"] }) {
  const { number, seconds, pause, direction, label, isAgain, isClosed, acknowledgedAfter } = rung;
  const colour = isAgain ? "text-red" : isClosed ? "text-amber" : "text-blue";
  const notes = [
    isAgain && "sent again",
    isClosed && "no room",
    acknowledgedAfter !== undefined && `acknowledged after ${shortTimeText(acknowledgedAfter)}`,
  ].filter((note) => note !== false);
  return (
    <li>
      {pause >= PAUSE_SECONDS && (
        <p className="border-y border-dashed border-amber/50 px-3 py-0.5 text-center text-amber">
          {shortTimeText(pause)} of silence
        </p>
      )}
      <button
        type="button"
        className="mono grid w-full grid-cols-[5rem_7rem_minmax(0,1fr)] gap-x-3 px-3 text-left hover:bg-raised"
        onClick={() => point(number, 0)}
      >
        <span className="text-muted">{countText(number)}</span>
        <span className="tabular-nums">{seconds.toFixed(6)}</span>
        <span className={`relative flex items-center border-x border-line ${colour}`}>
          {direction === "back" && <ArrowLeft aria-hidden size={14} className="-ml-1 shrink-0" />}
          <span aria-hidden className="h-px grow bg-current" />
          <span className="px-2 text-ink">
            <span className="sr-only">{direction === "out" ? "sent: " : "received: "}</span>
            {label}
            {notes.length > 0 && <span className="text-muted"> · {notes.join(", ")}</span>}
          </span>
          <span aria-hidden className="h-px grow bg-current" />
          {direction === "out" && <ArrowRight aria-hidden size={14} className="-mr-1 shrink-0" />}
        </span>
      </button>
    </li>
  );
}
