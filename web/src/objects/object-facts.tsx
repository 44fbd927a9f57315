import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { sizeText } from "../../../src/core/base/index.ts";
import { call, download } from "../client.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { Link } from "../parts/link.tsx";
import { saveFile } from "../parts/save-file.ts";
import { Failed, Loading, Partial } from "../parts/states.tsx";
import { useMay } from "../people/me.ts";
import { usePurpose } from "../purpose.tsx";
import type { Row } from "../search/columns.ts";
import { amountText, countText, timeText, valueText } from "../text.ts";
import { SealObject } from "./seal-object.tsx";

const MEMBERS_SHOWN = 500;
/** Larger ones are not read into memory once more to be digested. */
const DIGESTED_BYTES_MAX = 256_000_000;
const HASHES = ["sha256", "sha1", "md5"];

/** Size of a file that travelled, and whether all of it was seen. */
export function objectSizeText(row: Row): string {
  const missing = Number(row["missing_bytes"] ?? 0);
  const seen = sizeText(Number(row["seen_bytes"] ?? 0));
  return missing > 0 ? `${seen}, ${sizeText(missing)} missing` : seen;
}

/** One file that travelled: what it is, its digests, what it holds, and the way to take it out. */
export function ObjectFacts({ row, caseName }: { row: Row; caseName: string }) {
  const fuid = String(row["fuid"]);
  const uid = row["uid"];
  const may = useMay();
  return (
    <div className="px-3 py-2">
      <dl className="grid grid-cols-[7rem_minmax(0,1fr)] gap-x-3 gap-y-0.5">
        <Fact name="name">{valueText(row["filename"])}</Fact>
        <Fact name="from">{valueText(row["origin"])}</Fact>
        <Fact name="type">{valueText(row["mime_type"])}</Fact>
        <Fact name="size">
          {objectSizeText(row)}
          {row["is_complete"] === false && <span className="text-amber"> · not whole</span>}
        </Fact>
        <Fact name="came by">
          {valueText(row["source"])}
          {typeof uid === "string" && (
            <>
              {" in "}
              <Link to={`/connections/${uid}`}>{uid}</Link>
            </>
          )}
        </Fact>
        <Fact name="between">
          {valueText(row["id.orig_h"])} ↔ {valueText(row["id.resp_h"])}
        </Fact>
        <Fact name="at (UTC)">{timeText(row["ts_ns"] as string | null)}</Fact>
        {HASHES.map((name) => (
          <Fact key={name} name={name}>
            {typeof row[name] === "string" ? (
              <>
                <span className="break-all">{row[name]}</span>
                <CopyButton text={row[name]} label={`${name} of ${fuid}`} />
              </>
            ) : (
              <span className="text-muted">not computed</span>
            )}
          </Fact>
        ))}
      </dl>
      {may("objects") ? (
        <>
          <DownloadObject row={row} caseName={caseName} />
          <SealObject fuid={fuid} caseName={caseName} />
        </>
      ) : (
        <p className="mt-2 text-muted">Its bytes are not within your authority.</p>
      )}
      <Members fuid={fuid} />
    </div>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="mono min-w-0 break-words">{children}</dd>
    </>
  );
}

/** Takes the file out of its packets; its own name is never one to write to. */
function DownloadObject({ row, caseName }: { row: Row; caseName: string }) {
  const fuid = String(row["fuid"]);
  const ask = usePurpose();
  const [said, setSaid] = useState("");
  const [isWrong, setWrong] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const save = async (): Promise<void> => {
    const purpose = await ask(caseName);
    if (purpose === undefined) return;
    setError(null);
    setWrong(false);
    setSaid("recording the read, then taking it out of its packets…");
    try {
      const { facts, blob } = await download("object", { fuid, purpose });
      const verdict = await compareDigest(blob, facts.sha256);
      saveFile(blob, `${fuid}.bin`);
      setWrong(verdict === "differs");
      const record = `read recorded as entry ${facts.seq}`;
      setSaid(`${sizeText(blob.size)} saved as ${fuid}.bin, ${record}, ${VERDICTS[verdict]}`);
    } catch (failure) {
      setSaid("");
      setError(failure);
    }
  };
  return (
    <div className="mt-2">
      <button type="button" className="button" onClick={() => void save()}>
        <Download aria-hidden size={14} />
        Download as {fuid}.bin
      </button>
      <p role="status" className={isWrong ? "mt-1 text-red" : "mt-1 text-muted"}>
        {said}
      </p>
      {error !== null && <Failed error={error} />}
    </div>
  );
}

const VERDICTS = {
  same: "its SHA-256 is the one in the log",
  differs: "its SHA-256 is NOT the one in the log",
  unknown: "not compared with a digest",
} as const;

async function compareDigest(blob: Blob, sha256: string | null): Promise<keyof typeof VERDICTS> {
  if (sha256 === null || blob.size > DIGESTED_BYTES_MAX) return "unknown";
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  const own = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0"));
  return own.join("") === sha256 ? "same" : "differs";
}

/** What an archive lists as its content; nothing is unpacked. */
function Members({ fuid }: { fuid: string }) {
  const answer = useQuery({
    queryKey: ["members", fuid],
    queryFn: ({ signal }) =>
      call(
        "query",
        { q: `archive_members.fuid == "${fuid}"`, log: "archive_members", limit: MEMBERS_SHOWN },
        signal,
      ),
  });
  const { data } = answer;
  if (answer.error !== null)
    return <Failed error={answer.error} again={() => void answer.refetch()} />;
  if (data === undefined) return <Loading what="Looking whether it is an archive" />;
  if (data.total === 0) return null;
  return (
    <section aria-label={`Members of ${fuid}`} className="mt-2">
      <h3 className="heading">{amountText(data.total, "member")}</h3>
      <ul
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
        tabIndex={0}
        aria-label="Members"
        className="mono max-h-60 overflow-auto"
      >
        {data.rows.map((row, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an archive may list a name twice
          <li key={n} className="flex gap-3 border-b border-line/60 py-0.5">
            <span className="w-24 shrink-0 text-right">
              {typeof row["size"] === "number" ? sizeText(row["size"]) : "-"}
            </span>
            <span className="min-w-0 grow break-all">{valueText(row["member"])}</span>
            {row["encrypted"] === true && <span className="text-amber">encrypted</span>}
          </li>
        ))}
      </ul>
      {data.total > data.rows.length && (
        <Partial>
          The first {countText(MEMBERS_SHOWN)} of {countText(data.total)}; all of them: holdfast
          objects --members {fuid}
        </Partial>
      )}
    </section>
  );
}
