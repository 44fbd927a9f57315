import { useQuery } from "@tanstack/react-query";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { searchAddress } from "../address.ts";
import { call } from "../client.ts";
import { ObjectFacts, objectSizeText } from "../objects/object-facts.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { Link } from "../parts/link.tsx";
import { Failed } from "../parts/states.tsx";
import type { Row } from "../search/columns.ts";
import { countText, valueText } from "../text.ts";

const OBJECTS_SHOWN = 20;
const DIGITS_SHOWN = 12;

/** What other readings of the same bytes are. */
const READINGS: Readonly<Record<string, string>> = {
  packed: "the body as it travelled, packed",
  unpacked: "what came out of a body packed with br or zstd",
  message: "the whole mail",
  strict: "the body as a reader frames it that keeps to the letter of HTTP",
  behind: "bytes behind a message that begin no other",
};

/** Files that travelled over the connection; nothing where there are none. */
export function ObjectsPane({ uid, caseName }: { uid: string; caseName: string }) {
  const q = `uid == ${uid}`;
  const answer = useQuery({
    queryKey: ["objects-of", uid],
    queryFn: ({ signal }) => call("query", { q, log: "files", limit: OBJECTS_SHOWN }, signal),
  });
  const readings = useQuery({
    queryKey: ["readings-of", uid],
    queryFn: ({ signal }) =>
      call("query", { q, log: "file_readings", limit: OBJECTS_SHOWN }, signal),
  });
  const { data } = answer;
  if (answer.error !== null)
    return <Failed error={answer.error} again={() => void answer.refetch()} />;
  const others = readings.data?.rows ?? [];
  if (data === undefined || data.total + others.length === 0) return null;
  return (
    <section aria-labelledby="objects" className="pane overflow-hidden">
      <div className="flex items-baseline gap-4 px-3 pt-2 pb-1">
        <h2 id="objects" className="heading">
          Objects
        </h2>
        <Link to={searchAddress({ q }, "/objects")}>
          {data.total > data.rows.length
            ? `the first ${OBJECTS_SHOWN} of ${countText(data.total)}: all of them`
            : "on their own page"}
        </Link>
      </div>
      <ul aria-label="Objects of the connection" className="border-t border-line">
        {[...data.rows, ...others].map((row) => (
          <ObjectLine key={String(row["fuid"])} row={row} caseName={caseName} />
        ))}
      </ul>
    </section>
  );
}

function ObjectLine({ row, caseName }: { row: Row; caseName: string }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const fuid = String(row["fuid"]);
  const { sha256 } = row;
  const name = valueText(row["filename"] ?? row["origin"]);
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <li className="border-b border-line/60 last:border-0">
      <div className="mono flex items-center max-md:flex-wrap gap-x-3 px-2 py-0.5">
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          aria-label={`Object ${fuid}, ${name}`}
          onClick={() => setOpen(!isOpen)}
          className="flex min-w-0 grow items-center gap-3 text-left hover:text-blue"
        >
          <Chevron aria-hidden size={13} className="shrink-0 text-muted" />
          <span className="w-28 shrink-0">{fuid}</span>
          <span className="min-w-0 grow truncate">
            {typeof row["reading"] === "string" && (
              <span className="mr-2 text-muted" title={READINGS[row["reading"]]}>
                {row["reading"]}
              </span>
            )}
            {name}
          </span>
          <span className="w-48 shrink-0 truncate">{valueText(row["mime_type"])}</span>
          <span className="w-32 shrink-0 text-right">{objectSizeText(row)}</span>
        </button>
        {typeof sha256 === "string" ? (
          <span title={sha256} className="whitespace-nowrap">
            {sha256.slice(0, DIGITS_SHOWN)}
            <CopyButton text={sha256} label={`SHA-256 of ${fuid}`} />
          </span>
        ) : (
          <span className="text-muted">no SHA-256</span>
        )}
      </div>
      {isOpen && (
        <div id={id} className="border-t border-line/60 bg-page">
          <ObjectFacts row={row} caseName={caseName} />
        </div>
      )}
    </li>
  );
}
