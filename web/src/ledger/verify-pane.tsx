import { useQueryClient } from "@tanstack/react-query";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { sizeText } from "../../../src/core/base/index.ts";
import { lines, type Output } from "../client.ts";
import { ProgressLine } from "../parts/progress-line.tsx";
import { Failed, sentence } from "../parts/states.tsx";
import { countText, wireText } from "../text.ts";

type Event = Output<"verify">;
type Finding = Extract<Event, { type: "finding" }>;
type Result = Extract<Event, { type: "result" }>;

interface Check {
  readonly isRunning: boolean;
  readonly progress?: Extract<Event, { type: "progress" }>;
  readonly findings: readonly Finding[];
  readonly result?: Result;
  readonly error?: unknown;
}

/** Checks ledger and vault against each other now, and says what was found. */
export function VerifyPane() {
  const [isQuick, setQuick] = useState(false);
  const [check, setCheck] = useState<Check>();
  const abort = useRef<AbortController>(undefined);
  const client = useQueryClient();
  useEffect(() => () => abort.current?.abort(), []);
  const run = async (): Promise<void> => {
    const controller = new AbortController();
    abort.current = controller;
    let now: Check = { isRunning: true, findings: [] };
    const show = (change: Partial<Check>): void => {
      now = { ...now, ...change };
      if (abort.current === controller) setCheck(now);
    };
    show({});
    try {
      for await (const event of lines("verify", { quick: isQuick }, controller.signal)) {
        if (event.type === "progress") show({ progress: event });
        else if (event.type === "finding") show({ findings: [...now.findings, event] });
        else show({ result: event });
      }
    } catch (error) {
      if (!controller.signal.aborted) show({ error });
    }
    show({ isRunning: false });
    await client.invalidateQueries({ queryKey: ["status"] });
  };
  return (
    <section aria-labelledby="verify" className="pane px-3 py-2">
      <div className="flex flex-wrap items-center gap-3">
        <h2 id="verify" className="heading">
          Is everything as it was sealed?
        </h2>
        <fieldset className="flex grow items-center gap-3">
          <legend className="sr-only">How thoroughly</legend>
          <label className="flex items-center gap-1">
            <input type="radio" checked={!isQuick} onChange={() => setQuick(false)} />
            with decryption
          </label>
          <label className="flex items-center gap-1">
            <input type="radio" checked={isQuick} onChange={() => setQuick(true)} />
            quick
          </label>
        </fieldset>
        {check?.isRunning ? (
          <button type="button" className="button" onClick={() => abort.current?.abort()}>
            Cancel
          </button>
        ) : (
          <button type="button" className="button button-main" onClick={() => void run()}>
            Verify now
          </button>
        )}
      </div>
      <p className="mt-1 text-muted">
        {isQuick
          ? "Every entry, and the digests of what lies encrypted in the vault; nothing is opened."
          : "Every entry, and every byte of the vault: decrypted, it must give the exhibit's own digest."}
      </p>
      {check !== undefined && <Outcome check={check} />}
    </section>
  );
}

function Outcome({ check }: { check: Check }) {
  const { isRunning, progress, findings, result, error } = check;
  return (
    <div className="mt-2 flex flex-col gap-2">
      {isRunning && (
        <ProgressLine
          label={
            progress === undefined ? "Checking the ledger" : sentence(progress.what).slice(0, -1)
          }
          done={progress?.done ?? 0}
          total={progress?.total ?? null}
          perSecond={progress?.per_second ?? 0}
          secondsLeft={progress?.seconds_left ?? null}
        />
      )}
      {error !== undefined && <Failed error={error} />}
      {!isRunning && result === undefined && error === undefined && (
        <p role="status">Cancelled: nothing is said about what was not checked.</p>
      )}
      {result !== undefined && <Verdict result={result} />}
      {findings.length > 0 && (
        <ul aria-label="Findings" className="max-h-40 overflow-auto">
          {findings.map((one) => (
            <li
              key={`${one.where} ${one.message}`}
              className={one.level === "bad" ? "text-red" : "text-muted"}
            >
              <span className="mono">{wireText(one.where)}</span>: {wireText(one.message)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Verdict({ result }: { result: Result }) {
  const { ok, entries, segments, bytes, decrypted, root, seconds } = result;
  const Icon = ok ? ShieldCheck : ShieldAlert;
  return (
    <div role="status" className={`flex items-start gap-2 ${ok ? "text-green" : "text-red"}`}>
      <Icon aria-hidden size={18} className="shrink-0" />
      <p>
        <strong>
          {ok ? "Everything is as it was sealed." : "Something is NOT as it was sealed."}
        </strong>{" "}
        <span className="text-ink">
          {countText(entries)} entries, {countText(segments)}{" "}
          {segments === 1 ? "segment" : "segments"}, {sizeText(bytes)}{" "}
          {decrypted ? "decrypted and checked" : "checked without decryption"} in{" "}
          {seconds.toFixed(1)} s; root <span className="mono break-all">{wireText(root)}</span>
        </span>
      </p>
    </div>
  );
}
