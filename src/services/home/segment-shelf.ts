import { HoldfastError } from "../../core/base/index.ts";
import { decodeJson } from "../../core/events/index.ts";
import type { CaptureLayout } from "../../core/pcap/index.ts";
import type { OpenCapture } from "../evidence/index.ts";
import type { IndexStore } from "../index/index.ts";
import { FrameCache, openSegment } from "../vault/index.ts";
import type { Projection } from "./projection.ts";

/** Segments kept open; the one unused longest goes first. */
const OPEN_MAX = 64;

/** Decrypted frames kept in memory, over all segments; never on a disk. */
const FRAMES_BYTES_MAX = 128 << 20;

/** What of a home a shelf needs. */
interface ShelfParts {
  readonly vault: string;
  readonly projection: Projection;
  readonly index: IndexStore;
  readonly identity: () => string;
}

/** Open segments: unwrapping a file key and reading a seek table is paid once, not at every question. */
export class SegmentShelf {
  readonly #parts: ShelfParts;
  readonly #open = new Map<string, Promise<OpenCapture>>();
  readonly #frames = new FrameCache({ bytesMax: FRAMES_BYTES_MAX });

  constructor(parts: ShelfParts) {
    this.#parts = parts;
  }

  readonly open = (segment: string): Promise<OpenCapture> => {
    const known = this.#open.get(segment);
    this.#open.delete(segment);
    const opened = known ?? this.#openNew(segment);
    this.#open.set(segment, opened);
    if (known === undefined) opened.catch(() => this.#open.delete(segment));
    const [oldest] = this.#open.keys();
    if (this.#open.size > OPEN_MAX && oldest !== undefined) {
      const dropped = this.#open.get(oldest);
      this.#open.delete(oldest);
      void dropped?.then(({ reader }) => reader.close()).catch(() => undefined); // never opened: nothing to close
    }
    return opened;
  };

  async close(): Promise<void> {
    for (const opened of this.#open.values()) {
      await opened.then(({ reader }) => reader.close()).catch(() => undefined); // never opened: nothing to close
    }
    this.#open.clear();
  }

  async #openNew(segment: string): Promise<OpenCapture> {
    const { vault, projection, index, identity } = this.#parts;
    const state = projection.segments.get(segment);
    if (state === undefined) {
      throw new HoldfastError("home/unknown-segment", `there is no segment ${segment}`);
    }
    const reader = await openSegment({
      dir: vault,
      id: state.entry.segment,
      facts: state.entry,
      identity: identity(),
      cache: this.#frames,
    });
    const layout = decodeJson<CaptureLayout>(await index.readLayout(segment));
    return { reader, layout, timeOrdered: state.entry.time_ordered };
  }
}
