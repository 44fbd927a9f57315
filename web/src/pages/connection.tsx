import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { parseUid } from "../../../src/core/base/index.ts";
import { searchAddress } from "../address.ts";
import { call, type Output } from "../client.ts";
import { ExplainPane } from "../connection/explain-pane.tsx";
import { FactsPane } from "../connection/facts-pane.tsx";
import { PacketsPane } from "../connection/packets-pane.tsx";
import { VaultPane } from "../connection/vault-pane.tsx";
import { Link } from "../parts/link.tsx";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { usePurpose } from "../purpose.tsx";
import { useFields, useRefreshMs } from "../questions.ts";
import { wireText } from "../text.ts";

/** One connection: what it was, its packets, and where they lie. */
export function ConnectionPage({ uid }: { uid: string }) {
  const isUid = parseUid(uid) !== undefined;
  const refreshMs = useRefreshMs();
  const shown = useQuery({
    queryKey: ["show", uid],
    queryFn: ({ signal }) => call("show", { uid }, signal),
    enabled: isUid,
    refetchInterval: refreshMs,
  });
  if (!isUid) {
    return (
      <Empty why={`“${wireText(uid)}” is not a connection's uid`}>
        A uid looks like C2Yq5vXo1ab. <Link to="/search">Search connections</Link>
      </Empty>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      {shown.isPending && <Loading what="Finding the connection and where its packets lie" />}
      {shown.error !== null && <Failed error={shown.error} again={() => void shown.refetch()} />}
      {shown.data !== undefined && <Panes shown={shown.data} uid={uid} />}
    </div>
  );
}

interface Pointed {
  readonly number: number;
  readonly offset: number;
}

function Panes({ shown, uid }: { shown: Output<"show">; uid: string }) {
  const { data: fields } = useFields();
  const [explained, setExplained] = useState<{ field: string; purpose: string }>();
  const [pointed, setPointed] = useState<Pointed>();
  const ask = usePurpose();
  const caseName = shown.segments[0]?.case ?? "scratch";
  const explain = async (field: string): Promise<void> => {
    if (explained?.field === field) return setExplained(undefined);
    const purpose = await ask(caseName);
    if (purpose !== undefined) setExplained({ field, purpose });
  };
  const { row } = shown;
  const between = `host ${String(row["id.orig_h"])} and host ${String(row["id.resp_h"])}`;
  return (
    <>
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
      <FactsPane
        row={row}
        fields={fields?.fields.filter(({ log }) => log === "conn") ?? []}
        explained={explained?.field}
        explain={(field) => void explain(field)}
      />
      {explained !== undefined && (
        <ExplainPane
          uid={uid}
          {...explained}
          close={() => setExplained(undefined)}
          point={(number, offset) => setPointed({ number, offset })}
        />
      )}
      <PacketsPane shown={shown} caseName={caseName} pointed={pointed} />
      <VaultPane shown={shown} />
    </>
  );
}
