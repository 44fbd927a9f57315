import { Engine } from "../../src/core/engine/index.ts";
import type { PacketSink } from "../../src/core/pcap/index.ts";

/** One engine over one capture, its events thrown away. */
export interface EngineRun {
  readonly onPacket: PacketSink;
  finish(): void;
}

/** Makes an engine whose results nobody keeps. */
export function createEngineRun(): EngineRun {
  const engine = new Engine({ captureId: "nobody-keeps-this" }, { batch() {}, postings() {} });
  return { onPacket: engine.onPacket, finish: () => engine.end() };
}
