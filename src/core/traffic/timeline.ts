/** A packet and when it was on the wire: nanoseconds since the story's beginning. */
export interface TimedPacket {
  readonly atNs: number;
  readonly bytes: Uint8Array;
}

/** Collects packets of many conversations and hands them out in time order. */
export class Timeline {
  readonly #packets: TimedPacket[] = [];

  add(atNs: number, bytes: Uint8Array): void {
    this.#packets.push({ atNs: Math.round(atNs), bytes });
  }

  /** Sorting is stable: packets of one instant keep the order they were added in. */
  inOrder(): readonly TimedPacket[] {
    return this.#packets.sort((a, b) => a.atNs - b.atNs);
  }
}
