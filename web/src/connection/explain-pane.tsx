import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useEffect, useId, useRef } from "react";
import { call, type Output } from "../client.ts";
import { Empty, Failed, Loading, Partial } from "../parts/states.tsx";
import { countText, valueText, wireText } from "../text.ts";

type Step = Output<"explain">["steps"][number];

/** A field that changes with every packet has as many steps: people read the first. */
const STEPS_SHOWN = 100;

interface ExplainProps {
  readonly uid: string;
  /** Log and name, such as `http.uri`. */
  readonly field: string;
  /** Of several rows of that log in the connection, which; from 1. */
  readonly row?: number | undefined;
  readonly purpose: string;
  readonly close: () => void;
  readonly point: (number: number, offset: number) => void;
}

/** Which bytes of which packets a field came from; each leads to its packet. */
export function ExplainPane({ uid, field, row, purpose, close, point }: ExplainProps) {
  const heading = useId();
  const pane = useRef<HTMLElement>(null);
  const answer = useQuery({
    queryKey: ["explain", uid, field, row],
    queryFn: ({ signal }) =>
      call("explain", { uid, field, purpose, ...(row !== undefined && { row }) }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { data } = answer;
  // It may lie below what is in sight, and grows when the answer comes.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answer makes it larger
  useEffect(() => {
    pane.current?.scrollIntoView({ block: "nearest" });
  }, [data]);
  return (
    <section ref={pane} aria-labelledby={heading} className="pane">
      <div className="flex items-center gap-3 px-3 py-2">
        <h2 id={heading} className="heading">
          Where <span className="mono">{field}</span> comes from
        </h2>
        <p className="grow text-muted">{data?.says}</p>
        <button type="button" className="button px-1.5" aria-label="Close" onClick={close}>
          <X aria-hidden size={14} />
        </button>
      </div>
      {answer.isPending && <Loading what="Recording the read, then replaying the connection" />}
      {answer.error !== null && <Failed error={answer.error} again={() => void answer.refetch()} />}
      {data?.steps.length === 0 && (
        <Empty why="No byte of a packet says this">
          The field is unset, or it comes from the capture and not from what was on the wire.
        </Empty>
      )}
      {data !== undefined && data.key_logs.length > 0 && (
        <p className="px-3 pb-1 text-amber">
          Encrypted; opened with {data.key_logs.map(wireText).join(", ")}. Of each packet the bytes
          that carry it are named, and behind them what they say.
        </p>
      )}
      {data !== undefined && data.steps.length > 0 && <Steps steps={data.steps} point={point} />}
    </section>
  );
}

function shortHex(hex: string): string {
  return hex.length > 16 ? `${hex.slice(0, 16)}…` : hex;
}

const NO_BYTES = "by its time, or by what was put together from it";

function Steps({
  steps,
  point,
}: {
  steps: readonly Step[];
  point: (n: number, o: number) => void;
}) {
  return (
    <>
      <ol className="mono max-h-60 overflow-auto px-3 pb-2" aria-label="Packets that changed it">
        {steps.slice(0, STEPS_SHOWN).map((step) => (
          <li
            key={`${step.row} ${step.packet}`}
            className="flex flex-wrap gap-x-3 border-b border-line/60 py-0.5"
          >
            <button
              type="button"
              className="link w-24 text-left"
              onClick={() => point(step.packet, step.ranges[0]?.offset ?? 0)}
            >
              packet {step.packet}
            </button>
            <span className="max-w-xl truncate" title={valueText(step.after)}>
              {step.row === undefined && `${valueText(step.before)} → `}
              <strong>{valueText(step.after)}</strong>
            </span>
            {step.ranges.length === 0 && <span className="text-muted">{NO_BYTES}</span>}
            {step.ranges.map((range) => (
              <button
                key={`${range.name} ${range.offset}`}
                type="button"
                className="text-muted hover:text-blue"
                title={`bytes ${range.offset} to ${range.offset + range.length - 1}`}
                onClick={() => point(step.packet, range.offset)}
              >
                {range.name} · bytes {range.offset}–{range.offset + range.length - 1} ·{" "}
                {shortHex(range.bytes)}
                {range.opened !== undefined && ` → ${shortHex(range.opened)}`}
              </button>
            ))}
          </li>
        ))}
      </ol>
      {steps.length > STEPS_SHOWN && (
        <Partial>
          The first {STEPS_SHOWN} of {countText(steps.length)} packets that changed it; all of them:
          holdfast explain
        </Partial>
      )}
    </>
  );
}
