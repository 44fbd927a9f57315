import { useState } from "react";
import type { Output } from "../client.ts";
import { Empty, sentence } from "../parts/states.tsx";
import { useMay } from "../people/me.ts";
import { NotYourPart } from "../people/not-yours.tsx";
import { rememberedPurpose, usePurpose } from "../purpose.tsx";
import { amountText } from "../text.ts";
import { OpenPackets } from "../wireshark/open-packets.tsx";
import type { Span } from "../wireshark/use-wireshark.tsx";
import { DownloadButton } from "./download-button.tsx";
import type { Pointed } from "./own-packets.tsx";
import type { PathPacket } from "./packet-info.ts";

const WHY_CLOSED: Readonly<Record<Output<"show">["packets"]["state"], string>> = {
  available: "No packet can be opened yet",
  damaged: "The packets cannot be opened",
  expired: "The packets have expired",
};

interface PacketsPaneProps {
  readonly shown: Output<"show">;
  readonly caseName: string;
  /** A packet, and bytes of it, that another pane points at. */
  readonly pointed: Pointed | undefined;
  /** The part of the time that another pane asks for. */
  readonly span?: Span | undefined;
  readonly setSpan?: (span: Span | undefined) => void;
  /** Told which packets are open, for those who draw them. */
  readonly see: (packets: readonly PathPacket[]) => void;
}

/**
 * The connection's packets: closed until a purpose is said, and every read of them is on record.
 */
export function PacketsPane(props: PacketsPaneProps) {
  const { shown, caseName, pointed, see } = props;
  const [ownSpan, setOwnSpan] = useState<Span>();
  const [purpose, setPurpose] = useState(() => rememberedPurpose(caseName));
  const ask = usePurpose();
  const may = useMay();
  const isMine = may("packets");
  const { state, says, count, places } = shown.packets;
  const known = pointed === undefined ? purpose : (purpose ?? rememberedPurpose(caseName));
  const open = async (): Promise<void> => setPurpose(await ask(caseName));
  return (
    <section aria-labelledby="packets">
      <div className="flex flex-wrap items-center gap-3 px-3 py-2">
        <h2 id="packets" className="heading">
          Packets
        </h2>
        <p className="text-muted">
          {amountText(count, "packet")} ·{" "}
          {isMine ? `${state}: ${says}` : "not within your authority"}
        </p>
        <div className="grow" />
        {isMine && places.length > 0 && (
          <DownloadButton uid={String(shown.row["uid"])} caseName={caseName} />
        )}
      </div>
      {!isMine ? (
        <NotYourPart what="These packets are" />
      ) : places.length === 0 ? (
        <Empty why={WHY_CLOSED[state]}>{sentence(says)}</Empty>
      ) : known === undefined ? (
        <div className="border-t border-line p-4">
          <button type="button" className="button button-main" onClick={() => void open()}>
            Open {amountText(count, "packet")}
          </button>
          <span className="ml-3 text-muted">
            You are asked why once per case and session; the read is entered in the ledger.
          </span>
        </div>
      ) : (
        <OpenPackets
          shown={shown}
          purpose={known}
          pointed={pointed}
          span={props.setSpan === undefined ? ownSpan : props.span}
          setSpan={props.setSpan ?? setOwnSpan}
          see={see}
        />
      )}
    </section>
  );
}
