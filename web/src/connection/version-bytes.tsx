import { countText } from "../text.ts";
import { dotText, hexText, type Mark, markedParts } from "./stream-text.ts";

const ROW_BYTES = 16;

/** One packet's bytes at a place, those marked that the other packet has otherwise. */
export function VersionBytes(props: {
  hex: string;
  against: string;
  position: number;
  length: number;
}) {
  const { position, length } = props;
  const bytes = bytesOf(props.hex);
  const marks = differing(bytes, bytesOf(props.against));
  const rows = Array.from({ length: Math.ceil(bytes.length / ROW_BYTES) }, (_, n) => n * ROW_BYTES);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of bytes is no form
    <div
      role="group"
      aria-label={`${length} bytes from ${position}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a long range scrolls, also by keys
      tabIndex={0}
      className="mono max-h-60 overflow-auto whitespace-pre"
    >
      {rows.map((from) => {
        const parts = markedParts(from, Math.min(bytes.length, from + ROW_BYTES), marks);
        const missing = ROW_BYTES - Math.min(ROW_BYTES, bytes.length - from);
        const show = (toText: (part: Uint8Array) => string) =>
          parts.map(({ from: at, to, isMarked }) => (
            <Part key={at} isMarked={isMarked} text={toText(bytes.subarray(at, to))} />
          ));
        return (
          <div key={from}>
            <span className="text-muted">{countText(position + from).padStart(9)} </span>
            {show(hexText)}
            {"   ".repeat(missing)}
            {"  "}
            {show(dotText)}
          </div>
        );
      })}
      {bytes.length < length && (
        <p className="text-muted">… {countText(length - bytes.length)} bytes more</p>
      )}
    </div>
  );
}

function Part({ isMarked, text }: { isMarked: boolean; text: string }) {
  if (!isMarked) return <span>{text}</span>;
  return <mark className="bg-amber-wash font-semibold text-amber underline">{text}</mark>;
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (two) => Number.parseInt(two, 16));
}

/** Stretches in which the two differ. */
function differing(bytes: Uint8Array, other: Uint8Array): Mark[] {
  const marks: Mark[] = [];
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === other[at]) continue;
    const last = marks.at(-1);
    if (last?.to === at) marks[marks.length - 1] = { from: last.from, to: at + 1 };
    else marks.push({ from: at, to: at + 1 });
  }
  return marks;
}
