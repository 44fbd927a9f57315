import { type ReactNode, useEffect, useState } from "react";
import type { Output } from "../client.ts";
import { useImports } from "../imports.tsx";
import { Link } from "../parts/link.tsx";
import { sentence } from "../parts/states.tsx";
import { useMay } from "../people/me.ts";
import { agoText, amountText, timeText, timeTitle, wireText } from "../text.ts";

type Status = Output<"status">;
type Tone = "plain" | "good" | "warn" | "bad";

const TONES: Record<Tone, string> = {
  plain: "text-muted",
  good: "text-green",
  warn: "text-amber",
  bad: "font-semibold text-red",
};

/** What is held and in what state it is: on every page, and it never goes away. */
export function EvidenceStrip(props: {
  status: Status | undefined;
  error: unknown;
  /** Why nothing was asked: it is not within one's authority. */
  why?: string;
}) {
  const { status, error, why } = props;
  const nowMs = useNow();
  return (
    <section
      aria-label="State of the evidence"
      className="flex min-h-8 flex-wrap items-center gap-x-4 gap-y-0.5 border-b border-line bg-panel px-3 py-1 text-sm"
    >
      {why !== undefined && <span className="text-muted">{sentence(why)}</span>}
      {why === undefined && status !== undefined && error === null && (
        <Facts status={status} nowMs={nowMs} />
      )}
      {error !== null && <span className={TONES.bad}>{sentence((error as Error).message)}</span>}
      {why === undefined && status === undefined && error === null && (
        <span className="text-muted">Asking what is recorded…</span>
      )}
      <Running />
    </section>
  );
}

function Facts({ status, nowMs }: { status: Status; nowMs: number }) {
  const { first_ns: first, last_ns: last } = status;
  return (
    <>
      {first === null || last === null ? (
        <Fact name="recorded" tone="plain">
          nothing recorded yet
        </Fact>
      ) : (
        <Fact name="recorded" tone="plain" title={`${timeTitle(first)}\nto\n${timeTitle(last)}`}>
          recorded <span className="mono text-ink">{timeText(first, 0)}</span> –{" "}
          <span className="mono text-ink">{timeText(last, 0)}</span> UTC
        </Fact>
      )}
      <Fact name="gaps" tone={status.gaps > 0 ? "warn" : "plain"}>
        {amountText(status.gaps, "gap")}
      </Fact>
      <Lost lost={status.lost} isEmpty={status.captures === 0} />
      <Fact name="kept" tone="plain" title="whole packets are kept, not headers only">
        {status.keep === "full" ? "full packets" : wireText(status.keep)}
      </Fact>
      <Verified status={status} nowMs={nowMs} />
      <Fact
        name="key"
        tone={status.key === "on this disk" ? "warn" : "plain"}
        title={
          status.key === "on this disk"
            ? "the key that opens the vault lies on the disk that it protects"
            : "the key is locked with a passphrase"
        }
      >
        {status.key === "on this disk" ? "key on this disk" : "key under passphrase"}
      </Fact>
    </>
  );
}

function Lost({ lost, isEmpty }: { lost: number | null; isEmpty: boolean }) {
  if (isEmpty) return null;
  if (lost === null) {
    return (
      <Fact name="lost" tone="plain" title="the captures do not say how many packets were lost">
        lost: not stated
      </Fact>
    );
  }
  return (
    <Fact name="lost" tone={lost > 0 ? "bad" : "plain"}>
      {lost === 0 ? "no packets lost" : `${amountText(lost, "packet")} lost`}
    </Fact>
  );
}

function Verified({ status, nowMs }: { status: Status; nowMs: number }) {
  const { verified_at: at, verified_ok: isGood } = status;
  const text = at === null ? "never verified" : `verified ${agoText(at, nowMs)}`;
  const tone = at === null ? "warn" : isGood ? "good" : "bad";
  const may = useMay();
  const said = at !== null && !isGood ? `NOT as sealed, ${agoText(at, nowMs)}` : text;
  return (
    <Fact name="verified" tone={tone} {...(at !== null && { title: at })}>
      {may("ledger") ? (
        <Link to="/ledger" className="underline underline-offset-2">
          {said}
        </Link>
      ) : (
        said
      )}
    </Fact>
  );
}

function Fact(props: { name: string; tone: Tone; title?: string; children: ReactNode }) {
  return (
    <span data-fact={props.name} title={props.title} className={TONES[props.tone]}>
      {props.children}
    </span>
  );
}

/** An import goes on while pages change; here is how far it is. */
function Running() {
  const { list } = useImports();
  const one = list.find(({ state }) => state === "running");
  if (one === undefined) return null;
  const share = one.bytes === 0 ? 0 : Math.floor((one.done * 100) / one.bytes);
  return (
    <Link to="/captures" className="ml-auto text-blue underline underline-offset-2">
      importing {wireText(one.name)}, {share} %
    </Link>
  );
}

const TICK_MS = 10_000;

function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
