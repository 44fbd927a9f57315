import type { Output } from "../client.ts";

type Line = Output<"stream">;
export type Side = "orig" | "resp";

/** A run is closed when it has grown so long, so that joining it costs each byte once. */
const RUN_BYTES_MAX = 65_536;
const HEX_BYTES = 16;
const TEXT_BYTES_MAX = 128;
/** Of a run, the share of bytes that must be text for it to be read as text. */
const TEXT_SHARE = 0.9;
const NEWLINE = 10;
/** Stretches marked in a direction: each row looks through them. What lies beyond is still told. */
const MARKS_MAX = 5000;

/** Bytes of one direction that follow each other, and which packets they came in. */
export interface Run {
  readonly kind: "run";
  readonly side: Side;
  readonly position: number;
  readonly bytes: Uint8Array;
  /** Where each packet's bytes begin, ascending; number 0 where several gave them. */
  readonly packets: readonly { readonly position: number; readonly number: number }[];
}

/** Something said between the bytes: a hole, or two packets that disagree. */
export interface Remark {
  readonly kind: "gap" | "conflict";
  readonly side: Side;
  readonly position: number;
  readonly length: number;
  readonly text: string;
  readonly packets: readonly number[];
}

/** One row on the page. */
export interface StreamRow {
  readonly piece: Run | Remark;
  readonly from: number;
  readonly to: number;
  readonly isText: boolean;
}

/** A stretch of bytes about which packets disagree. */
export interface Mark {
  readonly from: number;
  readonly to: number;
}

/** Collects a connection's stream from its lines, as they come. */
export class StreamText {
  readonly pieces: (Run | Remark)[] = [];
  readonly marks: Readonly<Record<Side, Mark[]>> = { orig: [], resp: [] };
  start: Extract<Line, { type: "start" }> | undefined;
  end: Extract<Line, { type: "end" }> | undefined;
  bytes = 0;
  #open: { side: Side; position: number; chunks: Uint8Array[]; bytes: number } | undefined;
  #packets: { position: number; number: number }[] = [];

  add(line: Line): void {
    switch (line.type) {
      case "start":
        this.start = line;
        return;
      case "data":
        this.#addBytes(line);
        return;
      case "gap":
        this.close();
        this.pieces.push(gapRemark(line));
        return;
      case "conflict":
        this.close();
        this.#mark(line.side, { from: line.position, to: line.position + line.length });
        this.pieces.push(conflictRemark(line));
        return;
      case "end":
        this.close();
        this.end = line;
    }
  }

  /** Ends the run that is being collected. */
  close(): void {
    const open = this.#open;
    if (open === undefined) return;
    const bytes = new Uint8Array(open.bytes);
    let at = 0;
    for (const chunk of open.chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    const { side, position } = open;
    this.pieces.push({ kind: "run", side, position, bytes, packets: this.#packets });
    this.#packets = [];
    this.#open = undefined;
  }

  #mark(side: Side, mark: Mark): void {
    if (this.marks[side].length < MARKS_MAX) this.marks[side].push(mark);
  }

  #addBytes({ side, position, bytes: text, packet }: Extract<Line, { type: "data" }>): void {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const open = this.#open;
    const follows = open?.side === side && open.position + open.bytes === position;
    if (!follows || open.bytes >= RUN_BYTES_MAX) this.close();
    this.#open ??= { side, position, chunks: [], bytes: 0 };
    this.#open.chunks.push(bytes);
    this.#open.bytes += bytes.length;
    this.bytes += bytes.length;
    const number = packet?.number ?? 0;
    if (this.#packets.at(-1)?.number !== number) this.#packets.push({ position, number });
  }
}

function gapRemark({ side, position, length, kind }: Extract<Line, { type: "gap" }>): Remark {
  const bytes = length === 1 ? "1 byte" : `${length.toLocaleString("en")} bytes`;
  const why = kind === "cut" ? "on the wire, cut off by the capture" : "never captured";
  return { kind: "gap", side, position, length, text: `${bytes} missing: ${why}`, packets: [] };
}

function conflictRemark(line: Extract<Line, { type: "conflict" }>): Remark {
  const { side, position, length, first, second } = line;
  const bytes = length === 1 ? "1 byte" : `${length.toLocaleString("en")} bytes`;
  return {
    kind: "conflict",
    side,
    position,
    length,
    text: `two packets disagree over ${bytes}`,
    packets: [first, second].flatMap(({ packet }) => (packet === null ? [] : [packet.number])),
  };
}

/** The rows of a stream: lines where the bytes are text, else sixteen bytes each. */
export function streamRows(pieces: readonly (Run | Remark)[], as: "text" | "hex"): StreamRow[] {
  const rows: StreamRow[] = [];
  for (const piece of pieces) {
    if (piece.kind !== "run") {
      rows.push({ piece, from: piece.position, to: piece.position + piece.length, isText: false });
      continue;
    }
    const isText = as === "text" && isMostlyText(piece.bytes);
    for (let at = 0; at < piece.bytes.length; ) {
      const to = isText ? lineEnd(piece.bytes, at) : Math.min(piece.bytes.length, at + HEX_BYTES);
      rows.push({ piece, from: at, to, isText });
      at = to;
    }
  }
  return rows;
}

function lineEnd(bytes: Uint8Array, from: number): number {
  const most = Math.min(bytes.length, from + TEXT_BYTES_MAX);
  const newline = bytes.subarray(from, most).indexOf(NEWLINE);
  return newline < 0 ? most : from + newline + 1;
}

function isMostlyText(bytes: Uint8Array): boolean {
  let count = 0;
  for (const byte of bytes) {
    if ((byte >= 32 && byte < 127) || byte === 9 || byte === NEWLINE || byte === 13) count++;
  }
  return count >= bytes.length * TEXT_SHARE;
}

/** The packet that gave the byte at a position of its direction, 0 where it is not one. */
export function packetAt({ packets }: Run, position: number): number {
  let low = 0;
  let high = packets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (packets[middle]!.position <= position) low = middle + 1;
    else high = middle;
  }
  return packets[low - 1]?.number ?? 0;
}

/** Bytes as text of one line: what is no printable ASCII is written out. */
export function bytesText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    if (byte >= 32 && byte < 127) text += String.fromCharCode(byte);
    else if (byte === 9) text += "\t";
    else if (byte === NEWLINE) text += "⏎";
    else if (byte !== 13) text += `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return text;
}

export function hexText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => ` ${byte.toString(16).padStart(2, "0")}`).join("");
}

/** Bytes as hex viewers show them beside the numbers. */
export function dotText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".",
  ).join("");
}

/** Cuts `from`–`to` where marks begin and end; each part says whether it is marked. */
export function markedParts(
  from: number,
  to: number,
  marks: readonly Mark[],
): { readonly from: number; readonly to: number; readonly isMarked: boolean }[] {
  const touching = marks.filter((mark) => mark.from < to && mark.to > from);
  const edges = touching.flatMap((mark) => [mark.from, mark.to]);
  const cuts = [...new Set([from, to, ...edges])]
    .filter((at) => at >= from && at <= to)
    .sort((a, b) => a - b);
  return cuts.slice(0, -1).map((at, n) => ({
    from: at,
    to: cuts[n + 1]!,
    isMarked: touching.some((mark) => mark.from <= at && mark.to > at),
  }));
}
