import { useCallback, useEffect, useState } from "react";
import type { Output } from "../client.ts";
import { OnePacket, type Pointed } from "../connection/own-packets.tsx";
import { originatorOf, showPacket } from "../connection/packet-info.ts";
import { type NotedPacket, NoteMark, usePacketNotes } from "../notes/packet-notes.tsx";
import { Empty, Failed, Loading, Partial } from "../parts/states.tsx";
import { useSeen } from "../search/row-pages.ts";
import { amountText, countText, wireText } from "../text.ts";
import { type CaptureFile, packetBytes } from "./capture-file.ts";
import { DissectorBroke } from "./dissector.ts";
import { FilterBar } from "./filter-bar.tsx";
import { FollowButtons } from "./follow-dialog.tsx";
import { FrameList } from "./frame-list.tsx";
import { FramePane } from "./frame-pane.tsx";
import { ObjectsButton } from "./objects-dialog.tsx";
import { useFrame, useFrameRows } from "./use-frames.ts";
import { useWireshark } from "./use-wireshark.tsx";
import type { OpenCapture } from "./wireshark.ts";

interface PaneProps {
  readonly capture: CaptureFile;
  readonly opened: OpenCapture;
  readonly row: Output<"show">["row"];
  readonly purpose: string;
  readonly pointed: Pointed | undefined;
  /** The sealed segment that the packets lie in, where it is known. */
  readonly segment: string | undefined;
}

/** Wireshark's three panes over one capture: list, tree, bytes; and what it filters and follows. */
export function WiresharkPane(props: PaneProps) {
  const { capture, opened, pointed } = props;
  const [filter, setFilter] = useState("");
  const [index, setIndex] = useState((pointed?.number ?? 1) - 1);
  const [aim, setAim] = useState(pointed);
  const [seen, see] = useSeen();
  const rows = useFrameRows(capture, filter, seen);
  const total = filter === "" ? capture.packets.length : rows.matched;
  const number = filter === "" ? index + 1 : rows.rowAt(index)?.number;
  const answer = useFrame(capture, number);
  const point = (to: Pointed): void => {
    setFilter("");
    setIndex(to.number - 1);
    setAim({ ...to });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only being pointed at anew moves it
  useEffect(() => {
    if (pointed !== undefined) point(pointed);
  }, [pointed]);
  const apply = (to: string): void => {
    // Without a filter the packet in sight stays; with one the first that matches is opened.
    setIndex(to === "" && number !== undefined ? number - 1 : 0);
    setFilter(to);
  };
  const uid = String(props.row["uid"]);
  const notedPacket = useCallback(
    (one: number) => notedPacketOf(capture, one, props.segment),
    [capture, props.segment],
  );
  const noted = usePacketNotes(uid, number === undefined ? undefined : notedPacket(number));
  const { notesOn, open } = noted;
  const markOf = useCallback(
    (one: number) => {
      const packet = notedPacket(one);
      const count = packet === undefined ? 0 : notesOn(packet).length;
      return <NoteMark number={one} count={count} open={() => open(packet)} />;
    },
    [notedPacket, notesOn, open],
  );
  const follow = answer.data?.number === number ? (answer.data?.frame.follow ?? []) : [];
  return (
    <>
      {noted.dialog}
      <Head {...props} matched={filter === "" ? undefined : rows.matched}>
        {noted.button}
        <FollowButtons capture={capture} follow={follow} point={point} apply={apply} />
        <ObjectsButton capture={capture} point={point} />
      </Head>
      <FilterBar capture={capture} filter={filter} apply={apply} />
      {total === undefined ? (
        <Filtering error={rows.error} clear={() => apply("")} />
      ) : total === 0 ? (
        <Empty why="No packet matches the filter">
          <span className="mono">{filter}</span> matches none of{" "}
          {amountText(capture.packets.length, "packet")}.{" "}
          <button type="button" className="link" onClick={() => apply("")}>
            Show all
          </button>
        </Empty>
      ) : (
        <>
          {rows.error !== null && <Failed error={rows.error} again={rows.again} />}
          <FrameList
            columns={opened.columns}
            breaking={opened.breaking}
            total={total}
            rowAt={rows.rowAt}
            see={see}
            index={Math.min(index, total - 1)}
            choose={setIndex}
            markOf={markOf}
          />
          <Chosen
            {...props}
            number={number}
            answer={answer}
            aim={aim}
            filter={filter}
            apply={apply}
            point={point}
          />
        </>
      )}
    </>
  );
}

/** A packet of the file as notes know it. */
function notedPacketOf(
  { packets }: CaptureFile,
  number: number,
  segment: string | undefined,
): NotedPacket | undefined {
  const packet = packets[number - 1];
  if (packet === undefined) return undefined;
  const { ts_ns, sealedAt: offset } = packet;
  const isKnown = segment !== undefined && offset !== undefined;
  return { number, ts_ns, place: isKnown ? { segment, offset } : undefined };
}

function Head(props: PaneProps & { matched: number | undefined; children: React.ReactNode }) {
  const { capture, opened, purpose, matched, children } = props;
  const total = capture.packets.length;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 pb-2">
      <span>
        Wireshark {opened.version} ·{" "}
        <span role="status" className="tabular-nums">
          {matched === undefined
            ? amountText(total, "packet")
            : `${countText(matched)} of ${amountText(total, "packet")}`}
        </span>
      </span>
      <span className="text-green" title={`purpose: ${purpose}`}>
        read recorded as entry {capture.seq}
      </span>
      {capture.keyLogs.length > 0 && (
        <span className="text-amber">
          TLS opened with {capture.keyLogs.map(wireText).join(", ")}
        </span>
      )}
      <div className="grow" />
      {children}
    </div>
  );
}

function Filtering({ error, clear }: { error: unknown; clear: () => void }) {
  const wireshark = useWireshark();
  if (error instanceof DissectorBroke && error.why === "stopped") {
    return (
      <Empty why="Filtering was cancelled">
        <button type="button" className="button mt-1" onClick={clear}>
          Show all packets
        </button>
      </Empty>
    );
  }
  if (error !== null) return <Failed error={error} again={clear} />;
  return (
    <div role="status" className="flex items-center gap-3 p-4 text-muted">
      Wireshark filters the packets…
      <button type="button" className="button" onClick={() => wireshark.stop()}>
        Cancel
      </button>
    </div>
  );
}

/** The chosen packet: as Wireshark sees it, or in our decode if it broke Wireshark. */
function Chosen(
  props: PaneProps & {
    number: number | undefined;
    answer: ReturnType<typeof useFrame>;
    aim: Pointed | undefined;
    filter: string;
    apply: (filter: string) => void;
    point: (to: Pointed) => void;
  },
) {
  const { capture, opened, number, answer, aim, row } = props;
  if (number === undefined) return <Loading what="Opening the packet" />;
  if (opened.breaking.has(number) || answer.error !== null) {
    return <BrokenPacket capture={capture} number={number} row={row} error={answer.error} />;
  }
  if (answer.data === undefined) return <Loading what="Opening the packet" />;
  // Until the packet is taken apart the one before it stays, so that walking on does not flicker.
  return (
    <div aria-busy={answer.isPlaceholderData} className="aria-busy:opacity-60">
      <FramePane
        frame={answer.data.frame}
        number={answer.data.number ?? number}
        aim={aim?.number === answer.data.number ? aim : undefined}
        filter={props.filter}
        apply={props.apply}
        point={props.point}
      />
    </div>
  );
}

function BrokenPacket(props: {
  capture: CaptureFile;
  number: number;
  row: Output<"show">["row"];
  error: unknown;
}) {
  const { capture, number, row, error } = props;
  const [offset, setOffset] = useState(0);
  const facts = capture.packets[number - 1];
  if (facts === undefined) return <Failed error={error} />;
  const why =
    error instanceof DissectorBroke && error.why === "slow"
      ? "Wireshark did not come to an end with this packet"
      : "This packet breaks Wireshark";
  return (
    <>
      <div className="p-2">
        <Partial>
          {why}: it was started anew without it, and this is Holdfast's own decode of the packet.
        </Partial>
      </div>
      <OnePacket
        packet={showPacket(facts, packetBytes(capture, number), originatorOf(row))}
        offset={offset}
        setOffset={setOffset}
      />
    </>
  );
}
