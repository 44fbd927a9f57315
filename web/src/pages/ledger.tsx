import { useQuery } from "@tanstack/react-query";
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { addressTo, navigate } from "../address.ts";
import { call } from "../client.ts";
import { EntryTable } from "../ledger/entry-table.tsx";
import { VerifyPane } from "../ledger/verify-pane.tsx";
import { Failed, Loading } from "../parts/states.tsx";
import { useMay } from "../people/me.ts";
import { amountText } from "../text.ts";

const TYPES = [
  "home.create",
  "key.accept",
  "case.open",
  "import.start",
  "segment.seal",
  "import.end",
  "import.abandon",
  "attachment.seal",
  "read.attachment",
  "note.add",
  "note.withdraw",
  "query.save",
  "query.forget",
  "share.create",
  "share.revoke",
  "read.packets",
  "read.metadata",
  "segment.destroy",
  "person.set",
  "person.remove",
  "credential.add",
  "credential.revoke",
  "enrolment.open",
  "session.open",
  "session.refuse",
  "access.deny",
];
const HEAD_MS = 15_000;

/** Who did what, and whether everything is still as it was sealed. */
export function LedgerPage({ parameters }: { parameters: URLSearchParams }) {
  const type = parameters.get("type") ?? "";
  const may = useMay();
  const head = useQuery({
    queryKey: ["ledger", "head"],
    queryFn: ({ signal }) => call("ledger", { limit: 1 }, signal),
    refetchInterval: HEAD_MS,
  });
  const { data } = head;
  return (
    <div className="flex h-full min-h-[34rem] flex-col gap-3 max-lg:min-h-[52rem]">
      <h1 className="sr-only">Ledger</h1>
      <div className="grid shrink-0 grid-cols-[minmax(0,1fr)] gap-3 xl:grid-cols-[repeat(2,minmax(0,1fr))]">
        {may("verify") && <VerifyPane />}
        {data !== undefined && <Checkpoint text={data.checkpoint} />}
      </div>
      <section aria-labelledby="entries" className="pane flex min-h-0 grow flex-col">
        <div className="flex flex-wrap items-center gap-3 px-3 py-2">
          <h2 id="entries" className="heading">
            {data === undefined ? "Entries" : amountText(data.size, "entry", "entries")}
          </h2>
          <span className="grow text-muted">newest first</span>
          <label>
            Type{" "}
            <select
              className="field"
              value={type}
              onChange={({ target }) =>
                navigate(
                  addressTo("/ledger", { ...Object.fromEntries(parameters), type: target.value }),
                )
              }
            >
              <option value="">all types</option>
              {TYPES.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
        </div>
        {head.isPending && <Loading what="Reading the ledger" />}
        {head.error !== null && <Failed error={head.error} again={() => void head.refetch()} />}
        {data !== undefined && <EntryTable key={type} size={data.size} type={type} />}
      </section>
    </div>
  );
}

function Checkpoint({ text }: { text: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <section aria-labelledby="checkpoint" className="pane px-3 py-2">
      <div className="flex items-center gap-3">
        <h2 id="checkpoint" className="heading grow">
          Signed checkpoint
        </h2>
        <button type="button" className="button" onClick={() => void copy()}>
          {isCopied ? <Check aria-hidden size={14} /> : <Copy aria-hidden size={14} />}
          {isCopied ? "Copied" : "Copy"}
        </button>
      </div>
      <p className="text-muted">
        Name, size and root hash of the whole ledger, signed. Kept elsewhere, it proves later that
        nothing before it was changed.
      </p>
      <pre className="mono mt-1 break-all whitespace-pre-wrap">{text.trimEnd()}</pre>
    </section>
  );
}
