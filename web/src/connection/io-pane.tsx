import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { choose, useView } from "../address.ts";
import { call, type Output } from "../client.ts";
import { NoteMarks } from "../notes/note-marks.tsx";
import { NoteOnTime } from "../notes/note-on-time.tsx";
import { useNotes } from "../notes/use-notes.ts";
import { Empty, Failed, Loading, Partial } from "../parts/states.tsx";
import { useMay } from "../people/me.ts";
import { NotYourPart } from "../people/not-yours.tsx";
import { rememberedPurpose, usePurpose } from "../purpose.tsx";
import { amountText } from "../text.ts";
import type { Span } from "../wireshark/use-wireshark.tsx";
import { pressed, SCALE } from "./io-keys.ts";
import { drawnOf, type IoAnswer, type IoBin, type IoMeasure, IoPlot } from "./io-plot.tsx";
import { type IoRange, moved, rangeOf, rangeText, rangeWithin, scaled } from "./io-range.ts";
import { sinceText, textOf } from "./io-text.ts";
import { IoFacts, IoToolbar } from "./io-toolbar.tsx";

interface PaneProps {
  readonly shown: Output<"show">;
  readonly caseName: string;
  /** Opens the packets of a part of the time. */
  readonly openSpan: (span: Span) => void;
}

/** Packets and bytes of the connection over time; the packets are read for it, and that is on record. */
export function IoPane(props: PaneProps) {
  const { shown, caseName } = props;
  const [purpose, setPurpose] = useState(() => rememberedPurpose(caseName));
  const ask = usePurpose();
  const may = useMay();
  const { count, places, says } = shown.packets;
  if (!may("packets")) return <NotYourPart what="The packets over time are" />;
  if (places.length === 0) return <Empty why="No packet can be counted yet">{says}</Empty>;
  if (purpose === undefined) {
    return (
      <div className="p-4">
        <button
          type="button"
          className="button button-main"
          onClick={() => void ask(caseName).then(setPurpose)}
        >
          Count {amountText(count, "packet")} over time
        </button>
        <span className="ml-3 text-muted">
          They are read for it, on the server; the read is entered in the ledger.
        </span>
      </div>
    );
  }
  return <OpenIo {...props} purpose={purpose} />;
}

function OpenIo(props: PaneProps & { purpose: string }) {
  const { shown, purpose } = props;
  const { row } = shown;
  const uid = String(row["uid"]);
  const startNs = BigInt(String(row["ts_ns"]));
  const { parameters } = useView();
  const range = rangeOf(parameters.get("io"));
  const client = useQueryClient();
  const answer = useQuery({
    queryKey: ["bins", uid, rangeText(range)],
    queryFn: async ({ signal }) => {
      const at = (ns: number): string => String(startNs + BigInt(ns));
      const part = range === undefined ? {} : { from_ns: at(range.from), to_ns: at(range.to) };
      const bins = await call("connectionBins", { uid, purpose, ...part }, signal);
      void client.invalidateQueries({ queryKey: ["ledger"] });
      return bins;
    },
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
  const { data, error } = answer;
  if (error !== null) return <Failed error={error} again={() => void answer.refetch()} />;
  if (data === undefined) return <Loading what="Recording the read, then counting the packets" />;
  return (
    <div aria-busy={answer.isPlaceholderData} className="aria-busy:opacity-60">
      <Shown {...props} answer={data} range={range} startNs={startNs} />
    </div>
  );
}

interface ShownProps extends PaneProps {
  readonly answer: IoAnswer;
  readonly range: IoRange | undefined;
  readonly startNs: bigint;
}

function Shown({ answer, range, startNs, shown, openSpan }: ShownProps) {
  const wholeNs = Number(BigInt(String(shown.row["duration_ns"] ?? 0)));
  const measure: IoMeasure = useView().parameters.get("io_by") === "packets" ? "packets" : "bytes";
  const [chosenNs, setChosenNs] = useState(0);
  const [pointed, pointAt] = useState<IoBin>();
  const widthNs = Number(answer.width_ns);
  const now = range ?? { from: 0, to: wholeNs };
  const since = (one: IoBin): number => Number(BigInt(one.from_ns) - startNs);
  const firstOf = (one: IoBin): number => Number(BigInt(one.first_ns) - startNs);
  // The moment is kept, so that zooming stays at the same packets.
  const at = answer.bins.findLastIndex((one) => since(one) <= chosenNs);
  const chosen = Math.max(0, at);
  const bin = answer.bins[chosen];
  const go = (to: IoRange | undefined): void => choose("io", rangeText(to));
  const scale = (factor: number): void => {
    const isNear = bin !== undefined && factor < 1;
    const around = isNear ? firstOf(bin) : (now.from + now.to) / 2;
    go(scaled(now, factor, { around, wholeNs }));
  };
  const move = (share: number): void => go(moved(now, share, wholeNs));
  const open = (one: IoBin): void => {
    const fromNs = BigInt(one.from_ns);
    openSpan({ fromNs, toNs: fromNs + BigInt(widthNs) - 1n, number: one.number });
  };
  const binText = (one: IoBin): string => `at ${sinceText(since(one), widthNs)}: ${textOf(one)}`;
  const last = Math.max(0, answer.bins.length - 1);
  const step = (by: number): void => {
    const next = answer.bins[Math.max(0, Math.min(last, chosen + by))];
    if (next !== undefined) setChosenNs(firstOf(next));
  };
  const whole = (): void => go(undefined);
  const keys = { step, move, scale, whole, last, enter: () => bin !== undefined && open(bin) };
  const read = pointed ?? bin;
  const notes = useNotes({ uid: String(shown.row["uid"]) });
  const drawn = drawnOf(answer, startNs);
  const drawnEnd = startNs + BigInt(drawn.from) + BigInt(drawn.span);
  // Of the whole connection the chosen bin is meant, of a part of it that part.
  const isWhole = range === undefined && bin !== undefined;
  const noteTimes = isWhole
    ? { fromNs: BigInt(bin.from_ns), toNs: BigInt(bin.from_ns) + BigInt(widthNs) - 1n }
    : { fromNs: startNs + BigInt(now.from), toNs: startNs + BigInt(now.to) };
  return (
    <section aria-label="Packets over time" className="px-3 py-2">
      <IoToolbar measure={measure} now={now} wholeNs={wholeNs} keys={keys}>
        <NoteOnTime {...noteTimes} uid={String(shown.row["uid"])} />
      </IoToolbar>
      <IoFacts answer={answer} now={now} />
      <IoPlot
        answer={answer}
        measure={measure}
        startNs={startNs}
        chosen={chosen}
        binText={binText}
        pointAt={pointAt}
        open={open}
        narrow={(to) => go(rangeWithin(to, wholeNs))}
        widen={() => scale(SCALE)}
        press={(event) => pressed(event, keys)}
      >
        <NoteMarks notes={notes} fromNs={startNs + BigInt(drawn.from)} toNs={drawnEnd} />
      </IoPlot>
      <p className="min-h-5 text-muted tabular-nums">
        {read === undefined ? "No packet in this time." : binText(read)}
      </p>
      {answer.left_out > 0 && (
        <Partial>
          {amountText(answer.left_out, "packet")} of this time are not drawn: a shorter time shows
          them.
        </Partial>
      )}
    </section>
  );
}
