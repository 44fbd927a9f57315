import { Check, Copy, X } from "lucide-react";
import { type ReactNode, useId, useState } from "react";

/** A secret that the server does not keep: here to be copied, and gone when this is closed. */
export function ShownOnce(props: {
  title: string;
  secret: string;
  close: () => void;
  children: ReactNode;
}) {
  const { title, secret, close, children } = props;
  const [isCopied, setCopied] = useState(false);
  const id = useId();
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(secret);
    setCopied(true);
  };
  return (
    <section aria-labelledby={id} className="my-2 rounded border border-line bg-page px-3 py-2">
      <div className="flex items-center gap-2">
        <h3 id={id} className="heading grow">
          {title}
        </h3>
        <button type="button" className="button" onClick={() => void copy()}>
          {isCopied ? <Check aria-hidden size={14} /> : <Copy aria-hidden size={14} />}
          {isCopied ? "Copied" : "Copy"}
        </button>
        <button type="button" className="button px-1.5" aria-label="Close" onClick={close}>
          <X aria-hidden size={14} />
        </button>
      </div>
      <output className="mono my-1 block break-all select-all">{secret}</output>
      <p className="text-amber">{children}</p>
    </section>
  );
}
