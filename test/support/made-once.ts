import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import type { TestProject } from "vitest/node";
import { writeIncident } from "../../src/core/traffic/index.ts";

declare module "vitest" {
  export interface ProvidedContext {
    madeOnce: string;
  }
}

/** For a suite's `globalSetup`: a folder for what its tests make once, gone when they have run. */
export function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-made-"));
  provide("madeOnce", folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

/** The path of what `make` writes to the path that it gets: once a run, whoever asks first. */
export function madeOnce(name: string, make: (path: string) => void): string {
  const folder = inject("madeOnce");
  const path = join(folder, name);
  if (existsSync(path)) return path;
  const own = join(mkdtempSync(join(folder, "making-")), name);
  make(own);
  // Another file's tests may have been faster.
  if (!existsSync(path)) renameSync(own, path);
  return path;
}

/** The demonstration incident as a file, called as the demonstration calls it. */
export function incidentFile(): string {
  return madeOnce("demonstration.pcapng", (path) =>
    writeFileSync(path, Buffer.concat([...writeIncident()])),
  );
}

/** Copies a home that was made once: an import takes seconds, a copy of its files milliseconds. */
export function copyHome(made: string, home: string): void {
  // With its modes, which Node's own copy does not keep: a home is for its owner alone.
  execFileSync("cp", ["-a", made, home]);
}
