import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";

/** A dialog of the browser's own: it keeps the focus inside, and Esc closes it. */
export function Modal({
  title,
  close,
  width = "w-[34rem]",
  children,
}: {
  title: string;
  close: () => void;
  width?: string;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const { current } = dialog;
    current?.showModal();
    // It would give the focus to its first button, which closes it.
    current?.querySelector("input")?.focus();
    return () => current?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      className={`pane ${width} max-w-[92vw] p-4 text-ink shadow-2xl`}
    >
      <div className="mb-3 flex items-center justify-between gap-4">
        <h2 id={heading} className="text-lg font-semibold">
          {title}
        </h2>
        <button type="button" className="button px-1.5" aria-label="Close" onClick={close}>
          <X aria-hidden size={15} />
        </button>
      </div>
      {children}
    </dialog>
  );
}
