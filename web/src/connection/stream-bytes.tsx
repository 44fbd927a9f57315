import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { sizeText } from "../../../src/core/base/index.ts";
import { type Input, lines, type Output } from "../client.ts";
import { Empty, Failed, Partial } from "../parts/states.tsx";
import { amountText, countText } from "../text.ts";
import { StreamRows } from "./stream-rows.tsx";
import { StreamText, streamRows } from "./stream-text.ts";

/** Whose way of reading counts where packets overlap. */
export type Policy = NonNullable<Input<"stream">["policy"]>;

/** What a page holds of a stream; the rest is read with the command line. */
const SHOWN_BYTES_MAX = 2 << 20;
/** Runs, holes and disagreements that a page holds: of each byte there could be one. */
const SHOWN_PIECES_MAX = 50_000;
const PROGRESS_MS = 200;

interface BytesProps {
  readonly uid: string;
  readonly purpose: string;
  readonly policy: Policy;
  readonly as: "text" | "hex";
  readonly point: (number: number, offset: number) => void;
  readonly showDifferences: () => void;
}

/** Both directions in order under one policy, with holes and disagreements marked. */
export function StreamBytes(props: BytesProps) {
  const { uid, policy, as, point, showDifferences } = props;
  const { answer, bytesRead, cancel } = useStream(props);
  const { data } = answer;
  const rows = useMemo(() => (data === undefined ? [] : streamRows(data.pieces, as)), [data, as]);
  if (answer.error !== null) {
    return <Failed error={answer.error} again={() => void answer.refetch()} />;
  }
  if (data === undefined && answer.fetchStatus === "idle") {
    return (
      <Empty why="The reading was cancelled">
        <button type="button" className="button mt-1" onClick={() => void answer.refetch()}>
          Read it again
        </button>
      </Empty>
    );
  }
  if (data === undefined) return <Reading bytes={bytesRead} cancel={cancel} />;
  return (
    <>
      <Summary text={data} uid={uid} policy={policy} />
      {rows.length === 0 ? (
        <Empty why="No payload was sent either way">
          The connection's packets carry headers only: see the tab of packets.
        </Empty>
      ) : (
        <StreamRows
          rows={rows}
          marks={data.marks}
          point={point}
          showDifferences={showDifferences}
        />
      )}
    </>
  );
}

/** Reads the stream once for each policy, up to what a page can hold. */
function useStream({ uid, purpose, policy }: BytesProps) {
  const [bytesRead, setBytesRead] = useState(0);
  const client = useQueryClient();
  const queryKey = ["stream", uid, policy];
  const answer = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const text = new StreamText();
      const enough = new AbortController();
      const either = AbortSignal.any([signal, enough.signal]);
      let toldMs = 0;
      for await (const line of lines("stream", { uid, policy, purpose }, either)) {
        text.add(line);
        if (performance.now() - toldMs > PROGRESS_MS) {
          toldMs = performance.now();
          setBytesRead(text.bytes);
        }
        if (text.bytes >= SHOWN_BYTES_MAX || text.pieces.length >= SHOWN_PIECES_MAX) break;
      }
      text.close();
      enough.abort();
      void client.invalidateQueries({ queryKey: ["ledger"] });
      return text;
    },
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
  return { answer, bytesRead, cancel: () => void client.cancelQueries({ queryKey }) };
}

function Reading({ bytes, cancel }: { bytes: number; cancel: () => void }) {
  return (
    <div role="status" className="flex items-center gap-3 p-4 text-muted">
      <span>
        {bytes === 0
          ? "Recording the read, then putting the packets in order…"
          : `Putting the packets in order: ${sizeText(bytes)} read…`}
      </span>
      <button type="button" className="button" onClick={cancel}>
        Cancel
      </button>
    </div>
  );
}

function Summary({ text, uid, policy }: { text: StreamText; uid: string; policy: Policy }) {
  const { start, end } = text;
  return (
    <>
      <p className="flex flex-wrap gap-x-3 px-3 pb-2">
        {start !== undefined && (
          <span className="mono">
            → {start.orig} ← {start.resp}
          </span>
        )}
        {end !== undefined && <Counts counts={end.counts} />}
        {start !== undefined && (
          <span role="status" className="text-green">
            read recorded as entry {start.seq}
          </span>
        )}
      </p>
      {end === undefined && (
        <Partial>
          The first {sizeText(text.bytes)} of the stream; all of it: holdfast stream {uid} --policy{" "}
          {policy}
        </Partial>
      )}
      {end?.limits.map(({ name, reached }) => (
        <Partial key={name}>
          The limit {name} was reached {countText(reached)} times: bytes beyond it are not in order
          here.
        </Partial>
      ))}
      {end !== undefined && end.signs.badChecksums > 0 && (
        <Partial>
          {amountText(end.signs.badChecksums, "packet")} with a wrong checksum left out, as a host
          would.
        </Partial>
      )}
    </>
  );
}

type Counts = Extract<Output<"stream">, { type: "end" }>["counts"];

function Counts({ counts: { orig, resp } }: { counts: Counts }) {
  const missing = [orig, resp].reduce((sum, side) => sum + side.lostBytes + side.cutBytes, 0);
  const conflicts = orig.conflicts + resp.conflicts;
  return (
    <>
      <span className="text-muted">
        {sizeText(orig.bytes)} sent, {sizeText(resp.bytes)} got back
      </span>
      {missing > 0 && <span className="text-amber">{sizeText(missing)} missing</span>}
      {conflicts > 0 && <span className="text-amber">{amountText(conflicts, "conflict")}</span>}
    </>
  );
}
