import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";

const ROW_BYTES = 16;
const ROW_PX = 18;

interface HexProps {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly length: number;
  readonly pick: (offset: number) => void;
}

/** A packet's bytes, of which only those in sight are drawn; the one picked selects its field. */
export function HexView({ bytes, from, length, pick }: HexProps) {
  const view = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(0);
  const rows = useVirtualizer({
    count: Math.ceil(bytes.length / ROW_BYTES),
    getScrollElement: () => view.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls to what is lit, when that changes
  useEffect(() => {
    if (length > 0) rows.scrollToIndex(Math.floor(from / ROW_BYTES));
  }, [from, length, bytes]);
  const go = (to: number): void => {
    const offset = Math.max(0, Math.min(bytes.length - 1, to));
    setCursor(offset);
    pick(offset);
  };
  const press = (event: KeyboardEvent): void => {
    const isInside = cursor >= from && cursor < from + length;
    const at = isInside ? cursor : from;
    const to = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      ArrowDown: at + ROW_BYTES,
      ArrowUp: at - ROW_BYTES,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of bytes is no form
    <div
      ref={view}
      role="group"
      aria-label={`Bytes of the packet; ${length} lit from byte ${from}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys walk over the bytes
      tabIndex={0}
      onKeyDown={press}
      onClick={({ target }) => {
        const offset = (target as HTMLElement).dataset["offset"];
        if (offset !== undefined) go(Number(offset));
      }}
      className="mono h-96 overflow-auto px-2 py-1 whitespace-pre outline-offset-[-2px]"
    >
      <div className="relative w-max min-w-full" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => (
          <HexRow
            key={index}
            top={start}
            start={index * ROW_BYTES}
            bytes={bytes.subarray(index * ROW_BYTES, (index + 1) * ROW_BYTES)}
            isLit={(offset) => offset >= from && offset < from + length}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  readonly top: number;
  readonly start: number;
  readonly bytes: Uint8Array;
  readonly isLit: (offset: number) => boolean;
}

function HexRow({ top, start, bytes, isLit }: RowProps) {
  const cells = [...bytes];
  const missing = ROW_BYTES - cells.length;
  const mark = (offset: number) =>
    isLit(offset) ? { "data-lit": "", className: "bg-blue text-on-blue" } : {};
  return (
    <div
      className="absolute left-0 flex"
      style={{ height: ROW_PX, lineHeight: `${ROW_PX}px`, transform: `translateY(${top}px)` }}
    >
      <span className="text-muted">{start.toString(16).padStart(4, "0")} </span>
      {cells.map((byte, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a byte is its place
        <span key={n} data-offset={start + n} {...mark(start + n)}>
          {` ${byte.toString(16).padStart(2, "0")}`}
        </span>
      ))}
      <span>
        {"   ".repeat(missing)}
        {"  "}
      </span>
      {cells.map((byte, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a byte is its place
        <span key={n} data-offset={start + n} {...mark(start + n)}>
          {byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "."}
        </span>
      ))}
    </div>
  );
}
