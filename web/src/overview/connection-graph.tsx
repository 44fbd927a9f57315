import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { sizeText } from "../../../src/core/base/index.ts";
import { type Question, searchAddress, toWire } from "../address.ts";
import { call, type Output } from "../client.ts";
import { Link } from "../parts/link.tsx";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { useRecountMs } from "../questions.ts";
import { amountText } from "../text.ts";
import { type Drawing, GRAPH, type Host, layOut } from "./graph-layout.ts";
import { within } from "./talkers-pane.tsx";

/** More lines than this are a hairball: the rest is said in words. */
const TIES_SHOWN = 120;
/** Hosts that are named beside their dot; the others are named when they are looked at. */
const NAMED = 10;

type Conversation = Output<"conversations">["conversations"][number];

/** Hosts and who talked with whom, by bytes; a dot or a line leads to its connections. */
export function ConnectionGraph({ question }: { question: Question }) {
  const refreshMs = useRecountMs();
  const input = { ...toWire(question), limit: TIES_SHOWN };
  const answer = useQuery({
    queryKey: ["conversations", input],
    queryFn: ({ signal }) => call("conversations", input, signal),
    refetchInterval: refreshMs,
  });
  const { data } = answer;
  const drawing = useMemo(() => layOut((data?.conversations ?? []).map(tieOf)), [data]);
  return (
    <section aria-labelledby="graph" className="pane flex min-w-0 flex-col">
      <div className="flex flex-wrap items-baseline gap-x-3 px-3 pt-2 pb-1">
        <h2 id="graph" className="heading">
          Who talked with whom
        </h2>
        {data !== undefined && data.total > 0 && (
          <p className="text-muted">
            {data.total > TIES_SHOWN
              ? `the ${TIES_SHOWN} pairs with most bytes of ${amountText(data.total, "pair")}`
              : amountText(data.total, "pair")}{" "}
            · a dot's size and a line's width are bytes
          </p>
        )}
      </div>
      {answer.error !== null && <Failed error={answer.error} again={() => void answer.refetch()} />}
      {answer.isPending && <Loading what="Adding up pairs of hosts" />}
      {data?.total === 0 && <Empty why="No connection matches" />}
      {drawing.hosts.length > 0 && <Picture drawing={drawing} question={question} />}
    </section>
  );
}

function tieOf({ a, b, flows, a_bytes: sent, b_bytes: received }: Conversation) {
  return { a, b, flows, bytes: sent + received };
}

function Picture({ drawing, question }: { drawing: Drawing; question: Question }) {
  const [shown, show] = useState<Host>();
  const place = useRef<SVGSVGElement>(null);
  const { hosts, ties } = drawing;
  const ranked = useMemo(() => [...hosts].sort((a, b) => b.bytes - a.bytes), [hosts]);
  const named = new Set(ranked.slice(0, NAMED));
  const most = Math.max(1, ...ties.map(({ tie }) => tie.bytes));
  const search = (query: string): string =>
    searchAddress({ ...question, q: within(question.q, query) });
  const isNear = (host: Host): boolean =>
    shown === undefined ||
    host === shown ||
    ties.some(({ from, to }) => (from === shown && to === host) || (to === shown && from === host));
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = shown === undefined ? -1 : ranked.indexOf(shown);
    const next = ranked[(at + step + ranked.length) % ranked.length]!;
    place.current?.querySelector<SVGAElement>(`[data-host="${CSS.escape(next.address)}"]`)?.focus();
  };
  return (
    <svg
      ref={place}
      viewBox={`0 0 ${GRAPH.width} ${GRAPH.height}`}
      className="w-full"
      onPointerLeave={() => show(undefined)}
    >
      <title>Hosts and who talked with whom; arrows go from host to host, Enter opens one</title>
      {ties.map(({ from, to, tie }) => {
        const says = `${tie.a} and ${tie.b}: ${sizeText(tie.bytes)}, ${amountText(tie.flows, "connection")}`;
        return (
          <Link
            key={`${tie.a} ${tie.b}`}
            to={search(`host ${tie.a} and host ${tie.b}`)}
            tabIndex={-1}
            className="outline-none"
            aria-label={says}
          >
            <line
              x1={from.x}
              y1={from.y}
              x2={to.x}
              y2={to.y}
              className="stroke-muted"
              strokeWidth={1 + 6 * Math.sqrt(tie.bytes / most)}
              strokeOpacity={shown === undefined || from === shown || to === shown ? 0.45 : 0.08}
            >
              <title>{says}</title>
            </line>
          </Link>
        );
      })}
      {ranked.map((host, n) => (
        <HostDot
          key={host.address}
          host={host}
          to={search(`host ${host.address}`)}
          isFirst={n === 0}
          isNamed={named.has(host) || (shown !== undefined && isNear(host))}
          isFaint={!isNear(host)}
          look={() => show(host)}
          leave={() => show(undefined)}
          move={move}
        />
      ))}
    </svg>
  );
}

function HostDot(props: {
  host: Host;
  to: string;
  isFirst: boolean;
  isNamed: boolean;
  isFaint: boolean;
  look: () => void;
  leave: () => void;
  move: (event: KeyboardEvent) => void;
}) {
  const { host, to, look, leave } = props;
  const { address, bytes, peers, radius, x, y } = host;
  return (
    <Link
      to={to}
      className="outline-none"
      data-host={address}
      tabIndex={props.isFirst ? 0 : -1}
      aria-label={`${address}: ${sizeText(bytes)} with ${amountText(peers, "host")}`}
      onFocus={look}
      onBlur={leave}
      onPointerEnter={look}
      onKeyDown={props.move}
      style={{ opacity: props.isFaint ? 0.25 : 1 }}
    >
      <circle cx={x} cy={y} r={radius} className="fill-bars stroke-panel" strokeWidth={1.5} />
      {props.isNamed && (
        <text
          x={x}
          y={y + radius + 13}
          textAnchor="middle"
          className="mono pointer-events-none fill-ink stroke-panel"
          strokeWidth={3}
          paintOrder="stroke"
        >
          {address}
        </text>
      )}
    </Link>
  );
}
