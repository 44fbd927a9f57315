/** Decompressed frames of any number of segments, bounded in bytes; the least recently used goes. */
export class FrameCache {
  readonly #bytesMax: number;
  readonly #frames = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(options: { bytesMax?: number } = {}) {
    this.#bytesMax = options.bytesMax ?? 64 << 20;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): Uint8Array | undefined {
    const frame = this.#frames.get(key);
    if (frame === undefined) return undefined;
    // A Map keeps the order of insertion: putting it in again makes it the most recent.
    this.#frames.delete(key);
    this.#frames.set(key, frame);
    return frame;
  }

  set(key: string, frame: Uint8Array): void {
    if (frame.length > this.#bytesMax) return;
    this.#bytes += frame.length - (this.#frames.get(key)?.length ?? 0);
    this.#frames.delete(key);
    this.#frames.set(key, frame);
    for (const [oldest, bytes] of this.#frames) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#frames.delete(oldest);
      this.#bytes -= bytes.length;
    }
  }

  /** Forgets one segment, whose head may be about to be destroyed. */
  forget(segment: string): void {
    for (const [key, frame] of this.#frames) {
      if (!key.startsWith(`${segment}/`)) continue;
      this.#frames.delete(key);
      this.#bytes -= frame.length;
    }
  }
}
