import { type ReactNode, useEffect, useMemo, useState } from "react";
import type { PacketField } from "../../../src/core/packet/index.ts";
import type { Output } from "../client.ts";
import { type NotedPacket, usePacketNotes } from "../notes/packet-notes.tsx";
import { useKeys } from "../parts/keys.ts";
import { Failed, Loading, Partial } from "../parts/states.tsx";
import { countText } from "../text.ts";
import { HexView } from "./hex-view.tsx";
import {
  fieldAt,
  originatorOf,
  type PacketFacts,
  type PathPacket,
  type ShownPacket,
  showPacket,
} from "./packet-info.ts";
import { PacketList } from "./packet-list.tsx";
import { PAGE_PACKETS, type PacketSource, usePacketPage } from "./packet-pages.ts";
import { PacketTree } from "./packet-tree.tsx";

/** A packet, and bytes of it, that another pane points at. */
export interface Pointed {
  readonly number: number;
  readonly offset: number;
}

/** The connection's packets in our own decode, a page at a time. */
export function OwnPackets(props: {
  readonly row: Output<"show">["row"];
  readonly source: PacketSource;
  readonly purpose: string;
  readonly pointed: Pointed | undefined;
  readonly see: (packets: readonly PathPacket[]) => void;
  /** Why it is this decode and not Wireshark's. */
  readonly why: ReactNode;
  /** What to do about it, where something can be done. */
  readonly remedy?: ReactNode;
}) {
  const { row, source, purpose, pointed, see } = props;
  const [number, setNumber] = useState(pointed?.number ?? 1);
  const [offset, setOffset] = useState(pointed?.offset ?? 0);
  useEffect(() => {
    if (pointed === undefined) return;
    setNumber(pointed.number);
    setOffset(pointed.offset);
  }, [pointed]);
  const page = Math.floor((number - 1) / PAGE_PACKETS);
  const { data, error, again } = usePacketPage(source, page);
  const packets = useMemo(
    () =>
      data?.packets.map(({ facts, bytes }) => showPacket(facts, bytes, originatorOf(row))) ?? [],
    [data, row],
  );
  useEffect(() => see(packets), [packets, see]);
  const selected = packets.find((one) => one.row.number === number);
  const noted = usePacketNotes(String(row["uid"]), selected && notedPacket(selected.row));
  if (error !== null) return <Failed error={error} again={again} />;
  if (data === undefined) return <Loading what="Recording the read, then opening the packets" />;
  const go = (to: number): void => {
    const last = Math.floor((data.total - 1) / PAGE_PACKETS);
    setNumber(Math.max(0, Math.min(last, to)) * PAGE_PACKETS + 1);
  };
  return (
    <>
      {noted.dialog}
      <div className="px-3 pb-2">
        <Partial>{props.why}</Partial>
        {props.remedy}
      </div>
      <Pager page={page} total={data.total} seq={data.seq} purpose={purpose} go={go}>
        {noted.button}
      </Pager>
      <PacketList
        packets={packets}
        startNs={String(row["ts_ns"])}
        selected={number}
        select={setNumber}
        notesOn={(one) => noted.notesOn(notedPacket(one.row)).length}
        openNotes={(one) => noted.open(notedPacket(one.row))}
      />
      {selected === undefined ? (
        <Loading what="Opening the packet" />
      ) : (
        <OnePacket packet={selected} offset={offset} setOffset={setOffset} />
      )}
    </>
  );
}

function notedPacket({ number, ts_ns, place }: PacketFacts): NotedPacket {
  return { number, ts_ns, place };
}

function Pager(props: {
  page: number;
  total: number;
  seq: number;
  purpose: string;
  go: (page: number) => void;
  children: ReactNode;
}) {
  const { page, total, seq, go } = props;
  const first = page * PAGE_PACKETS + 1;
  const last = Math.min(total, first + PAGE_PACKETS - 1);
  useKeys({ "]": () => go(page + 1), "[": () => go(page - 1) });
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
      <div className="grow" />
      {props.children}
    </div>
  );
}

/** Tree and bytes of one packet; what is selected on one side is lit on the other. */
export function OnePacket(props: {
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
  const { place, captured_bytes: captured } = packet.row;
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
        packet {packet.row.number}, {captured} bytes captured
        {place !== undefined && (
          <>
            , lies at byte <span className="mono text-ink">{countText(place.offset)}</span> of
            segment <span className="mono text-ink">{place.segment}</span>, chunk{" "}
            <span className="mono text-ink">{place.chunk}</span>
          </>
        )}
      </p>
    </>
  );
}

function hasField(fields: readonly PacketField[], wanted: PacketField): boolean {
  return fields.some((field) => field === wanted || hasField(field.children, wanted));
}
