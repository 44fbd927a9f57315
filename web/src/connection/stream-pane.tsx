import { useState } from "react";
import { choose } from "../address.ts";
import type { Output } from "../client.ts";
import { Empty, sentence } from "../parts/states.tsx";
import { useMay } from "../people/me.ts";
import { NotYourPart } from "../people/not-yours.tsx";
import { rememberedPurpose, usePurpose } from "../purpose.tsx";
import { type Policy, StreamBytes } from "./stream-bytes.tsx";
import { StreamDifferences } from "./stream-differences.tsx";

const POLICIES: readonly Policy[] = ["first", "last", "bsd", "linux", "windows", "solaris"];
const VIEWS = ["text", "hex", "differences"] as const;
type StreamView = (typeof VIEWS)[number];

const VIEW_NAMES: Readonly<Record<StreamView, string>> = {
  text: "as text",
  hex: "as hex",
  differences: "where policies disagree",
};

interface StreamPaneProps {
  readonly shown: Output<"show">;
  readonly caseName: string;
  readonly parameters: URLSearchParams;
  readonly point: (number: number, offset: number) => void;
}

/** What the two ends said to each other, as a host of the chosen kind would have read it. */
export function StreamPane({ shown, caseName, parameters, point }: StreamPaneProps) {
  const [purpose, setPurpose] = useState(() => rememberedPurpose(caseName));
  const ask = usePurpose();
  const may = useMay();
  const uid = String(shown.row["uid"]);
  const policy = POLICIES.find((one) => one === parameters.get("policy")) ?? "first";
  const view = VIEWS.find((one) => one === parameters.get("view")) ?? "text";
  const open = async (): Promise<void> => setPurpose(await ask(caseName));
  if (!may("packets")) return <NotYourPart what="The stream is" />;
  if (shown.packets.places.length === 0) {
    const { state, says } = shown.packets;
    const when = state === "available" ? "yet" : "any more";
    return <Empty why={`No stream can be read ${when}`}>{sentence(says)}</Empty>;
  }
  if (purpose === undefined) {
    return (
      <div className="p-4">
        <button type="button" className="button button-main" onClick={() => void open()}>
          Read the stream
        </button>
        <span className="ml-3 text-muted">
          You are asked why once per case and session; the read is entered in the ledger.
        </span>
      </div>
    );
  }
  return (
    <>
      <Choices view={view} policy={policy} />
      {view === "differences" ? (
        <StreamDifferences uid={uid} purpose={purpose} point={point} />
      ) : (
        <StreamBytes
          key={policy}
          uid={uid}
          purpose={purpose}
          policy={policy}
          as={view}
          point={point}
          showDifferences={() => choose("view", "differences")}
        />
      )}
    </>
  );
}

function Choices({ view, policy }: { view: StreamView; policy: Policy }) {
  return (
    <div className="flex flex-wrap items-center gap-x-5 gap-y-1 px-3 py-2">
      <fieldset className="flex items-center gap-3">
        <legend className="sr-only">How the stream is shown</legend>
        {VIEWS.map((one) => (
          <label key={one} className="flex items-center gap-1">
            <input
              type="radio"
              name="stream-view"
              checked={view === one}
              onChange={() => choose("view", one)}
            />
            {VIEW_NAMES[one]}
          </label>
        ))}
      </fieldset>
      {view !== "differences" && (
        <label className="flex items-center gap-2">
          Where packets overlap, read as
          <select
            className="field"
            value={policy}
            onChange={({ target }) => choose("policy", target.value)}
          >
            {POLICIES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}
