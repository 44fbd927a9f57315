import type { PacketRecord } from "../pcap/index.ts";
import { Engine, type EngineOptions } from "./engine.ts";

/**
 * Takes one file out of the packets of its flow, by replay. Give it the packets one by one; each call
 * returns the file's bytes that came with it.
 */
export class FileExtractor {
  /** True once the file was seen to begin. */
  isFound = false;
  /** Known when the file ended: whether all of it came. */
  isComplete: boolean | undefined;
  readonly #engine: Engine;
  #pieces: Uint8Array[] = [];

  constructor(fuid: string, options: Omit<EngineOptions, "onFile">) {
    const sink = { batch() {}, postings() {} };
    const onFile: NonNullable<EngineOptions["onFile"]> = {
      begin: (name) => {
        if (name === fuid) this.isFound = true;
      },
      bytes: (name, bytes) => {
        if (name === fuid) this.#pieces.push(bytes.slice());
      },
      end: (name, facts) => {
        if (name === fuid) this.isComplete = facts.isComplete;
      },
    };
    this.#engine = new Engine({ ...options, locate: false, onFile }, sink);
  }

  packet(packet: PacketRecord): readonly Uint8Array[] {
    this.#engine.onPacket(packet);
    return this.#take();
  }

  end(): readonly Uint8Array[] {
    this.#engine.end();
    return this.#take();
  }

  #take(): readonly Uint8Array[] {
    const pieces = this.#pieces;
    if (pieces.length > 0) this.#pieces = [];
    return pieces;
  }
}
