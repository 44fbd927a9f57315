import { useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { type FormEvent, useId, useRef, useState } from "react";
import { sizeText } from "../../../src/core/base/index.ts";
import { addressTo, type Question } from "../address.ts";
import { call, type Output } from "../client.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { Link } from "../parts/link.tsx";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { Stamp } from "../parts/time.tsx";
import { type TableColumn, VirtualTable } from "../parts/virtual-table.tsx";
import { ownCase, useMay, useMe } from "../people/me.ts";
import { amountText, wireText } from "../text.ts";
import { attachKeyLog } from "../upload.ts";

type KeyLog = Output<"keyLogs">["key_logs"][number];

/** TLS key logs of cases: what they are for, never what is in them, and the door for new ones. */
export function KeysPage({ question }: { question: Question }) {
  const may = useMay();
  const { data: me } = useMe();
  const answer = useQuery({
    queryKey: ["key-logs", question.case],
    queryFn: ({ signal }) =>
      call("keyLogs", question.case === undefined ? {} : { case: question.case }, signal),
  });
  const list = [...(answer.data?.key_logs ?? [])].reverse();
  return (
    <div className="flex flex-col gap-3">
      <h1 className="sr-only">TLS keys</h1>
      {may("keys") && <AddKeyLog caseName={question.case ?? ownCase(me)} />}
      <section aria-labelledby="key-logs" className="pane overflow-hidden">
        <h2 id="key-logs" className="heading px-3 pt-2 pb-1">
          {list.length === 0 ? "Key logs" : amountText(list.length, "key log")}
          {question.case !== undefined && ` of case ${question.case}`}
        </h2>
        {answer.isPending && <Loading what="Reading the list of key logs" />}
        {answer.error !== null && (
          <Failed error={answer.error} again={() => void answer.refetch()} />
        )}
        {answer.data !== undefined && list.length === 0 && (
          <Empty why="No key log was given yet">
            A browser or program writes one where SSLKEYLOGFILE names a file. Secrets inside a
            pcapng file are used as it is imported, and are not listed here.
          </Empty>
        )}
        {list.length > 0 && (
          <VirtualTable
            label="Key logs"
            columns={COLUMNS}
            total={list.length}
            rowAt={(index) => list[index]}
            heightMaxPx={520}
            minWidthPx={1060}
            isMain
          />
        )}
      </section>
    </div>
  );
}

const COLUMNS: readonly TableColumn<KeyLog>[] = [
  { name: "name", width: "minmax(150px, 1fr)", cell: ({ name }) => wireText(name) },
  { name: "case", width: "130px", cell: (log) => wireText(log.case) },
  {
    name: "purpose",
    width: "minmax(220px, 2fr)",
    title: ({ purpose }) => wireText(purpose),
    cell: ({ purpose }) => (purpose === "" ? "-" : wireText(purpose)),
  },
  { name: "size", width: "80px", isNumber: true, cell: ({ bytes }) => sizeText(bytes) },
  {
    name: "sha256",
    width: "150px",
    title: ({ sha256 }) => sha256,
    cell: ({ sha256, name }) => (
      <>
        {sha256.slice(0, 12)}
        <CopyButton text={sha256} label={`SHA-256 of ${wireText(name)}`} />
      </>
    ),
  },
  { name: "sealed at (UTC)", width: "208px", cell: ({ at }) => <Stamp at={at} bare /> },
  {
    name: "entry",
    width: "80px",
    isNumber: true,
    cell: ({ seq }) => (
      <Link to={addressTo("/ledger", { type: "attachment.seal" })}>{String(seq)}</Link>
    ),
  },
];

/** The file goes from the disk to the server: this page never holds its text. */
function AddKeyLog({ caseName }: { caseName: string }) {
  const file = useRef<HTMLInputElement>(null);
  const [name, setName] = useState(caseName);
  const [purpose, setPurpose] = useState("");
  const [said, setSaid] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const client = useQueryClient();
  const id = useId();
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const [chosen] = file.current?.files ?? [];
    if (chosen === undefined) return;
    setBusy(true);
    setError(null);
    setSaid("sealing…");
    try {
      const {
        seq,
        secrets,
        sessions,
        ignored_lines: ignored,
      } = await attachKeyLog(chosen, {
        case: name,
        purpose,
      });
      const counts = `${amountText(secrets, "secret")} of ${amountText(sessions, "session")}`;
      const none = ignored === 0 ? "" : `; ${amountText(ignored, "line")} without a secret`;
      setSaid(
        `${wireText(chosen.name)} is sealed in case ${name}, entry ${seq}: ${counts}${none}.`,
      );
      void client.invalidateQueries({ queryKey: ["key-logs"] });
    } catch (failure) {
      setSaid("");
      setError(failure);
    }
    // Not even the choice of it is kept.
    if (file.current !== null) file.current.value = "";
    setBusy(false);
  };
  return (
    <section aria-labelledby={`${id}h`} className="pane px-3 py-2">
      <h2 id={`${id}h`} className="heading">
        Add a key log
      </h2>
      <p className="text-muted">
        It opens every session that it names: it is sealed at once, never written in clear, and each
        use of it is an entry of the ledger. Imports, explain and objects of the same case use it;
        captures that were imported before keep their logs.
      </p>
      <form className="mt-2 flex flex-wrap items-end gap-3" onSubmit={(event) => void add(event)}>
        <label className="flex flex-col font-semibold">
          File (NSS key log)
          <input ref={file} type="file" required className="field" disabled={isBusy} />
        </label>
        <label className="flex flex-col font-semibold">
          Case of the key log
          <input
            className="field"
            required
            pattern="[A-Za-z0-9][A-Za-z0-9._\-]{0,63}"
            title="letters, digits, dot, dash and underscore, at most 64"
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        </label>
        <label className="flex min-w-64 grow flex-col font-semibold">
          Why you may open these sessions
          <input
            className="field"
            maxLength={1000}
            value={purpose}
            placeholder="for example: handed over by the owner of the workstation"
            onChange={({ target }) => setPurpose(target.value)}
          />
        </label>
        <button type="submit" className="button button-main" disabled={isBusy}>
          <KeyRound aria-hidden size={14} />
          Seal it
        </button>
      </form>
      <p role="status" className="mt-1 text-green">
        {said}
      </p>
      {error !== null && <Failed error={error} />}
    </section>
  );
}
