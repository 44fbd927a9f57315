import { sizeText } from "../../../src/core/base/index.ts";
import { addressTo, searchAddress } from "../address.ts";
import type { Output } from "../client.ts";
import { Link } from "../parts/link.tsx";
import { Stamp, Time } from "../parts/time.tsx";
import { countText, stampOfNs, wireText } from "../text.ts";

export type Capture = Output<"captures">["captures"][number];

const STATES: Record<Capture["state"], { readonly text: string; readonly tone: string }> = {
  running: { text: "importing", tone: "text-blue" },
  sealed: { text: "sealed", tone: "" },
  failed: { text: "failed", tone: "text-red" },
  unfinished: { text: "unfinished", tone: "text-amber" },
};

const HEAD = "border-b border-line px-3 py-1 text-left font-normal text-muted whitespace-nowrap";
const CELL = "border-b border-line px-3 py-1 align-top";

/** Captures with their state, size and digest. */
export function CaptureTable({ list, label }: { list: readonly Capture[]; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keys
    <section className="overflow-x-auto" aria-label={label} tabIndex={0}>
      <table className="w-full border-collapse">
        <thead>
          <tr>
            <th className={HEAD}>Capture</th>
            <th className={HEAD}>State</th>
            <th className={HEAD}>Case</th>
            <th className={`${HEAD} text-right`}>Bytes</th>
            <th className={`${HEAD} text-right`}>Packets</th>
            <th className={HEAD}>Recorded, UTC</th>
            <th className={HEAD}>SHA-256 of the file</th>
            <th className={HEAD}>Imported, UTC</th>
          </tr>
        </thead>
        <tbody>
          {list.map((capture) => (
            <CaptureRow key={capture.capture} capture={capture} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function CaptureRow({ capture }: { capture: Capture }) {
  const { state, bytes, fault, plaintext_sha256: digest } = capture;
  const { text, tone } = STATES[state];
  return (
    <tr>
      <td className={`${CELL} mono min-w-44 max-w-72 break-words`}>
        {state === "sealed" ? (
          <Link to={addressTo("/captures", { capture: capture.capture })}>
            {wireText(capture.name)}
          </Link>
        ) : (
          wireText(capture.name)
        )}
        {capture.purpose !== "" && (
          <p className="font-sans text-muted">{wireText(capture.purpose)}</p>
        )}
      </td>
      <td className={CELL}>
        <span className={tone}>{text}</span>
        {fault !== null && (
          <p className={`max-w-80 ${state === "failed" ? "text-red" : "text-amber"}`}>
            {wireText(fault)}
          </p>
        )}
      </td>
      <td className={`${CELL} mono`}>{capture.case}</td>
      <td
        className={`${CELL} mono text-right whitespace-nowrap`}
        title={bytes === null ? "" : sizeText(bytes)}
      >
        {bytes === null ? "-" : countText(bytes)}
      </td>
      <td className={`${CELL} mono text-right`}>{countText(capture.packets)}</td>
      <td className={`${CELL} whitespace-nowrap`}>
        <Time ns={capture.first_ns} digits={0} />
        <br />
        <Time ns={capture.last_ns} digits={0} />
      </td>
      <td className={`${CELL} mono`}>
        {digest === null ? (
          "-"
        ) : (
          <span title={digest} className="inline-block max-w-36 truncate select-all">
            {digest}
          </span>
        )}
      </td>
      <td className={CELL}>
        <Stamp at={capture.started_at} bare />
      </td>
    </tr>
  );
}

/** A capture is searched by its case and its time. */
export function searchOf({ case: name, first_ns: first, last_ns: last }: Capture): string {
  if (first === null || last === null) return searchAddress({ case: name });
  const to = stampOfNs(BigInt(last) + 1_000_000n);
  return searchAddress({ case: name, from: stampOfNs(BigInt(first)), to });
}
