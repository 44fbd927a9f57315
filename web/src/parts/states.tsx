import { AlertTriangle, CircleAlert, Inbox } from "lucide-react";
import type { ReactNode } from "react";
import { HoldfastError } from "../../../src/core/base/index.ts";
import { wireText } from "../text.ts";

/** A pane that waits, and says for what. */
export function Loading({ what }: { what: string }) {
  return (
    <p role="status" className="p-4 text-muted">
      {what}…
    </p>
  );
}

/** A pane with nothing in it: why, and what to do next. */
export function Empty({ why, children }: { why: string; children?: ReactNode }) {
  return (
    <div role="status" className="flex flex-col items-center gap-2 p-8 text-center">
      <Inbox aria-hidden className="text-muted" size={22} />
      <p className="font-semibold">{why}</p>
      {children !== undefined && (
        <div className="max-w-xl text-muted [&_a]:underline">{children}</div>
      )}
    </div>
  );
}

/** A pane that shows less than there is: what is missing. */
export function Partial({ children }: { children: ReactNode }) {
  return (
    <p className="flex items-start gap-2 rounded bg-amber-wash px-3 py-2 text-amber">
      <AlertTriangle aria-hidden size={15} className="mt-0.5 shrink-0" />
      <span>{children}</span>
    </p>
  );
}

/** A query that does not read: asked again it reads no better, and the query bar says where. */
export function isQueryFault(error: unknown): boolean {
  return error instanceof HoldfastError && error.code.startsWith("query/");
}

/** A pane that could not be filled: what happened, what to do. */
export function Failed({ error, again }: { error: unknown; again?: () => void }) {
  const message = error instanceof Error ? error.message : String(error);
  const remedy = error instanceof HoldfastError ? error.remedy : undefined;
  return (
    <div
      role="alert"
      className="m-2 flex flex-wrap items-start gap-2 rounded bg-red-wash px-3 py-2"
    >
      <CircleAlert aria-hidden size={16} className="mt-0.5 shrink-0 text-red" />
      <div className="min-w-32 grow basis-0">
        <p className="font-semibold text-red">{sentence(message)}</p>
        {remedy !== undefined && <p>{sentence(remedy)}</p>}
      </div>
      {again !== undefined && !isQueryFault(error) && (
        <button type="button" className="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Messages are written lower-case without full stop, for the middle of a line. */
export function sentence(message: string): string {
  const text = wireText(message);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?:]$/.test(text) || /: \S+$/.test(text) ? "" : "."}`;
}
