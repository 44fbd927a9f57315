import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { HoldfastError } from "../../../src/core/base/index.ts";
import { call } from "../client.ts";
import type { Pointed } from "../connection/own-packets.tsx";
import { PacketsPane } from "../connection/packets-pane.tsx";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { wireText } from "../text.ts";

const NOBODY = "session/login-needed";

/** One connection and its packets, inside a ticket or an alert: what the token's owner may see of it. */
export function EmbedPage({ uid }: { uid: string }) {
  return (
    <main className="flex h-full flex-col gap-2 overflow-auto p-2">
      <title>{`Connection ${uid} · Holdfast`}</title>
      <Trace uid={uid} />
    </main>
  );
}

function Trace({ uid }: { uid: string }) {
  const [pointed] = useState<Pointed>();
  const shown = useQuery({
    queryKey: ["show", uid],
    queryFn: ({ signal }) => call("show", { uid }, signal),
  });
  const { data, error } = shown;
  if (error instanceof HoldfastError && error.code === NOBODY) {
    return (
      <Empty why="This trace needs a token">
        The page that shows it names one that may read packets of its case: holdfast tokens create
      </Empty>
    );
  }
  if (error !== null) return <Failed error={error} again={() => void shown.refetch()} />;
  if (data === undefined) return <Loading what="Finding the connection" />;
  return (
    <>
      <h1 className="font-semibold">{wireText(data.sentence)}</h1>
      <p className="text-muted">
        <a className="link" href={`/connections/${uid}`} target="_blank" rel="noopener noreferrer">
          Open in Holdfast
        </a>
      </p>
      <div className="pane">
        <PacketsPane
          shown={data}
          caseName={data.segments[0]?.case ?? "scratch"}
          pointed={pointed}
          see={nothing}
        />
      </div>
    </>
  );
}

function nothing(): void {
  // Nobody else on this page draws the packets.
}
