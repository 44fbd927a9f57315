import type { Limit } from "../../base/index.ts";

/** Bounds of what is unpacked of one archive, with all archives inside it. */
export interface UnpackLimits {
  readonly members: Limit;
  readonly bytes: Limit;
  readonly depth: Limit;
  /** Bytes unpacked for each byte that came, once `RATIO_FREE_BYTES` were. */
  readonly ratio: Limit;
}

/** Below this much nobody minds the ratio: texts of one letter are small bombs. */
const RATIO_FREE_BYTES = 1 << 20;

/** What was unpacked of an archive so far; archives inside it spend of the same. */
export class ZipBudget {
  /** Bytes of the outermost archive that were seen. */
  packedBytes = 0;
  readonly #limits: UnpackLimits;
  readonly #tell: (limit: string) => void;
  #members = 0;
  #bytes = 0;
  #isSpent = false;

  constructor(limits: UnpackLimits, tell: (limit: string) => void) {
    this.#limits = limits;
    this.#tell = tell;
  }

  get isSpent(): boolean {
    return this.#isSpent;
  }

  /** False when no further member is opened. */
  addMember(): boolean {
    this.#members++;
    if (this.#members > this.#limits.members.maximum) this.#spend(this.#limits.members);
    return !this.#isSpent;
  }

  /** False when these bytes are too many. */
  addBytes(length: number): boolean {
    this.#bytes += length;
    const { bytes, ratio } = this.#limits;
    if (this.#bytes > bytes.maximum) this.#spend(bytes);
    else if (this.#bytes > RATIO_FREE_BYTES && this.#bytes > this.packedBytes * ratio.maximum) {
      this.#spend(ratio);
    }
    return !this.#isSpent;
  }

  /** False when an archive so deep inside is not opened; those beside it still are. */
  allowsDepth(depth: number): boolean {
    const limit = this.#limits.depth;
    if (depth <= limit.maximum) return true;
    limit.reached++;
    this.#tell(limit.name);
    return false;
  }

  #spend(limit: Limit): void {
    if (this.#isSpent) return;
    this.#isSpent = true;
    limit.reached++;
    this.#tell(limit.name);
  }
}
