import { useQueryClient } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { download } from "../client.ts";
import { saveFile } from "../parts/save-file.ts";
import { Failed } from "../parts/states.tsx";
import { usePurpose } from "../purpose.tsx";
import { amountText } from "../text.ts";
import { type CaptureFile, withoutSecrets } from "../wireshark/capture-file.ts";
import { captureKey } from "../wireshark/use-wireshark.tsx";

/**
 * Saves the connection's packets as a file: those that are open, else a read of its own, which is
 * entered.
 */
export function DownloadButton({ uid, caseName }: { uid: string; caseName: string }) {
  const ask = usePurpose();
  const client = useQueryClient();
  const [error, setError] = useState<unknown>(null);
  const [text, setText] = useState("");
  const save = async (): Promise<void> => {
    const purpose = await ask(caseName);
    if (purpose === undefined) return;
    setError(null);
    const opened = client.getQueryData<CaptureFile>(captureKey(uid));
    if (opened !== undefined) {
      saveFile(
        new Blob([withoutSecrets(opened).slice()], { type: "application/x-pcapng" }),
        `${uid}.pcapng`,
      );
      const count = amountText(opened.packets.length, "packet");
      return setText(`${count} saved as they were read with entry ${opened.seq}`);
    }
    setText("recording the read, then fetching…");
    try {
      const { facts, blob } = await download("packets", { uid, purpose });
      saveFile(blob, `${uid}.pcapng`);
      setText(
        `${amountText(facts.candidates, "packet")} saved, read recorded as entry ${facts.seq}`,
      );
    } catch (failure) {
      setText("");
      setError(failure);
    }
  };
  return (
    <>
      <span role="status" className="text-muted">
        {text}
      </span>
      <button type="button" className="button" onClick={() => void save()}>
        <Download aria-hidden size={14} />
        Download pcapng
      </button>
      {error !== null && <Failed error={error} />}
    </>
  );
}
