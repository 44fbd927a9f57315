import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { sizeText } from "../../../src/core/base/index.ts";
import { addressTo } from "../address.ts";
import { call, download, type Output } from "../client.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { Link } from "../parts/link.tsx";
import { saveFile } from "../parts/save-file.ts";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { useMay } from "../people/me.ts";
import { usePurpose } from "../purpose.tsx";
import { amountText, wireText } from "../text.ts";

type Attachment = Output<"attachments">["attachments"][number];

/** Objects that were sealed beside the captures of a case, and the way to take one out. */
export function AttachmentsPane({ caseName }: { caseName: string }) {
  const input = { case: caseName, kind: "object" } as const;
  const answer = useQuery({
    queryKey: ["attachments", input],
    queryFn: ({ signal }) => call("attachments", input, signal),
  });
  const list = answer.data?.attachments ?? [];
  return (
    <section aria-labelledby="attachments" className="pane">
      <h2 id="attachments" className="heading px-3 py-2">
        {list.length === 0 ? "Sealed objects" : amountText(list.length, "sealed object")}
      </h2>
      {answer.isPending && <Loading what="Reading the list of sealed objects" />}
      {answer.error !== null && <Failed error={answer.error} again={() => void answer.refetch()} />}
      {answer.data !== undefined && list.length === 0 && (
        <Empty why="No object was sealed yet">
          <Link to={addressTo("/objects", { case: caseName })}>Objects</Link> that travelled can be
          sealed in the case: kept with its captures, never in clear.
        </Empty>
      )}
      <ul className="px-3 pb-2">
        {list.map((one) => (
          <AttachmentLine key={one.attachment} one={one} />
        ))}
      </ul>
    </section>
  );
}

function AttachmentLine({ one }: { one: Attachment }) {
  const ask = usePurpose();
  const may = useMay();
  const [said, setSaid] = useState("");
  const [error, setError] = useState<unknown>(null);
  const take = async (): Promise<void> => {
    const purpose = await ask(one.case);
    if (purpose === undefined) return;
    setError(null);
    try {
      const { facts, blob } = await download("attachment", { attachment: one.attachment, purpose });
      saveFile(blob, `${one.attachment}.bin`);
      setSaid(`saved as ${one.attachment}.bin, read recorded as entry ${facts.seq}`);
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 border-b border-line/60 py-1.5 last:border-b-0">
      <span className="min-w-0 grow break-words">{wireText(one.name)}</span>
      <span className="text-muted">
        {wireText(one.object?.mime_type ?? "unknown type")} · {sizeText(one.bytes)}
      </span>
      <span className="mono text-muted">
        {one.sha256.slice(0, 12)}
        <CopyButton text={one.sha256} label={`SHA-256 of ${wireText(one.name)}`} />
      </span>
      {one.object !== null && (
        <Link className="link mono" to={addressTo(`/connections/${one.object.uid}`, {})}>
          {one.object.uid}
        </Link>
      )}
      <span className="text-muted">entry {one.seq}</span>
      {may("objects") && (
        <button type="button" className="button" onClick={() => void take()}>
          <Download aria-hidden size={13} />
          Take out
        </button>
      )}
      <p role="status" className="w-full text-green empty:hidden">
        {said}
      </p>
      {error !== null && <Failed error={error} />}
    </li>
  );
}
