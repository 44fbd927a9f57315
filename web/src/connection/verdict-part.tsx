import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { choose } from "../address.ts";
import { call, type Output } from "../client.ts";
import { Failed, Loading } from "../parts/states.tsx";
import { rememberedPurpose, usePurpose } from "../purpose.tsx";
import { amountText, shortTimeText, wireText } from "../text.ts";
import { PacketLink } from "./stream-rows.tsx";

type Verdict = Output<"verdict">;
type Reason = Verdict["reasons"][number];
type Point = (number: number, offset: number) => void;

/** Packets linked of one reason; the rest are counted. */
const LINKED_MAX = 8;

const PARTIES: Readonly<Record<Verdict["party"], string>> = {
  network: "the network",
  client: "the client",
  server: "the server",
  unknown: "unknown",
  none: "aside",
};

/** Whose doing a slow or broken connection was, on demand: its packets are read for it. */
export function VerdictPart(props: {
  uid: string;
  caseName: string;
  isAsked: boolean;
  point: Point;
}) {
  const { uid, caseName, isAsked, point } = props;
  const [purpose, setPurpose] = useState(() => rememberedPurpose(caseName));
  const ask = usePurpose();
  const client = useQueryClient();
  const answer = useQuery({
    queryKey: ["verdict", uid],
    queryFn: async ({ signal }) => {
      const verdict = await call("verdict", { uid, purpose: purpose ?? "" }, signal);
      void client.invalidateQueries({ queryKey: ["ledger"] });
      return verdict;
    },
    enabled: isAsked && purpose !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const open = async (): Promise<void> => {
    const said = await ask(caseName);
    if (said === undefined) return;
    setPurpose(said);
    choose("verdict", "1");
  };
  if (!isAsked || purpose === undefined) {
    return (
      <p className="px-3 pb-2">
        <button type="button" className="button" onClick={() => void open()}>
          Network, client or server?
        </button>
        <span className="ml-3 text-muted">
          Its packets are read to judge by; the read is entered in the ledger.
        </span>
      </p>
    );
  }
  if (answer.error !== null) {
    return <Failed error={answer.error} again={() => void answer.refetch()} />;
  }
  if (answer.data === undefined) {
    return <Loading what="Recording the read, then judging the connection by its packets" />;
  }
  return <Judged verdict={answer.data} point={point} />;
}

function Judged({ verdict, point }: { verdict: Verdict; point: Point }) {
  const { sentence, reasons, missing, seq } = verdict;
  return (
    <div className="border-b border-line px-3 pb-2">
      <p className="flex flex-wrap items-baseline gap-x-3">
        <strong role="status">{wireText(sentence)}</strong>
        <span className="text-green">read recorded as entry {seq}</span>
      </p>
      {reasons.length > 0 && (
        <ol aria-label="Reasons of the verdict" className="mt-1 max-h-60 overflow-auto">
          {reasons.map((reason, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a reason is its place
            <ReasonLine key={n} reason={reason} point={point} />
          ))}
        </ol>
      )}
      {missing.map((one) => (
        <p key={one} className="mt-1 text-amber">
          To know more: {wireText(one)}
        </p>
      ))}
    </div>
  );
}

function ReasonLine({ reason, point }: { reason: Reason; point: Point }) {
  const { party, says, seconds, packets } = reason;
  const more = packets.length - LINKED_MAX;
  return (
    <li className="grid grid-cols-[5.5rem_4.5rem_1fr] items-baseline gap-x-3 border-b border-line/60 py-0.5 last:border-0">
      <span className="font-semibold">{PARTIES[party]}</span>
      <span className="mono text-right text-muted" title="of the connection's time">
        {seconds > 0 ? shortTimeText(seconds) : "-"}
      </span>
      <span className="flex flex-wrap gap-x-3">
        {wireText(says)}
        <span className="mono flex flex-wrap gap-x-2">
          {packets.slice(0, LINKED_MAX).map(({ number }) => (
            <PacketLink key={number} number={number} point={point} />
          ))}
          {more > 0 && <span className="text-muted">and {amountText(more, "packet")} more</span>}
        </span>
      </span>
    </li>
  );
}
