import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type CallContext, EXIT_CODES, type Handlers } from "../api/index.ts";
import { HoldfastError } from "../core/base/index.ts";
import { ownerAuthority } from "../core/custody/index.ts";
import { pathsOf, readFileSync } from "../platform/index.ts";
import type { HomeOptions } from "../services/home/index.ts";
import { isServing, remoteHandlers } from "./remote-handlers.ts";
import { VERSION } from "./version.ts";

/** What every command has: where the home is, how to print, and until when. */
export interface CommonOptions {
  readonly home?: string;
  readonly json?: boolean;
  readonly passphraseFile?: string;
}

export function homeDirectory(options: CommonOptions): string {
  const chosen = options.home ?? process.env["HOLDFAST_HOME"];
  return chosen ? resolve(chosen) : join(homedir(), ".holdfast");
}

export function homeOptions(options: CommonOptions): HomeOptions {
  const fromFile =
    options.passphraseFile === undefined ? undefined : readPassphrase(options.passphraseFile);
  const passphrase = fromFile ?? process.env["HOLDFAST_PASSPHRASE"];
  return { directory: homeDirectory(options), version: VERSION, ...(passphrase && { passphrase }) };
}

function readPassphrase(path: string): string {
  try {
    return new TextDecoder().decode(readFileSync(path)).split("\n")[0]!;
  } catch (cause) {
    throw new HoldfastError("keys/no-passphrase-file", `cannot read the passphrase file ${path}`, {
      cause,
    });
  }
}

/** Fires at Ctrl-C or SIGTERM, once; a second signal ends the process at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT_CODES.interrupted);
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}

export type Work = (handlers: Handlers, context: CallContext) => Promise<number>;

/**
 * Runs a command on a home: on the server that owns it if one runs, else on the home opened here.
 * Whatever happens, the home is closed in order.
 */
export async function withHome(options: CommonOptions, work: Work): Promise<number> {
  const context: CallContext = { actor: ownerAuthority("cli").actor, signal: interruptSignal() };
  const { socket } = pathsOf(homeDirectory(options));
  if (await isServing(socket)) return await work(remoteHandlers(socket), context);
  // What is asked of a server needs none of the modules that a home is made of: two thirds of all.
  const { withOwnHome } = await import("./own-home.ts");
  return await withOwnHome(homeOptions(options), context, (home) => work(home, context));
}
