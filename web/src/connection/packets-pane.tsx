import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { PacketField } from "../../../src/core/packet/index.ts";
import { download, type Output } from "../client.ts";
import { useKeys } from "../parts/keys.ts";
import { saveFile } from "../parts/save-file.ts";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { rememberedPurpose, usePurpose } from "../purpose.tsx";
import { amountText, countText } from "../text.ts";
import { HexView } from "./hex-view.tsx";
import { fieldAt, type ShownPacket, showPacket } from "./packet-info.ts";
import { PacketList } from "./packet-list.tsx";
import { PAGE_PACKETS, packetPage } from "./packet-pages.ts";
import { PacketTree } from "./packet-tree.tsx";

interface PacketsPaneProps {
  readonly shown: Output<"show">;
  readonly caseName: string;
  /** A packet, and bytes of it, that another pane points at. */
  readonly pointed: { readonly number: number; readonly offset: number } | undefined;
  /** Told which packets are open, for those who draw them. */
  readonly see: (packets: readonly ShownPacket[]) => void;
}

/** The connection's packets: closed until a purpose is said, and every read of them is on record. */
export function PacketsPane({ shown, caseName, pointed, see }: PacketsPaneProps) {
  const [purpose, setPurpose] = useState(() => rememberedPurpose(caseName));
  const ask = usePurpose();
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
          {amountText(count, "packet")} · {state}: {says}
        </p>
        <div className="grow" />
        {places.length > 0 && <DownloadButton uid={String(shown.row["uid"])} caseName={caseName} />}
      </div>
      {places.length === 0 ? (
        <Empty why="No packet can be opened yet">{says}</Empty>
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
        <OpenPackets shown={shown} purpose={known} pointed={pointed} see={see} />
      )}
    </section>
  );
}

function OpenPackets(props: {
  shown: Output<"show">;
  purpose: string;
  pointed: PacketsPaneProps["pointed"];
  see: PacketsPaneProps["see"];
}) {
  const { shown, purpose, pointed, see } = props;
  const { row } = shown;
  const [number, setNumber] = useState(pointed?.number ?? 1);
  const [offset, setOffset] = useState(pointed?.offset ?? 0);
  useEffect(() => {
    if (pointed === undefined) return;
    setNumber(pointed.number);
    setOffset(pointed.offset);
  }, [pointed]);
  const page = Math.floor((number - 1) / PAGE_PACKETS);
  const client = useQueryClient();
  const answer = useQuery({
    ...packetPage(client, { uid: String(row["uid"]), purpose, page }),
    placeholderData: keepPreviousData,
  });
  const { data } = answer;
  const packets = useMemo(() => {
    const originator = { address: String(row["id.orig_h"]), port: Number(row["id.orig_p"]) };
    return data?.packets.map((packet) => showPacket(packet, originator)) ?? [];
  }, [data, row]);
  useEffect(() => see(packets), [packets, see]);
  if (answer.error !== null)
    return <Failed error={answer.error} again={() => void answer.refetch()} />;
  if (data === undefined) return <Loading what="Recording the read, then opening the packets" />;
  const go = (to: number): void => {
    const last = Math.floor((data.total - 1) / PAGE_PACKETS);
    setNumber(Math.max(0, Math.min(last, to)) * PAGE_PACKETS + 1);
  };
  const packet = packets.find((one) => one.row.number === number);
  return (
    <>
      <Pager page={page} total={data.total} seq={data.seq} purpose={purpose} go={go} />
      <PacketList
        packets={packets}
        startNs={String(row["ts_ns"])}
        selected={number}
        select={setNumber}
      />
      {packet === undefined ? (
        <Loading what="Opening the packet" />
      ) : (
        <OnePacket packet={packet} offset={offset} setOffset={setOffset} />
      )}
    </>
  );
}

function Pager(props: {
  page: number;
  total: number;
  seq: number;
  purpose: string;
  go: (page: number) => void;
}) {
  const { page, total, seq, go } = props;
  const first = page * PAGE_PACKETS + 1;
  const last = Math.min(total, first + PAGE_PACKETS - 1);
  useKeys({ n: () => go(page + 1), p: () => go(page - 1) });
  return (
    <div className="flex flex-wrap items-center gap-2 px-3 pb-2">
      <button type="button" className="button" disabled={page === 0} onClick={() => go(page - 1)}>
        Previous
      </button>
      <button
        type="button"
        className="button"
        disabled={last >= total}
        onClick={() => go(page + 1)}
      >
        Next
      </button>
      <span className="tabular-nums">
        {countText(first)}–{countText(last)} of {countText(total)}
      </span>
      <span role="status" className="text-green" title={`purpose: ${props.purpose}`}>
        read recorded as entry {seq}
      </span>
    </div>
  );
}

/** Tree and bytes of one packet; what is selected on one side is lit on the other. */
function OnePacket(props: {
  packet: ShownPacket;
  offset: number;
  setOffset: (offset: number) => void;
}) {
  const { packet, offset, setOffset } = props;
  const [chosen, setChosen] = useState<PacketField>();
  const way = fieldAt(packet.fields, offset);
  // A group is chosen in the tree only; otherwise the byte decides, also when the packet changes.
  const isOwn = chosen !== undefined && hasField(packet.fields, chosen) && chosen.offset === offset;
  const selected = isOwn ? chosen : way.at(-1);
  const { segment, offset: place, chunk, captured_bytes: captured } = packet.row;
  return (
    <>
      <div className="grid lg:grid-cols-2">
        <PacketTree
          fields={packet.fields}
          selected={selected}
          select={(field) => {
            setChosen(field);
            setOffset(field.offset);
          }}
        />
        <div className="border-line max-lg:border-t lg:border-l">
          <HexView
            bytes={packet.bytes}
            from={selected?.offset ?? 0}
            length={selected?.length ?? 0}
            pick={(byte) => {
              setChosen(undefined);
              setOffset(byte);
            }}
          />
        </div>
      </div>
      <p className="border-t border-line px-3 py-1.5 text-muted">
        {selected !== undefined && (
          <span className="mono text-ink">
            {selected.name} · bytes {selected.offset}–{selected.offset + selected.length - 1} ·{" "}
          </span>
        )}
        packet {packet.row.number}, {captured} bytes captured, lies at byte{" "}
        <span className="mono text-ink">{countText(place)}</span> of segment{" "}
        <span className="mono text-ink">{segment}</span>, chunk{" "}
        <span className="mono text-ink">{chunk}</span>
      </p>
    </>
  );
}

function hasField(fields: readonly PacketField[], wanted: PacketField): boolean {
  return fields.some((field) => field === wanted || hasField(field.children, wanted));
}

function DownloadButton({ uid, caseName }: { uid: string; caseName: string }) {
  const ask = usePurpose();
  const [error, setError] = useState<unknown>(null);
  const [text, setText] = useState("");
  const save = async (): Promise<void> => {
    const purpose = await ask(caseName);
    if (purpose === undefined) return;
    setError(null);
    setText("recording the read, then fetching…");
    try {
      const { facts, blob } = await download("packets", { uid, purpose });
      saveFile(blob, `${uid}.pcapng`);
      setText(
        `${amountText(facts.candidates, "packet")} saved, read recorded as entry ${facts.seq}`,
      );
    } catch (failure) {
      setText("");
      setError(failure);
    }
  };
  return (
    <>
      <span role="status" className="text-muted">
        {text}
      </span>
      <button type="button" className="button" onClick={() => void save()}>
        <Download aria-hidden size={14} />
        Download pcapng
      </button>
      {error !== null && <Failed error={error} />}
    </>
  );
}
