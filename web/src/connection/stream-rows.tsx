import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { countText } from "../text.ts";
import {
  bytesText,
  dotText,
  hexText,
  type Mark,
  markedParts,
  packetAt,
  type Remark,
  type Run,
  type StreamRow,
} from "./stream-text.ts";

const ROW_PX = 20;
const HEX_CHARACTERS = 48;

interface RowsProps {
  readonly rows: readonly StreamRow[];
  readonly marks: Readonly<Record<"orig" | "resp", readonly Mark[]>>;
  readonly point: (number: number, offset: number) => void;
  readonly showDifferences: () => void;
}

/** A stream's rows; only those in sight are drawn. */
export function StreamRows({ rows, marks, point, showDifferences }: RowsProps) {
  const scroller = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 20,
  });
  return (
    <section
      ref={scroller}
      aria-label="The stream, both directions in order"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: long text scrolls, also by keys
      tabIndex={0}
      className="mono max-h-[34rem] overflow-auto border-t border-line outline-offset-[-2px]"
    >
      <ol className="relative w-max min-w-full" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index]!;
          return (
            <li
              key={index}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              className={`absolute left-0 flex min-w-full whitespace-pre ${row.piece.side === "resp" ? "bg-raised/60" : ""}`}
              style={{ height: ROW_PX, transform: `translateY(${start}px)`, lineHeight: "20px" }}
            >
              <Direction side={row.piece.side} />
              {row.piece.kind === "run" ? (
                <Bytes
                  run={row.piece}
                  row={row}
                  before={rows[index - 1]}
                  marks={marks[row.piece.side]}
                  point={point}
                />
              ) : (
                <RemarkLine remark={row.piece} point={point} showDifferences={showDifferences} />
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Direction({ side }: { side: "orig" | "resp" }) {
  return (
    <span className="w-7 shrink-0 pl-2 text-muted">
      <span aria-hidden>{side === "orig" ? "→" : "←"}</span>
      <span className="sr-only">{side === "orig" ? "sent " : "got "}</span>
    </span>
  );
}

/** One row's place, its packet where that changes, and the bytes, marked where packets disagree. */
function Bytes(props: {
  run: Run;
  row: StreamRow;
  before: StreamRow | undefined;
  marks: readonly Mark[];
  point: RowsProps["point"];
}) {
  const { run, row, before, marks, point } = props;
  const position = run.position + row.from;
  const number = packetAt(run, position);
  const isSame = before?.piece === run && packetAt(run, run.position + before.from) === number;
  const parts = markedParts(position, run.position + row.to, marks).map(
    ({ isMarked, ...part }) => ({
      at: part.from,
      isMarked,
      bytes: run.bytes.subarray(part.from - run.position, part.to - run.position),
    }),
  );
  const width = (row.to - row.from) * 3;
  return (
    <>
      <span className="w-20 shrink-0 text-right text-muted">{countText(position)}</span>
      <span className="w-24 shrink-0 pl-3">
        {!isSame && number > 0 && <PacketLink number={number} point={point} />}
      </span>
      {parts.map(({ at, isMarked, bytes }) => (
        <Marked
          key={at}
          isMarked={isMarked}
          text={row.isText ? bytesText(bytes) : hexText(bytes)}
        />
      ))}
      {!row.isText && (
        <>
          <span>{" ".repeat(HEX_CHARACTERS - width + 2)}</span>
          {parts.map(({ at, isMarked, bytes }) => (
            <Marked key={at} isMarked={isMarked} text={dotText(bytes)} />
          ))}
        </>
      )}
      <span className="w-4" />
    </>
  );
}

export function PacketLink({ number, point }: { number: number; point: RowsProps["point"] }) {
  return (
    <button
      type="button"
      className="link whitespace-nowrap"
      aria-label={`To packet ${number}`}
      onClick={() => point(number, 0)}
    >
      packet {number}
    </button>
  );
}

function Marked({ isMarked, text }: { isMarked: boolean; text: string }) {
  if (!isMarked) return <span>{text}</span>;
  return <mark className="bg-amber-wash font-semibold text-amber underline">{text}</mark>;
}

function RemarkLine(props: {
  remark: Remark;
  point: RowsProps["point"];
  showDifferences: () => void;
}) {
  const { remark, point, showDifferences } = props;
  return (
    <span className="flex grow gap-3 bg-amber-wash text-amber">
      <span className="w-20 shrink-0 text-right">{countText(remark.position)}</span>
      <span>{remark.text}</span>
      {remark.packets.map((number) => (
        <PacketLink key={number} number={number} point={point} />
      ))}
      {remark.kind === "conflict" && (
        <button type="button" className="link" onClick={showDifferences}>
          side by side
        </button>
      )}
    </span>
  );
}
