import type { ReactNode } from "react";
import type { Output } from "../client.ts";
import { countText, endpointText, shortTimeText } from "../text.ts";
import type { PathPacket } from "./packet-info.ts";
import { PathPlot } from "./path-plot.tsx";

type ConnRow = Output<"show">["row"];

/** One line of the table: what it counts, and its field for each end. */
interface Measure {
  readonly name: string;
  readonly says: string;
  readonly orig: string | undefined;
  readonly resp: string | undefined;
  readonly isTime: boolean;
}

const time = (name: string, says: string, orig: string | undefined, resp: string): Measure => ({
  name,
  says,
  orig,
  resp,
  isTime: true,
});
const count = (name: string, field: string, says: string): Measure => ({
  name,
  says,
  orig: `orig_${field}`,
  resp: `resp_${field}`,
  isTime: false,
});

const MEASURES: readonly Measure[] = [
  time("way there and back", "in the handshake, from the capture point", "ack_rtt", "syn_rtt"),
  time(
    "response time",
    "from the last byte asked to the first answered",
    undefined,
    "response_time",
  ),
  count("retransmissions", "retransmissions", "segments sent again"),
  count("out of order", "out_of_order", "segments that came after younger ones"),
  count("duplicate ACKs", "duplicate_acks", "it kept asking for the same byte"),
  count("zero windows", "zero_windows", "it could take no more"),
];

/** The numbers that tell the network's part in a delay from the two ends' parts. */
export function PathPane(props: {
  row: ConnRow;
  packets: readonly PathPacket[];
  point: (number: number, offset: number) => void;
  /** What the packets say of whose doing it was, where that can be asked. */
  children: ReactNode;
}) {
  const { row, packets, point, children } = props;
  const known = MEASURES.filter(({ orig, resp }) =>
    [orig, resp].some((field) => field !== undefined && isSet(row[field])),
  );
  return (
    <section aria-labelledby="path" className="pane overflow-hidden">
      <h2 id="path" className="heading px-3 pt-2 pb-1">
        Path
      </h2>
      {children}
      <div className="grid xl:grid-cols-[minmax(0,42rem)_minmax(0,1fr)]">
        {known.length === 0 ? (
          <p role="status" className="px-3 pb-2 text-muted">
            Nothing to measure: no handshake, answer or acknowledgement of it was captured.
          </p>
        ) : (
          <PathTable row={row} measures={known} />
        )}
        <PathPlot packets={packets} startNs={String(row["ts_ns"])} point={point} />
      </div>
    </section>
  );
}

function isSet(value: unknown): value is number {
  return typeof value === "number";
}

const HEAD = "border-b border-line px-3 py-1 text-right font-normal text-muted";

function PathTable({ row, measures }: { row: ConnRow; measures: readonly Measure[] }) {
  const end = (side: string): string => endpointText(row[`id.${side}_h`], row[`id.${side}_p`]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keys
    <section className="overflow-x-auto pb-2" aria-label="Table of the path's numbers" tabIndex={0}>
      <table className="w-full border-collapse">
        <thead>
          <tr>
            <th className={`${HEAD} text-left!`}>
              <span className="sr-only">measure</span>
            </th>
            <th className={`${HEAD} mono`}>{end("orig")}</th>
            <th className={`${HEAD} mono`}>{end("resp")}</th>
          </tr>
        </thead>
        <tbody>
          {measures.map((measure) => (
            <tr key={measure.name} className="border-b border-line/60 last:border-0">
              <th scope="row" className="px-3 py-1 text-left font-normal">
                {measure.name}
                <span className="ml-2 text-xs text-muted">{measure.says}</span>
              </th>
              <Value value={measure.orig && row[measure.orig]} isTime={measure.isTime} />
              <Value value={measure.resp && row[measure.resp]} isTime={measure.isTime} />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Value({ value, isTime }: { value: unknown; isTime: boolean }) {
  const text = isSet(value) ? (isTime ? shortTimeText(value) : countText(value)) : "-";
  const isPlain = text === "-" || text === "0";
  return (
    <td
      className={`mono px-3 py-1 text-right whitespace-nowrap ${isPlain ? "text-muted" : "font-semibold"}`}
    >
      {text}
    </td>
  );
}
