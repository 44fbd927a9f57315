import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { copyHome, incidentFile, madeOnce } from "./made-once.ts";

export const PROGRAM = fileURLToPath(new URL("../../bin/holdfast", import.meta.url));

export interface Run {
  readonly code: number;
  readonly out: Buffer;
  readonly text: string;
  readonly errors: string;
}

/** A scratch home and the program run on it, removed when the test ends. */
export class ScratchHome {
  readonly folder: string;
  readonly home: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "holdfast-test-"));
    this.home = join(this.folder, "home");
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** A home in which nothing was done yet. */
  static empty(): ScratchHome {
    return ScratchHome.like("empty-home", () => {});
  }

  /** A home with the demonstration incident in the case that files go to unless one is named. */
  static withIncident(): ScratchHome {
    return ScratchHome.like("incident-home", (home) => home.ok("import", incidentFile()));
  }

  /** A home as `fill` leaves an empty one, which happens once a run; the others are copies. */
  static like(name: string, fill: (home: ScratchHome) => void): ScratchHome {
    const home = new ScratchHome();
    const made = madeOnce(name, (path) => {
      home.ok("init");
      fill(home);
      renameSync(home.home, path);
    });
    copyHome(made, home.home);
    return home;
  }

  /** Runs to the end; never throws on an exit code. */
  run(
    args: readonly string[],
    options: { input?: Buffer; env?: Record<string, string>; wrapper?: readonly string[] } = {},
  ): Run {
    const [command, ...more] = [...(options.wrapper ?? []), PROGRAM, ...args];
    const done = spawnSync(command!, more, {
      env: { ...process.env, HOLDFAST_HOME: this.home, ...options.env },
      maxBuffer: 1 << 28,
      ...(options.input && { input: options.input }),
    });
    return {
      code: done.status ?? -1,
      out: done.stdout,
      text: done.stdout.toString(),
      errors: done.stderr.toString(),
    };
  }

  /** Runs and expects success. */
  ok(...args: string[]): Run {
    const done = this.run(args);
    if (done.code !== 0)
      throw new Error(`holdfast ${args.join(" ")} ended with ${done.code}: ${done.errors}`);
    return done;
  }

  /** Rows of a `--json` answer. */
  json<T = Record<string, unknown>>(...args: string[]): T[] {
    return this.ok(...args, "--json")
      .text.split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as T);
  }

  start(args: readonly string[]) {
    return spawn(PROGRAM, args, { env: { ...process.env, HOLDFAST_HOME: this.home } });
  }

  /** As `run`, beside others; they need a home that is served. */
  async finished(args: readonly string[]): Promise<Run> {
    const child = this.start(args);
    const pieces: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (piece: Buffer) => pieces[0].push(piece));
    child.stderr.on("data", (piece: Buffer) => pieces[1].push(piece));
    const code = await new Promise<number>((resolve) => {
      child.once("close", (ended) => resolve(ended ?? -1));
    });
    const [out, errors] = pieces.map((all) => Buffer.concat(all)) as [Buffer, Buffer];
    return { code, out, text: out.toString(), errors: errors.toString() };
  }

  /** Serves the home until the test ends. */
  async serve(): Promise<void> {
    const server = this.start(["serve", "--port", "0"]);
    const ended = new Promise((resolve) => server.once("close", resolve));
    onTestFinished(async () => {
      server.kill("SIGINT");
      await ended;
    });
    await new Promise<void>((resolve, reject) => {
      server.stdout.on("data", (piece: Buffer) => {
        if (piece.includes("Holdfast is at")) resolve();
      });
      void ended.then(() => reject(new Error("the server ended")));
    });
  }
}

/**
 * What makes tshark look at each packet by itself, five times as fast: nothing above the transport is
 * put together.
 */
export const PACKET_BY_PACKET = [
  "-n",
  ...["-o", "tcp.desegment_tcp_streams:FALSE"],
  ...["-o", "tcp.analyze_sequence_numbers:FALSE"],
];

/** What a stock tool prints; its absence is an error, never a skip. */
export function stock(tool: string, args: readonly string[], input?: Buffer): Buffer {
  const done = spawnSync(tool, args, { maxBuffer: 1 << 28, ...(input && { input }) });
  if (done.error)
    throw new Error(`this test needs ${tool}: install it (npm test does where it may)`);
  return done.stdout;
}

/** Tools the outer runner could not install and said so about: only these may be left out. */
export function isLeftOut(...tools: readonly string[]): boolean {
  const without = new Set((process.env["HOLDFAST_WITHOUT"] ?? "").split(","));
  return tools.some((tool) => without.has(tool));
}
