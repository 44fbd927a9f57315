import type { PathPacket } from "./packet-info.ts";

/** Packets as the plot wants them: one column of times, one of values for each kind of point. */
export interface PathPoints {
  readonly numbers: readonly number[];
  readonly seconds: number[];
  readonly sent: (number | null)[];
  readonly got: (number | null)[];
  /** Bytes whose place an earlier packet had reached or passed: sent again, or late. */
  readonly again: (number | null)[];
  readonly closed: (number | null)[];
  readonly isTcp: boolean;
  readonly againCount: number;
  readonly closedCount: number;
}

interface Side {
  base: number | undefined;
  highest: number;
  bytes: number;
}

/** Where in its direction each packet's bytes end; without sequence numbers, bytes so far. */
export function pathPoints(packets: readonly PathPacket[], startNs: string): PathPoints {
  const start = BigInt(startNs);
  const sides = {
    out: { base: undefined, highest: 0, bytes: 0 } as Side,
    back: { base: undefined, highest: 0, bytes: 0 } as Side,
  };
  const points = {
    numbers: [] as number[],
    seconds: [] as number[],
    sent: [] as (number | null)[],
    got: [] as (number | null)[],
    again: [] as (number | null)[],
    closed: [] as (number | null)[],
  };
  let againCount = 0;
  let closedCount = 0;
  for (const packet of packets) {
    if (packet.direction === "none") continue;
    const side = sides[packet.direction];
    const { value, isAgain } = placeOf(packet, side);
    const isClosed = packet.tcp?.window === 0 && !packet.tcp.flags.includes("RST");
    if (isAgain) againCount++;
    if (isClosed) closedCount++;
    points.numbers.push(packet.row.number);
    points.seconds.push(Number(BigInt(packet.row.ts_ns) - start) / 1e9);
    points.sent.push(packet.direction === "out" ? value : null);
    points.got.push(packet.direction === "back" ? value : null);
    points.again.push(isAgain ? value : null);
    points.closed.push(isClosed ? value : null);
  }
  const isTcp = packets.some(({ tcp }) => tcp !== undefined);
  return { ...points, isTcp, againCount, closedCount };
}

function placeOf({ tcp, row }: PathPacket, side: Side): { value: number; isAgain: boolean } {
  if (tcp === undefined) {
    side.bytes += row.original_bytes;
    return { value: side.bytes, isAgain: false };
  }
  side.base ??= tcp.sequence;
  // The distance on the circle of 2^32 numbers, RFC 9293 §3.4: it may lie before the base.
  const from = (tcp.sequence - side.base) | 0;
  const end = from + tcp.length;
  const isAgain = tcp.length > 0 && from < side.highest;
  side.highest = Math.max(side.highest, end);
  return { value: end, isAgain };
}
