import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { call, type Output } from "../client.ts";
import { Empty, Failed, Loading, Partial } from "../parts/states.tsx";
import { Time } from "../parts/time.tsx";
import { amountText, countText } from "../text.ts";
import { PolicyTable } from "./policy-table.tsx";
import { PacketLink } from "./stream-rows.tsx";
import { VersionBytes } from "./version-bytes.tsx";

type Answer = Output<"streamDiff">;
type Difference = Answer["differences"][number];
type Point = (number: number, offset: number) => void;

/** A guess until a row is drawn and measured. */
const ROW_PX = 150;

/** Where two packets disagree: both byte ranges side by side, and which host takes which. */
export function StreamDifferences(props: { uid: string; purpose: string; point: Point }) {
  const { uid, purpose, point } = props;
  const answer = useQuery({
    queryKey: ["stream-differences", uid],
    queryFn: ({ signal }) => call("streamDiff", { uid, purpose }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (answer.error !== null) {
    return <Failed error={answer.error} again={() => void answer.refetch()} />;
  }
  if (answer.data === undefined) {
    return (
      <Loading what="Recording the read, then reading the packets as six kinds of host would" />
    );
  }
  const { total, differences, results, seq } = answer.data;
  return (
    <>
      <p className="flex gap-3 px-3 pb-2">
        {total > 0 && <span>Packets disagree in {amountText(total, "place")}</span>}
        <span role="status" className="text-green">
          read recorded as entry {seq}
        </span>
      </p>
      <PolicyTable results={results} />
      {total === 0 ? (
        <Empty why="No two packets disagree">
          Whatever was sent twice was the same both times: every kind of host read the same bytes.
        </Empty>
      ) : (
        <DifferenceList differences={differences} point={point} />
      )}
      {total > differences.length && (
        <Partial>
          The first {countText(differences.length)} of {countText(total)} places.
        </Partial>
      )}
    </>
  );
}

function DifferenceList(props: { differences: readonly Difference[]; point: Point }) {
  const { differences, point } = props;
  const scroller = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: differences.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 4,
  });
  return (
    <section
      ref={scroller}
      aria-label="Places where packets disagree"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a long list scrolls, also by keys
      tabIndex={0}
      className="max-h-[34rem] overflow-auto border-t border-line outline-offset-[-2px]"
    >
      <ol className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => (
          <li
            key={index}
            data-index={index}
            ref={virtual.measureElement}
            aria-setsize={differences.length}
            aria-posinset={index + 1}
            className="absolute inset-x-0 border-b border-line px-3 py-2"
            style={{ transform: `translateY(${start}px)` }}
          >
            <Place difference={differences[index]!} point={point} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Place({ difference, point }: { difference: Difference; point: Point }) {
  const { side, position, length, versions } = difference;
  return (
    <>
      <h3 className="heading">
        {side === "orig" ? "→ sent" : "← got"}, byte {countText(position)},{" "}
        {amountText(length, "byte")}
      </h3>
      <div className="mt-1 grid gap-3 lg:grid-cols-2">
        {versions.map((version, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a version is its place
          <div key={n} className="min-w-0 rounded border border-line p-2">
            <p className="flex flex-wrap items-baseline gap-x-3">
              {version.packet === null ? (
                <span className="text-muted">parts of several packets</span>
              ) : (
                <>
                  <PacketLink number={version.packet.number} point={point} />
                  <Time ns={version.packet.ts_ns} />
                </>
              )}
            </p>
            <p className="mb-1">
              {version.policies.length === 0 ? (
                <span className="text-muted">taken by nobody</span>
              ) : (
                <>
                  <span className="text-muted">taken by</span> {version.policies.join(", ")}
                </>
              )}
            </p>
            <VersionBytes
              hex={version.hex}
              against={versions[n === 0 ? 1 : 0]?.hex ?? ""}
              position={position}
              length={length}
            />
          </div>
        ))}
      </div>
    </>
  );
}
