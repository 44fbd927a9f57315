import type { CallContext, Handlers } from "../api/index.ts";
import { ownerAuthority } from "../core/custody/index.ts";
import {
  createHandlers,
  dropUnknown,
  type HomeOptions,
  missingSegments,
  reindex,
  WholeHome,
} from "../services/home/index.ts";
import { Progress } from "./progress.ts";

/** Runs a command on a home opened here, under its lock; whatever happens, it is closed in order. */
export async function withOwnHome(
  options: HomeOptions,
  { signal }: CallContext,
  work: (handlers: Handlers) => Promise<number>,
): Promise<number> {
  const home = await WholeHome.open(options);
  try {
    await completeIndex(home, signal);
    return await work(createHandlers(home, ownerAuthority("cli")));
  } finally {
    await home.close();
  }
}

/** Makes the index agree with the ledger: what it lacks is rebuilt, what it has too much is dropped. */
export async function completeIndex(home: WholeHome, signal: AbortSignal): Promise<void> {
  await dropUnknown(home);
  const missing = await missingSegments(home);
  if (missing.length === 0) return;
  const progress = new Progress();
  progress.note(
    `the index lacks ${missing.length} sealed segment${missing.length === 1 ? "" : "s"}: rebuilding`,
  );
  for await (const event of reindex(home, signal, missing))
    if (event.type === "progress") progress.show(event);
  progress.end();
}
