import type { ReactNode } from "react";
import { sizeText } from "../../../src/core/base/index.ts";
import { choose } from "../address.ts";
import { amountText, countText, shortTimeText, spanText } from "../text.ts";
import { type IoKeys, SCALE } from "./io-keys.ts";
import type { IoAnswer, IoMeasure } from "./io-plot.tsx";
import type { IoRange } from "./io-range.ts";

/** What the bars count, and how much of the time is seen. */
export function IoToolbar(props: {
  measure: IoMeasure;
  now: IoRange;
  wholeNs: number;
  keys: IoKeys;
  children: ReactNode;
}) {
  const { measure, now, wholeNs, keys } = props;
  const [isFirst, isLast] = [now.from <= 0, now.to >= wholeNs];
  return (
    <div className="flex flex-wrap items-center gap-2">
      <fieldset className="mr-2 flex items-center gap-3">
        <legend className="sr-only">What the bars of the connection count</legend>
        {(["bytes", "packets"] as const).map((one) => (
          <label key={one} className="flex items-center gap-1">
            <input
              type="radio"
              name="io-measure"
              checked={measure === one}
              onChange={() => choose("io_by", one === "bytes" ? "" : one)}
            />
            {one}
          </label>
        ))}
      </fieldset>
      <Step name="Zoom in" isOff={false} go={() => keys.scale(1 / SCALE)} />
      <Step name="Zoom out" isOff={isFirst && isLast} go={() => keys.scale(SCALE)} />
      <Step name="Whole" isOff={isFirst && isLast} go={keys.whole} />
      <Step name="Earlier" isOff={isFirst} go={() => keys.move(-0.5)} />
      <Step name="Later" isOff={isLast} go={() => keys.move(0.5)} />
      {props.children}
      <span className="text-muted">
        click a bar for its packets, drag to zoom, double-click to widen
      </span>
    </div>
  );
}

function Step({ name, isOff, go }: { name: string; isOff: boolean; go: () => void }) {
  return (
    <button type="button" className="button" disabled={isOff} onClick={go}>
      {name}
    </button>
  );
}

/** What the colours are, and what both ends sent in this time. */
export function IoFacts({ answer, now }: { answer: IoAnswer; now: IoRange }) {
  const { orig, resp, seq } = answer;
  const again = orig.again + resp.again;
  const closed = orig.closed + resp.closed;
  const sum = ({ packets, bytes }: typeof orig): string =>
    `${amountText(packets, "packet")}, ${sizeText(bytes)}`;
  return (
    <p className="flex flex-wrap gap-x-4 pt-2 text-muted">
      <span>
        <Key colour="bg-[var(--bars)]" /> client sent, up: {sum(orig)}
      </span>
      <span>
        <Key colour="bg-[var(--stack-2)]" /> server sent, down: {sum(resp)}
      </span>
      {again > 0 && (
        <span>
          <Key colour="rounded-full bg-amber" /> {countText(again)} again or late
        </span>
      )}
      {closed > 0 && (
        <span>
          <Key colour="bg-red" /> {amountText(closed, "closed window")}
        </span>
      )}
      <span>
        bins of {shortTimeText(Number(answer.width_ns) / 1e9)}
        {now.to > now.from && ` over ${spanText((now.to - now.from) / 1e9)}`}
      </span>
      <span className="text-green">read recorded as entry {seq}</span>
    </p>
  );
}

function Key({ colour }: { colour: string }) {
  return <span aria-hidden className={`mr-0.5 inline-block size-2.5 ${colour}`} />;
}
