import type { FieldMark, OpenedBytes, Side } from "../analyzers/index.ts";
import { joinBytes } from "../base/index.ts";
import { type ColumnBatch, type LogSchema, ZeekJsonWriter } from "../events/index.ts";
import { formatAddress } from "../packet/index.ts";
import type { PacketRecord } from "../pcap/index.ts";
import { Engine, type EngineOptions } from "./engine.ts";

/** Bytes of one packet that a field came from. */
export interface SourceRange {
  /** Place in the list of packets given. */
  readonly packetIndex: number;
  /** Offset in the packet; -1 where the bytes were put together from fragments. */
  readonly offset: number;
  readonly length: number;
  /** The field was read from these, which the range only carries: encrypted, masked or in pieces. */
  readonly opened?: OpenedBytes | undefined;
}

/** One row of a log and where one field of it came from. */
export interface ExplainedRow {
  readonly row: Record<string, unknown>;
  readonly value: unknown;
  readonly ranges: readonly SourceRange[];
  /** False: the field has no bytes of its own; the ranges are what was read when the row was made. */
  readonly isExact: boolean;
}

/** Where a piece of a side's payload came from. */
interface Placed {
  readonly position: number;
  readonly length: number;
  readonly packetIndex: number;
  readonly offset: number;
}

interface Mark {
  readonly side: Side;
  readonly position: number;
  readonly length: number;
  /** The datagram that it lies in; -1 in streams. */
  readonly datagram: number;
  /** What the field was read from. */
  readonly bytes: Uint8Array;
  readonly opened?: OpenedBytes | undefined;
}

/** Pieces and marks kept in one replay; beyond them ranges are left out. */
const PIECES_MAX = 1_000_000;
const MARKS_MAX = 100_000;
/** Of what a field was read from, bytes in which its text is looked for. */
const SEARCHED_BYTES_MAX = 4096;

/**
 * Says which bytes of which packets a field of a log's rows came from: replays the packets of one flow
 * through the engine, whose analyzers then tell where they read what. Nothing is stored for this.
 */
export function explainEventField(
  schema: LogSchema,
  fieldName: string,
  packets: readonly PacketRecord[],
  options: Omit<EngineOptions, "trace" | "onRow" | "onPlaced">,
): ExplainedRow[] {
  const replay = new Replay(schema, fieldName, packets);
  const engine = new Engine({ ...options, locate: false, ...replay.hooks }, replay);
  // Offsets stay as they are: uids are made of them.
  for (const packet of packets) engine.onPacket(packet);
  engine.end();
  return replay.explained();
}

class Replay {
  readonly #schema: LogSchema;
  readonly #field: string;
  readonly #packets: readonly PacketRecord[];
  readonly #writer: ZeekJsonWriter;
  readonly #placed: [Placed[], Placed[]] = [[], []];
  readonly #rows: Record<string, unknown>[] = [];
  /** Marks when each row was begun, and those that no row has taken yet. */
  readonly #taken: Mark[][] = [];
  readonly #last: Placed[][] = [];
  #marks: Mark[] = [];
  #pieces = 0;
  /** Places in the list by record offset. */
  readonly #indexes: ReadonlyMap<number, number>;

  constructor(schema: LogSchema, field: string, packets: readonly PacketRecord[]) {
    this.#schema = schema;
    this.#field = field;
    this.#packets = packets;
    this.#indexes = new Map(packets.map((packet, index) => [packet.recordOffset, index]));
    this.#writer = new ZeekJsonWriter(schema);
  }

  readonly hooks = {
    onPlaced: (
      side: Side,
      position: number,
      length: number,
      from: { record: number; offset: number },
    ) =>
      this.#place(side, {
        position,
        length,
        packetIndex: this.#indexes.get(from.record) ?? 0,
        offset: from.offset,
      }),
    trace: {
      mark: (...[log, field, side, position, length, opened]: FieldMark) => {
        if (log !== this.#schema.name || field !== this.#field) return;
        this.#mark(side, { position, length, datagram: this.#datagramOf(side) }, opened);
      },
      later: (...[log, field, side, position, length, opened]: FieldMark) => {
        // The row may be made when another datagram is at hand.
        const place = { position, length, datagram: this.#datagramOf(side) };
        return () => {
          if (log !== this.#schema.name || field !== this.#field) return;
          this.#mark(side, place, opened);
        };
      },
    },
    onRow: (log: string) => {
      if (log !== this.#schema.name) return;
      this.#taken.push(this.#marks);
      this.#marks = [];
      this.#last.push(
        [this.#placed[0].at(-1), this.#placed[1].at(-1)].filter((one) => one !== undefined),
      );
    },
  };

  batch(batch: ColumnBatch): void {
    if (batch.schema !== this.#schema) return;
    for (let row = 0; row < batch.rowCount; row++) this.#rows.push(this.#writer.row(batch, row));
  }

  postings(): void {}

  explained(): ExplainedRow[] {
    let left: Mark[] = [];
    return this.#rows.map((row, n) => {
      const value = row[this.#field];
      // A mark that says something else may be of a later row: requests and replies overlap.
      const marks = [...left, ...(this.#taken[n] ?? [])];
      const fitting = marks.filter((mark) => saysThe(value, mark.bytes));
      const own = fitting.length === 0 ? marks : firstOf(fitting, value);
      left = fitting.length === 0 ? [] : marks.filter((mark) => !own.includes(mark));
      if (value === undefined || own.length === 0) {
        const near = value === undefined ? [] : (this.#last[n] ?? []);
        return { row, value: value ?? null, ranges: near.map(rangeOf), isExact: false };
      }
      return { row, value, ranges: own.flatMap((mark) => this.#rangesOf(mark)), isExact: true };
    });
  }

  #place(side: Side, placed: Placed): void {
    if (++this.#pieces > PIECES_MAX) return;
    this.#placed[side].push(placed);
  }

  #mark(
    side: Side,
    place: Pick<Mark, "position" | "length" | "datagram">,
    opened: OpenedBytes | undefined,
  ): void {
    if (this.#marks.length >= MARKS_MAX) return;
    const mark = { side, ...place, opened };
    if (opened !== undefined) {
      this.#marks.push({ ...mark, bytes: opened.bytes });
      return;
    }
    const ranges = this.#rangesOf({ ...mark, bytes: NOTHING });
    const parts = ranges.map(({ packetIndex, offset, length: bytes }) =>
      offset < 0 ? NOTHING : this.#packets[packetIndex]!.bytes.subarray(offset, offset + bytes),
    );
    this.#marks.push({ ...mark, bytes: joinBytes(parts).subarray(0, SEARCHED_BYTES_MAX) });
  }

  /** The datagram at hand; -1 where bytes have places in a stream. */
  #datagramOf(side: Side): number {
    const last = this.#placed[side].at(-1);
    return last !== undefined && last.position < 0 ? this.#placed[side].length - 1 : -1;
  }

  #rangesOf({ side, position, length, datagram, opened }: Mark): SourceRange[] {
    const placed = this.#placed[side];
    if (datagram >= 0) {
      const { packetIndex, offset } = placed[datagram]!;
      return [{ packetIndex, offset: offset < 0 ? -1 : offset + position, length, opened }];
    }
    const ranges: SourceRange[] = [];
    for (let n = firstBehind(placed, position); n < placed.length; n++) {
      const piece = placed[n]!;
      if (piece.position >= position + length) break;
      const from = Math.max(position, piece.position);
      const to = Math.min(position + length, piece.position + piece.length);
      if (from >= to) continue;
      const offset = piece.offset < 0 ? -1 : piece.offset + from - piece.position;
      ranges.push({ packetIndex: piece.packetIndex, offset, length: to - from, opened });
    }
    return ranges;
  }
}

const NOTHING = new Uint8Array(0);

function rangeOf({ packetIndex, offset, length }: Placed): SourceRange {
  return { packetIndex, offset, length };
}

/** The first piece that ends behind a position; pieces lie in order. */
function firstBehind(placed: readonly Placed[], position: number): number {
  let low = 0;
  let high = placed.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const piece = placed[middle]!;
    if (piece.position + piece.length <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A list's items come from a mark each, any other value from the first that says it. */
function firstOf(marks: readonly Mark[], value: unknown): Mark[] {
  return Array.isArray(value) ? marks.slice(0, Math.max(1, value.length)) : marks.slice(0, 1);
}

/** True when bytes are a value's text, its number or its address. */
function saysThe(value: unknown, bytes: Uint8Array): boolean {
  if (Array.isArray(value)) return value.some((item) => saysThe(item, bytes));
  if (typeof value === "number") {
    let number = 0;
    for (const byte of bytes) number = number * 256 + byte;
    if (bytes.length <= 6 && number === value) return true;
  }
  if (addressText(bytes) === value) return true;
  const text = plainText(latin1.decode(bytes));
  const wanted = plainText(String(value));
  return text !== "" && (text.includes(wanted) || wanted.includes(text));
}

function addressText(bytes: Uint8Array): string | undefined {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  return formatAddress(view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12));
}

const latin1 = new TextDecoder("latin1");

/** Letters and digits in lower case; whatever parts them (dots, lengths of labels, zeros) is one dot. */
function plainText(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_-]+/gu, ".")
    .replace(/^\.|\.$/g, "");
}
