import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { choose } from "../address.ts";
import { call } from "../client.ts";
import type { Capture } from "../pages/capture-table.tsx";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { rateText } from "../text.ts";
import { BINS, type Bin, binText } from "./burst-bins.ts";
import { BurstPlot } from "./burst-plot.tsx";
import { BurstTable } from "./burst-table.tsx";
import { LinkTable } from "./link-table.tsx";

/** The engine keeps so many of each interface, direction and width. */
const KEPT = 16;

/** The fullest moments of a capture: the peak by width against the link, and who filled it. */
export function BurstsPane(props: { capture: Capture; parameters: URLSearchParams }) {
  const { capture, parameters } = props;
  const linkText = parameters.get("link") ?? "";
  const link = linkBits(linkText);
  const bin = BINS.find((one) => one === parameters.get("bin")) ?? "1ms";
  const answer = useQuery({
    queryKey: ["bursts", capture.capture, link],
    queryFn: ({ signal }) => {
      const asked = { q: capture.capture, limit: KEPT };
      return call("bursts", link === undefined ? asked : { ...asked, link }, signal);
    },
    placeholderData: keepPreviousData,
  });
  const { data } = answer;
  return (
    <section aria-labelledby="bursts" className="pane overflow-hidden">
      <div className="flex flex-wrap items-center gap-x-5 gap-y-1 px-3 py-2">
        <h2 id="bursts" className="heading grow">
          Microbursts
        </h2>
        <LinkField key={linkText} text={linkText} />
        <BinField bin={bin} />
      </div>
      {answer.error !== null && <Failed error={answer.error} again={() => void answer.refetch()} />}
      {answer.isPending && <Loading what="Looking for the fullest moments" />}
      {data?.links.length === 0 && (
        <Empty why="No burst is known of this capture">
          It has no packet, or its index was built before bursts were measured: holdfast reindex
          builds it again.
        </Empty>
      )}
      {data !== undefined && data.links.length > 0 && (
        <>
          <BurstPlot links={data.links} link={link} bin={bin} />
          <LinkTable links={data.links.filter((one) => one.bin === bin)} />
          <h3 className="heading px-3 pt-2 pb-1">Fullest moments {binText(bin)} wide</h3>
          <BurstTable key={bin} bursts={data.bursts.filter((burst) => burst.bin === bin)} />
        </>
      )}
    </section>
  );
}

const SCALES: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** `100m`, `1g`, `2.5G` as bits a second; undefined for what is none. */
function linkBits(text: string): number | undefined {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)$/i.exec(text.trim()) ?? [];
  const bits = Number(number) * SCALES[unit.toLowerCase()]!;
  return bits > 0 && bits <= 1e15 ? bits : undefined;
}

function LinkField({ text }: { text: string }) {
  const [typed, setTyped] = useState(text);
  const says = useId();
  const bits = linkBits(typed);
  const isWrong = typed.trim() !== "" && bits === undefined;
  const commit = (): void => {
    if (!isWrong) choose("link", typed.trim());
  };
  return (
    <form
      className="flex items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        commit();
      }}
    >
      <label className="flex items-center gap-2">
        The link carries
        <input
          className="field mono w-20"
          value={typed}
          placeholder="1g"
          aria-invalid={isWrong}
          aria-describedby={says}
          onChange={({ target }) => setTyped(target.value)}
          onBlur={commit}
        />
      </label>
      <span id={says} className={isWrong ? "text-red" : "text-muted"}>
        {isWrong
          ? "write 100m, 1g or 2.5g"
          : bits === undefined
            ? "not said: bursts have no share of it"
            : rateText(bits)}
      </span>
    </form>
  );
}

function BinField({ bin }: { bin: Bin }) {
  return (
    <label className="flex items-center gap-2">
      Width
      <select className="field" value={bin} onChange={({ target }) => choose("bin", target.value)}>
        {BINS.map((one) => (
          <option key={one} value={one}>
            {binText(one)}
          </option>
        ))}
      </select>
    </label>
  );
}
