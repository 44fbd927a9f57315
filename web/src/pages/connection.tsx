import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { HoldfastError, parseUid } from "../../../src/core/base/index.ts";
import { choose, searchAddress } from "../address.ts";
import { call, type Output } from "../client.ts";
import { EventsPane } from "../connection/events-pane.tsx";
import { ExplainPane } from "../connection/explain-pane.tsx";
import { FactsPane } from "../connection/facts-pane.tsx";
import { IoPane } from "../connection/io-pane.tsx";
import { LadderPane } from "../connection/ladder-pane.tsx";
import { ObjectsPane } from "../connection/objects-pane.tsx";
import type { PathPacket } from "../connection/packet-info.ts";
import { PacketsPane } from "../connection/packets-pane.tsx";
import { PathPane } from "../connection/path-pane.tsx";
import { StreamPane } from "../connection/stream-pane.tsx";
import { TunnelPane } from "../connection/tunnel-pane.tsx";
import { VaultPane } from "../connection/vault-pane.tsx";
import { VerdictPart } from "../connection/verdict-part.tsx";
import { WeirdPane } from "../connection/weird-pane.tsx";
import { NotesPane } from "../notes/notes-pane.tsx";
import { Link } from "../parts/link.tsx";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { type Tab, Tabs } from "../parts/tabs.tsx";
import { useMay, useMe } from "../people/me.ts";
import { NotYourConnection } from "../people/not-yours.tsx";
import { usePurpose } from "../purpose.tsx";
import { useFields, useRefreshMs } from "../questions.ts";
import { wireText } from "../text.ts";
import type { Span } from "../wireshark/use-wireshark.tsx";

/** One connection: what it was, its packets, and where they lie. */
export function ConnectionPage(props: { uid: string; parameters: URLSearchParams }) {
  const { uid, parameters } = props;
  const isUid = parseUid(uid) !== undefined;
  const { data: me } = useMe();
  const isLimited = me?.cases !== "*";
  const refreshMs = useRefreshMs();
  const shown = useQuery({
    queryKey: ["show", uid],
    queryFn: ({ signal }) => call("show", { uid }, signal),
    enabled: isUid,
    // An import may bring it yet; what is not one's own is not asked for again, since each is on record.
    refetchInterval: ({ state }) => (isLimited && state.error !== null ? false : refreshMs),
  });
  if (!isUid) {
    return (
      <>
        <h1 className="sr-only">Connection</h1>
        <Empty why={`“${wireText(uid)}” is not a connection's uid`}>
          A uid looks like C2Yq5vXo1ab. <Link to="/search">Search connections</Link>
        </Empty>
      </>
    );
  }
  const { error } = shown;
  if (error instanceof HoldfastError && error.code === "home/unknown-connection") {
    return isLimited ? <NotYourConnection uid={uid} /> : <NoConnection uid={uid} />;
  }
  return (
    <div className="flex flex-col gap-3">
      {shown.data === undefined && <h1 className="sr-only">Connection {uid}</h1>}
      {shown.isPending && <Loading what="Finding the connection and where its packets lie" />}
      {shown.error !== null && <Failed error={shown.error} again={() => void shown.refetch()} />}
      {shown.data !== undefined && <Panes shown={shown.data} uid={uid} parameters={parameters} />}
    </div>
  );
}

function NoConnection({ uid }: { uid: string }) {
  return (
    <>
      <h1 className="sr-only">Connection {uid}</h1>
      <Empty why={`No connection ${uid} is in this home`}>
        Look whether the address is whole. What is being imported appears here by itself.{" "}
        <Link to="/search">Search connections</Link>
      </Empty>
    </>
  );
}

interface Pointed {
  readonly number: number;
  readonly offset: number;
}

function Panes(props: { shown: Output<"show">; uid: string; parameters: URLSearchParams }) {
  const { shown, uid, parameters } = props;
  const [pointed, setPointed] = useState<Pointed>();
  const [span, setSpan] = useState<Span>();
  const [opened, setOpened] = useState<readonly PathPacket[]>([]);
  const views = useRef<HTMLDivElement>(null);
  const may = useMay();
  const caseName = shown.segments[0]?.case ?? "scratch";
  const point = (number: number, offset: number): void => {
    setPointed({ number, offset });
    // What is pointed at goes by its number in the whole connection.
    setSpan(undefined);
    choose("tab", "packets");
    views.current?.scrollIntoView({ block: "nearest" });
  };
  const openSpan = (to: Span): void => {
    setPointed(undefined);
    setSpan(to);
    choose("tab", "packets");
  };
  const { row } = shown;
  const isTcp = row["proto"] === "tcp";
  const isAsked = parameters.get("verdict") === "1";
  const packets: Tab = {
    name: "packets",
    title: "Packets",
    content: () => (
      <PacketsPane
        shown={shown}
        caseName={caseName}
        pointed={pointed}
        span={span}
        setSpan={setSpan}
        see={setOpened}
      />
    ),
  };
  const io: Tab = {
    name: "io",
    title: "Over time",
    content: () => <IoPane shown={shown} caseName={caseName} openSpan={openSpan} />,
  };
  const stream: Tab = {
    name: "stream",
    title: "Stream",
    content: () => (
      <StreamPane shown={shown} caseName={caseName} parameters={parameters} point={point} />
    ),
  };
  const ladder: Tab = {
    name: "ladder",
    title: "Ladder",
    content: () => (
      <LadderPane
        row={row}
        packets={opened}
        point={point}
        openPackets={() => choose("tab", "packets")}
      />
    ),
  };
  return (
    <>
      <Summary shown={shown} uid={uid} caseName={caseName} />
      <TunnelPane row={row} />
      <NotesPane asked={{ uid }} about={{ uid }} />
      <EventsPane uid={uid} caseName={caseName} point={point} />
      <ObjectsPane uid={uid} caseName={caseName} />
      <PathPane row={row} packets={opened} point={point}>
        {isTcp && may("packets") && shown.packets.places.length > 0 && (
          <VerdictPart uid={uid} caseName={caseName} isAsked={isAsked} point={point} />
        )}
      </PathPane>
      <WeirdPane uid={uid} caseName={caseName} count={shown.packets.count} point={point} />
      <div ref={views}>
        <Tabs
          label="What was sent"
          tabs={isTcp ? [packets, io, ladder, stream] : [packets, io, ladder]}
          chosen={parameters.get("tab") ?? "packets"}
          choose={(name) => choose("tab", name)}
        />
      </div>
      <Fields row={row} uid={uid} caseName={caseName} point={point} />
      <VaultPane shown={shown} />
    </>
  );
}

/** The row's fields, and beneath them the packets that one of them came from. */
function Fields(props: {
  row: Output<"show">["row"];
  uid: string;
  caseName: string;
  point: (number: number, offset: number) => void;
}) {
  const { row, uid, caseName, point } = props;
  const { data: fields } = useFields();
  const [explained, setExplained] = useState<{ field: string; purpose: string }>();
  const ask = usePurpose();
  const explain = async (field: string): Promise<void> => {
    if (explained?.field === field) return setExplained(undefined);
    const purpose = await ask(caseName);
    if (purpose !== undefined) setExplained({ field, purpose });
  };
  return (
    <>
      <FactsPane
        row={row}
        fields={fields?.fields.filter(({ log }) => log === "conn") ?? []}
        explained={explained?.field}
        explain={(field) => void explain(field)}
      />
      {explained !== undefined && (
        <ExplainPane
          uid={uid}
          field={`conn.${explained.field}`}
          purpose={explained.purpose}
          close={() => setExplained(undefined)}
          point={point}
        />
      )}
    </>
  );
}

function Summary(props: { shown: Output<"show">; uid: string; caseName: string }) {
  const { shown, uid, caseName } = props;
  const { row } = shown;
  const between = `host ${String(row["id.orig_h"])} and host ${String(row["id.resp_h"])}`;
  return (
    <section aria-label="Summary" className="pane px-4 py-3">
      <p className="mono text-muted">
        connection {uid}
        {shown.segments[0] !== undefined && ` in case ${caseName}`}
      </p>
      <h1 className="mt-1 text-lg leading-snug font-semibold">{wireText(shown.sentence)}</h1>
      {shown.rhythm !== null && (
        <p className="mt-1 text-amber">It {wireText(shown.rhythm.says)}.</p>
      )}
      <p className="mt-1">
        <Link to={searchAddress({ q: between })}>Everything between the two</Link>
      </p>
    </section>
  );
}
