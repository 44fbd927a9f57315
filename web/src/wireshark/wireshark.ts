import { HoldfastError } from "../../../src/core/base/index.ts";
import type { CallName, Calls } from "../../wireshark/contract.ts";
import type { CaptureFile } from "./capture-file.ts";
import { Dissector, DissectorBroke, type Port } from "./dissector.ts";
import { openAround } from "./open-around.ts";

/** What opening has come to. */
export type Progress =
  | { readonly step: "fetching"; readonly bytes: number; readonly total: number }
  | { readonly step: "starting" }
  | { readonly step: "reading" };

export interface OpenCapture {
  readonly version: string;
  readonly columns: readonly string[];
  /** Packets that Wireshark broke on: they are in its list, and not dissected. */
  readonly breaking: ReadonlySet<number>;
}

interface Options {
  readonly createPort: () => Port;
  /** The package's files; asked for at each start, the browser keeps them. */
  readonly fetchFiles: (
    told: (bytes: number, total: number) => void,
    signal: AbortSignal,
  ) => Promise<Calls["start"]["input"]>;
}

/**
 * Wireshark in this page: one worker, started when the first packets are opened, kept warm for the
 * next, and made again when a packet broke it. Calls wait for each other; each says which capture
 * it is about.
 */
export class Wireshark {
  readonly #options: Options;
  #worker: { readonly dissector: Dissector; readonly version: string } | undefined;
  #opened: { readonly key: string; readonly facts: OpenCapture } | undefined;
  /** Packets that broke the worker when they were opened, by capture. */
  readonly #broke = new Map<string, ReadonlySet<number>>();
  #turn: Promise<unknown> = Promise.resolve();
  #fetching = new AbortController();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Opens a capture, or finds it open. */
  open(capture: CaptureFile, told: (progress: Progress) => void): Promise<OpenCapture> {
    return this.#inTurn(() => this.#opening(capture, told));
  }

  /** Asks about a capture, which is opened again if another was, or if the worker is gone. */
  ask<K extends Exclude<CallName, "start" | "load">>(
    capture: CaptureFile,
    { name, input, signal }: { name: K; input: Calls[K]["input"]; signal?: AbortSignal },
  ): Promise<Calls[K]["output"]> {
    return this.#inTurn(async () => {
      signal?.throwIfAborted();
      await this.#opening(capture, () => {});
      try {
        return await this.#worker!.dissector.call(name, input);
      } catch (error) {
        const isPackets = error instanceof DissectorBroke && error.why !== "stopped";
        if (isPackets && name === "frame") {
          this.#mark(capture.key, (input as Calls["frame"]["input"]).number);
        }
        throw error;
      }
    });
  }

  /** Ends what it is doing; the next that is asked starts it anew. */
  stop(): void {
    this.#fetching.abort(new DissectorBroke("Wireshark was stopped", "stopped"));
    this.#worker?.dissector.stop();
    this.#worker = undefined;
    this.#opened = undefined;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #opening(capture: CaptureFile, told: (progress: Progress) => void): Promise<OpenCapture> {
    if (this.#worker?.dissector.isGone !== false) this.stop();
    if (this.#opened?.key !== capture.key) {
      this.#opened = undefined;
      const { loaded, breaking } = await openAround(capture, async (bytes) => {
        const { dissector, version } = await this.#started(told);
        told({ step: "reading" });
        const { columns } = await dissector.call("load", { capture: bytes });
        return { columns, version };
      });
      for (const number of breaking) this.#mark(capture.key, number);
      this.#opened = { key: capture.key, facts: { ...loaded, breaking } };
    }
    const breaking = this.#broke.get(capture.key) ?? new Set();
    return { ...this.#opened.facts, breaking };
  }

  async #started(told: (progress: Progress) => void) {
    if (this.#worker?.dissector.isGone === false) return this.#worker;
    this.#fetching = new AbortController();
    const files = await this.#options.fetchFiles(
      (bytes, total) => told({ step: "fetching", bytes, total }),
      this.#fetching.signal,
    );
    told({ step: "starting" });
    const dissector = new Dissector(this.#options.createPort());
    const { version } = await failingToStart(
      dissector.call("start", files, [files.program, files.tables]),
    );
    this.#worker = { dissector, version };
    return this.#worker;
  }

  #mark(key: string, number: number): void {
    this.#broke.set(key, new Set([...(this.#broke.get(key) ?? []), number]));
  }
}

/** A worker that does not even start is no packet's doing. */
async function failingToStart<T>(starting: Promise<T>): Promise<T> {
  try {
    return await starting;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new HoldfastError("page/no-wireshark", `Wireshark did not start: ${why}`, {
      cause: error,
    });
  }
}
