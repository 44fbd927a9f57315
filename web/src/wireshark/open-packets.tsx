import { type ReactNode, useEffect, useMemo } from "react";
import { HoldfastError, sizeText } from "../../../src/core/base/index.ts";
import { WIRESHARK_VERSION } from "../../wireshark/contract.ts";
import type { Output } from "../client.ts";
import { OwnPackets, type Pointed } from "../connection/own-packets.tsx";
import { originatorOf, type PathPacket } from "../connection/packet-info.ts";
import { ProgressLine } from "../parts/progress-line.tsx";
import { Empty, Failed, sentence } from "../parts/states.tsx";
import { amountText, countText } from "../text.ts";
import { whyNoWireshark } from "./browser-worker.ts";
import type { CaptureFile } from "./capture-file.ts";
import { DissectorBroke } from "./dissector.ts";
import { CAPTURE_BYTES_MAX, PACKETS_MAX } from "./limits.ts";
import { pathOfCapture } from "./path-of-capture.ts";
import { SpanForm } from "./span-form.tsx";
import { type Span, useCapture, useOpened } from "./use-wireshark.tsx";
import type { Progress } from "./wireshark.ts";
import { WiresharkPane } from "./wireshark-pane.tsx";

interface OpenProps {
  readonly shown: Output<"show">;
  readonly purpose: string;
  readonly pointed: Pointed | undefined;
  /** The part of the time that is asked for; all of it if left out. */
  readonly span: Span | undefined;
  readonly setSpan: (span: Span | undefined) => void;
  /** Told which packets are open, for those who draw them. */
  readonly see: (packets: readonly PathPacket[]) => void;
}

/**
 * The packets of a connection that a purpose was said for: in Wireshark, else in our own decode.
 */
export function OpenPackets(props: OpenProps) {
  const { shown, purpose, pointed, span, setSpan, see } = props;
  // Our own decode has pages of the whole connection: a part of its time is a place in them.
  const first = span?.number;
  const place = useMemo(
    () => (first === undefined ? pointed : { number: first, offset: 0 }),
    [first, pointed],
  );
  const uid = String(shown.row["uid"]);
  const own = (why: string, remedy?: ReactNode) => (
    <OwnPackets
      row={shown.row}
      source={{ kind: "pages", uid, purpose }}
      purpose={purpose}
      pointed={place}
      see={see}
      why={`${OWN_DECODE} ${why}`}
      remedy={remedy}
    />
  );
  const lacking = whyNoWireshark();
  if (lacking !== undefined) return own(`Wireshark cannot run here: ${lacking}.`);
  const { count } = shown.packets;
  if (span === undefined && count > PACKETS_MAX) {
    const why = `Wireshark opens up to ${countText(PACKETS_MAX)} packets at once, and here are ${countText(count)}.`;
    return own(why, <SpanForm row={shown.row} take={setSpan} />);
  }
  return (
    <ReadPackets
      {...props}
      key={`${span?.fromNs} ${span?.toNs}`}
      whole={() => setSpan(undefined)}
      tooLarge={() => {
        const why = `Wireshark opens up to ${sizeText(CAPTURE_BYTES_MAX)} of packets at once, and here is more.`;
        return own(why, <SpanForm row={shown.row} take={setSpan} />);
      }}
    />
  );
}

const OWN_DECODE = "This is Holdfast's own decode, of headers only.";

/** Fetches the packets once, then shows them. */
function ReadPackets(props: OpenProps & { whole: () => void; tooLarge: () => ReactNode }) {
  const { shown, purpose, span } = props;
  const uid = String(shown.row["uid"]);
  const answer = useCapture({ uid, purpose, span });
  const { data, error } = answer;
  if (error instanceof HoldfastError && error.code === "page/too-large") return props.tooLarge();
  if (error !== null) return <Failed error={error} again={() => void answer.refetch()} />;
  if (data === undefined && answer.fetchStatus === "idle") {
    return <Cancelled again={() => void answer.refetch()} />;
  }
  if (data === undefined) {
    const read = answer.bytesRead;
    const what =
      read === 0
        ? "Recording the read, then fetching the packets"
        : `Fetching the packets: ${sizeText(read)}`;
    return <Waiting cancel={answer.cancel}>{what}…</Waiting>;
  }
  return (
    <>
      {span !== undefined && (
        <p className="px-3 pb-2 text-amber">
          {amountText(data.packets.length, "packet")} of the chosen time, numbered from 1.{" "}
          <button type="button" className="link" onClick={props.whole}>
            The whole connection
          </button>
        </p>
      )}
      <InWireshark {...props} capture={data} />
    </>
  );
}

function InWireshark(props: OpenProps & { capture: CaptureFile }) {
  const { shown, purpose, pointed, see, capture } = props;
  const { data, error, progress, cancel, refetch } = useOpened(capture);
  const { row } = shown;
  useEffect(() => see(pathOfCapture(capture, originatorOf(row))), [see, capture, row]);
  if (error !== null) {
    const message = error instanceof Error ? error.message : String(error);
    const isCancelled = error instanceof DissectorBroke && error.why === "stopped";
    return (
      <OwnPackets
        row={row}
        source={{ kind: "capture", capture }}
        purpose={purpose}
        pointed={pointed}
        see={see}
        why={
          <>
            {OWN_DECODE}{" "}
            {isCancelled
              ? "Loading Wireshark was cancelled."
              : sentence(message || "Wireshark failed")}{" "}
            <button type="button" className="link" onClick={() => void refetch()}>
              Try Wireshark again
            </button>
          </>
        }
      />
    );
  }
  if (data === undefined) return <Opening progress={progress} cancel={cancel} />;
  return (
    <WiresharkPane
      capture={capture}
      opened={data}
      row={row}
      purpose={purpose}
      pointed={pointed}
      segment={shown.packets.places[0]?.segment}
    />
  );
}

function Opening({ progress, cancel }: { progress: Progress; cancel: () => void }) {
  if (progress.step !== "fetching") {
    const what =
      progress.step === "starting"
        ? `Starting Wireshark ${WIRESHARK_VERSION}`
        : "Wireshark reads the packets";
    return <Waiting cancel={cancel}>{what}…</Waiting>;
  }
  const { bytes, total } = progress;
  return (
    <Waiting cancel={cancel}>
      <ProgressLine
        label={`Loading Wireshark ${WIRESHARK_VERSION} (${sizeText(total)}, once)`}
        done={bytes}
        total={total}
        perSecond={0}
        secondsLeft={null}
      />
    </Waiting>
  );
}

function Waiting({ children, cancel }: { children: ReactNode; cancel: () => void }) {
  return (
    <div role="status" className="flex items-center gap-3 p-4 text-muted">
      {children}
      <button type="button" className="button" onClick={cancel}>
        Cancel
      </button>
    </div>
  );
}

function Cancelled({ again }: { again: () => void }) {
  return (
    <Empty why="Opening the packets was cancelled">
      <button type="button" className="button mt-1" onClick={again}>
        Open them again
      </button>
    </Empty>
  );
}
