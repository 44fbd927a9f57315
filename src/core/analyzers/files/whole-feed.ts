import type { FileFeed, FileStart } from "../shared/index.ts";
import type { FileSink } from "./file-sink.ts";

/** A whole whose parts are the files of the log: its bytes go to whoever takes files out, nowhere else. */
export class WholeFeed implements FileFeed {
  readonly fuid: string;
  readonly mimeType: string | undefined;
  filename: string | undefined;
  readonly #sink: FileSink | undefined;
  #isComplete = true;
  #isOver = false;

  constructor(fuid: string, start: FileStart, sink: FileSink | undefined) {
    this.fuid = fuid;
    this.mimeType = start.mimeType;
    this.filename = start.filename;
    this.#sink = sink;
    sink?.begin(fuid, start);
  }

  data(bytes: Uint8Array): void {
    if (!this.#isOver) this.#sink?.bytes(this.fuid, bytes);
  }

  gap(): void {
    this.#isComplete = false;
  }

  rename(filename: string): void {
    this.filename = filename;
  }

  expect(): void {}

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sink?.end(this.fuid, { isComplete: this.#isComplete, mimeType: this.mimeType });
  }
}
