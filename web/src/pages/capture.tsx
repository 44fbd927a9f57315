import { sizeText } from "../../../src/core/base/index.ts";
import { BurstsPane } from "../capture/bursts-pane.tsx";
import { WeirdNames } from "../capture/weird-names.tsx";
import { Link } from "../parts/link.tsx";
import { Empty, Failed, Loading, Partial } from "../parts/states.tsx";
import { Stamp, Time } from "../parts/time.tsx";
import { useCaptures } from "../questions.ts";
import { amountText, wireText } from "../text.ts";
import { type Capture, searchOf } from "./capture-table.tsx";

/** One capture: what it is, how full its links were for a moment, and what was weird in it. */
export function CapturePage({ parameters }: { parameters: URLSearchParams }) {
  const id = parameters.get("capture") ?? "";
  const captures = useCaptures();
  const capture = captures.data?.captures.find((one) => one.capture === id);
  if (captures.error !== null) {
    return <Failed error={captures.error} again={() => void captures.refetch()} />;
  }
  if (captures.data === undefined) return <Loading what="Finding the capture" />;
  if (capture === undefined) {
    return (
      <Empty why={`No capture is called “${wireText(id)}”`}>
        <Link to="/captures">All captures</Link>
      </Empty>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <Summary capture={capture} />
      {capture.state === "sealed" ? (
        <>
          <BurstsPane capture={capture} parameters={parameters} />
          <WeirdNames capture={capture} parameters={parameters} />
        </>
      ) : (
        <section className="pane">
          <Empty why={`This capture is ${capture.state}`}>
            Microbursts and weirds are told once it is sealed.
          </Empty>
        </section>
      )}
    </div>
  );
}

function Summary({ capture }: { capture: Capture }) {
  const { bytes, packets, fault, plaintext_sha256: digest } = capture;
  return (
    <section aria-label="Summary" className="pane px-4 py-3">
      <p className="mono text-muted">
        capture {capture.capture} in case {capture.case}
      </p>
      <h1 className="mt-1 text-lg leading-snug font-semibold">{wireText(capture.name)}</h1>
      {capture.purpose !== "" && <p className="text-muted">{wireText(capture.purpose)}</p>}
      <p className="mt-1">
        {amountText(packets, "packet")}
        {bytes !== null && `, ${sizeText(bytes)}`}, recorded <Time ns={capture.first_ns} /> to{" "}
        <Time ns={capture.last_ns} /> UTC, imported <Stamp at={capture.started_at} />
      </p>
      {digest !== null && (
        <p className="text-muted">
          SHA-256 of the file <span className="mono break-all text-ink select-all">{digest}</span>
        </p>
      )}
      {fault !== null && <Partial>{wireText(fault)}</Partial>}
      <p className="mt-1">
        <Link to={searchOf(capture)}>Its connections</Link> ·{" "}
        <Link to="/captures">All captures</Link>
      </p>
    </section>
  );
}
