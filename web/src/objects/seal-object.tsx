import { LockKeyhole } from "lucide-react";
import { useState } from "react";
import { sizeText } from "../../../src/core/base/index.ts";
import { call } from "../client.ts";
import { Failed } from "../parts/states.tsx";
import { usePurpose } from "../purpose.tsx";
import { wireText } from "../text.ts";

/** Seals a file that travelled as an attachment of its case: kept beside the captures, never in clear. */
export function SealObject({ fuid, caseName }: { fuid: string; caseName: string }) {
  const ask = usePurpose();
  const [said, setSaid] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const seal = async (): Promise<void> => {
    const purpose = await ask(caseName);
    if (purpose === undefined) return;
    setBusy(true);
    setError(null);
    setSaid("recording the read, then sealing…");
    try {
      const sealed = await call("sealObject", { fuid, purpose });
      const what = `attachment ${sealed.attachment} of case ${wireText(sealed.case)}`;
      setSaid(
        sealed.sealed_before
          ? `the case has these bytes already: ${what}, entry ${sealed.seq}`
          : `${sizeText(sealed.bytes)} sealed as ${what}, entry ${sealed.seq}`,
      );
    } catch (failure) {
      setSaid("");
      setError(failure);
    }
    setBusy(false);
  };
  return (
    <div className="mt-2">
      <button type="button" className="button" disabled={isBusy} onClick={() => void seal()}>
        <LockKeyhole aria-hidden size={14} />
        Seal in the case
      </button>
      <span role="status" className="ml-3 text-muted">
        {said}
      </span>
      {error !== null && <Failed error={error} />}
    </div>
  );
}
