import type { FieldTrace, Side } from "../analyzers/index.ts";
import type { PacketRecord } from "../pcap/index.ts";
import { Engine, type EngineOptions } from "./engine.ts";

/** What one TLS record said. */
export interface DecryptedPiece {
  readonly side: Side;
  readonly bytes: Uint8Array;
}

/**
 * What the two ends of a TLS connection said inside it, by replay with secrets. Give it the packets one
 * by one; each call returns what could be opened with that packet.
 */
export class DecryptedStream {
  /** Hexadecimal randoms of the clients whose secrets opened something. */
  readonly clientRandoms = new Set<string>();
  readonly #engine: Engine;
  #pieces: DecryptedPiece[] = [];

  constructor(options: Omit<EngineOptions, "trace">) {
    const trace: FieldTrace = {
      mark() {},
      later: () => () => {},
      opened: (side, bytes, clientRandom) => {
        this.clientRandoms.add(clientRandom);
        this.#pieces.push({ side, bytes: bytes.slice() });
      },
    };
    const sink = { batch() {}, postings() {} };
    this.#engine = new Engine({ ...options, locate: false, trace }, sink);
  }

  packet(packet: PacketRecord): readonly DecryptedPiece[] {
    this.#engine.onPacket(packet);
    return this.#take();
  }

  end(): readonly DecryptedPiece[] {
    this.#engine.end();
    return this.#take();
  }

  #take(): readonly DecryptedPiece[] {
    const pieces = this.#pieces;
    if (pieces.length > 0) this.#pieces = [];
    return pieces;
  }
}
