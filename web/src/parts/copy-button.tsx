import { Check, Copy } from "lucide-react";
import { useState } from "react";

/** Copies a text, and says that it did. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <button
      type="button"
      className="inline-flex items-center px-1 align-middle text-muted hover:text-blue"
      aria-label={isCopied ? `Copied ${label}` : `Copy ${label}`}
      onClick={() => void copy()}
    >
      {isCopied ? <Check aria-hidden size={13} /> : <Copy aria-hidden size={13} />}
    </button>
  );
}
