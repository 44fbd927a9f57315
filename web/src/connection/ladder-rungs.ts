import type { PathPacket } from "./packet-info.ts";

/** One packet between the two ends. */
export interface Rung {
  readonly number: number;
  readonly direction: "out" | "back";
  /** Since the connection's first packet, and since the packet before. */
  readonly seconds: number;
  readonly pause: number;
  readonly label: string;
  /** Bytes whose place an earlier packet had reached: sent again, or late. */
  readonly isAgain: boolean;
  /** The receiver has room for nothing. */
  readonly isClosed: boolean;
  /** Seconds until the other end said that it has all of it, where it did. */
  readonly acknowledgedAfter: number | undefined;
}

interface Waiting {
  readonly end: number;
  readonly index: number;
  readonly seconds: number;
}

type Mutable = { -readonly [K in keyof Rung]: Rung[K] };

/** Packets in their order as rungs of a ladder between the ends. */
export function ladderRungs(packets: readonly PathPacket[], startNs: string): Rung[] {
  const start = BigInt(startNs);
  const rungs: Mutable[] = [];
  const waiting: Record<"out" | "back", Waiting[]> = { out: [], back: [] };
  const reached: Record<"out" | "back", number | undefined> = { out: undefined, back: undefined };
  let before: number | undefined;
  for (const { row, direction, tcp } of packets) {
    if (direction === "none") continue;
    const seconds = Number(BigInt(row.ts_ns) - start) / 1e9;
    const other = direction === "out" ? "back" : "out";
    if (tcp?.acknowledgment !== undefined) {
      settle(waiting[other], tcp.acknowledgment, seconds, rungs);
    }
    const end = tcp === undefined ? 0 : (tcp.sequence + tcp.length) | 0;
    const known = reached[direction];
    const isAgain =
      tcp !== undefined &&
      tcp.length > 0 &&
      known !== undefined &&
      distance(tcp.sequence, known) > 0;
    if (tcp !== undefined && tcp.length > 0) {
      if (!isAgain) waiting[direction].push({ end, index: rungs.length, seconds });
      if (known === undefined || distance(known, end) > 0) reached[direction] = end;
    }
    rungs.push({
      number: row.number,
      direction,
      seconds,
      pause: before === undefined ? 0 : seconds - before,
      label: labelOf(row.original_bytes, tcp),
      isAgain,
      isClosed: tcp?.window === 0 && !tcp.flags.includes("RST"),
      acknowledgedAfter: undefined,
    });
    before = seconds;
  }
  return rungs;
}

/** What lies before an acknowledgement has arrived. */
function settle(
  waiting: Waiting[],
  acknowledgment: number,
  seconds: number,
  rungs: readonly Mutable[],
): void {
  while (waiting[0] !== undefined && distance(waiting[0].end, acknowledgment) >= 0) {
    const { index, seconds: sent } = waiting.shift()!;
    rungs[index]!.acknowledgedAfter = seconds - sent;
  }
}

/** How far `to` lies behind `from` on the circle of 2^32 numbers (RFC 9293 3.4). */
function distance(from: number, to: number): number {
  return (to - from) | 0;
}

function labelOf(frameBytes: number, tcp: PathPacket["tcp"]): string {
  if (tcp === undefined) return `${frameBytes} B`;
  const ends = Number(tcp.flags.includes("SYN")) + Number(tcp.flags.includes("FIN"));
  const payload = tcp.length - ends;
  return payload > 0 ? `${tcp.flags} · ${payload} B` : tcp.flags;
}
