import { createLimit, formatUid, type Limit } from "../../base/index.ts";
import { ColumnBatch, columnIndex, type EventSink } from "../../events/index.ts";
import type { DecodedPacket } from "../../packet/index.ts";
import type { PacketRecord } from "../../pcap/index.ts";
import { sendRows } from "../shared/index.ts";
import { BurstLane, type FlowInterest } from "./burst-lane.ts";
import {
  BURST_BIN_NANOSECONDS,
  BURST_DIRECTIONS,
  burstFillingsSchema,
  microburstsSchema,
} from "./microbursts-events.ts";
import { type LocalTest, PacketDirection } from "./packet-direction.ts";

const column = (name: string) => columnIndex(microburstsSchema, name);
const TS = column("ts");
const INTERFACE = column("interface");
const DIRECTION = column("direction");
const BIN = column("bin");
const RANK = column("rank");
const BYTES = column("bytes");
const PACKETS = column("packets");
const RATE = column("rate");
const UID = column("uid");
const CONTRIBUTORS = column("contributors");
const fillingColumn = (name: string) => columnIndex(burstFillingsSchema, name);
const FILLING_TS = fillingColumn("ts");
const FILLING_INTERFACE = fillingColumn("interface");
const FILLING_DIRECTION = fillingColumn("direction");
const FILLING_BIN = fillingColumn("bin");
const FILLING_LATE = fillingColumn("late");
const FILLINGS = fillingColumn("fillings");

const DIRECTIONS = BURST_DIRECTIONS.length;
/** Interfaces measured; a capture with more names the rest in the limit's count only. */
const INTERFACES_MAX = 16;

/** What of an ended flow is needed: `FlowRecord` has it. */
interface EndedFlow {
  readonly ordinal: number;
  readonly uidHigh: number;
  readonly uidLow: number;
}

/** The uid of a flow that a burst names, once known, and how many bursts name it. */
interface NamedFlow {
  bursts: number;
  uidHigh: number;
  uidLow: number;
  isKnown: boolean;
}

/**
 * Finds the fullest moments of each interface and direction in the pass, and writes them as rows of
 * `microbursts` at the end. Call `flowEnded` for every flow, or bursts cannot name theirs.
 */
export class MicroburstsAnalyzer {
  readonly limit: Limit = createLimit("microbursts.interfaces", INTERFACES_MAX);
  readonly #sink: EventSink;
  readonly #direction: PacketDirection;
  readonly #lanes: (BurstLane | undefined)[] = new Array(INTERFACES_MAX * DIRECTIONS).fill(
    undefined,
  );
  readonly #named = new Map<number, NamedFlow>();
  readonly #interest: FlowInterest;
  #baseSeconds = 0;
  #hasBase = false;

  constructor(sink: EventSink, local: LocalTest) {
    this.#sink = sink;
    this.#direction = new PacketDirection(local);
    this.#interest = {
      keep: (ordinal) => {
        const flow = this.#named.get(ordinal);
        if (flow !== undefined) flow.bursts++;
        else this.#named.set(ordinal, { bursts: 1, uidHigh: 0, uidLow: 0, isKnown: false });
      },
      drop: (ordinal) => {
        const flow = this.#named.get(ordinal);
        if (flow !== undefined && --flow.bursts === 0) this.#named.delete(ordinal);
      },
    };
  }

  /** Takes a packet as it was decoded from the wire; `ordinal` is its flow's, 0 without one. */
  packet(record: PacketRecord, decoded: DecodedPacket, ordinal: number): void {
    if (!this.#hasBase) {
      this.#hasBase = true;
      // A whole second, so that bins begin where the clock's do.
      this.#baseSeconds = record.seconds;
    }
    const { interfaceIndex } = record;
    if (interfaceIndex >= INTERFACES_MAX) {
      this.limit.reached++;
      return;
    }
    const place = interfaceIndex * DIRECTIONS + this.#direction.of(decoded);
    const lane = this.#lanes[place] ?? this.#open(place);
    lane.packet(record, this.#baseSeconds, ordinal);
  }

  /** Notes the uid of a flow that some burst names. */
  flowEnded(flow: EndedFlow): void {
    const named = this.#named.get(flow.ordinal);
    if (named === undefined) return;
    named.uidHigh = flow.uidHigh;
    named.uidLow = flow.uidLow;
    named.isKnown = true;
  }

  /** Ends the open bins while their flows are still alive: call it before the flows are ended. */
  endBins(): void {
    for (const lane of this.#lanes) lane?.end();
  }

  /** Writes every row; call it after the flows were ended. */
  end(): void {
    const bursts = new ColumnBatch(microburstsSchema);
    const fillings = new ColumnBatch(burstFillingsSchema);
    for (const lane of this.#lanes) {
      if (lane === undefined) continue;
      this.#addBursts(bursts, lane);
      this.#addFillings(fillings, lane);
    }
    sendRows(this.#sink, bursts);
    sendRows(this.#sink, fillings);
  }

  #open(place: number): BurstLane {
    const interfaceIndex = Math.floor(place / DIRECTIONS);
    const lane = new BurstLane(interfaceIndex, place % DIRECTIONS, this.#interest);
    this.#lanes[place] = lane;
    return lane;
  }

  #addFillings(batch: ColumnBatch, lane: BurstLane): void {
    BURST_BIN_NANOSECONDS.forEach((width, level) => {
      const [peak] = lane.ranked(level);
      if (peak === undefined) return;
      const row = batch.addRow();
      this.#setTime(batch, FILLING_TS, row, lane.burst(peak).time);
      batch.setU32(FILLING_INTERFACE, row, lane.interfaceIndex);
      batch.setU8(FILLING_DIRECTION, row, lane.direction);
      batch.setCount(FILLING_BIN, row, width);
      batch.setCount(FILLING_LATE, row, lane.late);
      batch.setBytes(FILLINGS, row, lane.fillings(level));
    });
  }

  #setTime(batch: ColumnBatch, place: number, row: number, time: number): void {
    const seconds = Math.floor(time / 1e9);
    batch.setTime(place, row, this.#baseSeconds + seconds, time - seconds * 1e9);
  }

  #addBursts(batch: ColumnBatch, lane: BurstLane): void {
    BURST_BIN_NANOSECONDS.forEach((width, level) => {
      lane.ranked(level).forEach((place, n) => {
        const row = batch.addRow();
        this.#setBurst(batch, row, lane.burst(place), width);
        batch.setU32(INTERFACE, row, lane.interfaceIndex);
        batch.setU8(DIRECTION, row, lane.direction);
        batch.setU8(RANK, row, n + 1);
        if (batch.isFull) sendRows(this.#sink, batch);
      });
    });
  }

  #setBurst(
    batch: ColumnBatch,
    row: number,
    burst: ReturnType<BurstLane["burst"]>,
    width: number,
  ): void {
    this.#setTime(batch, TS, row, burst.time);
    batch.setCount(BIN, row, width);
    batch.setCount(BYTES, row, burst.bytes);
    batch.setCount(PACKETS, row, burst.packets);
    batch.setCount(RATE, row, Math.round(burst.bytes * 8 * (1e9 / width)));
    const known = burst.flows.flatMap(({ ordinal, bytes }) => {
      const flow = this.#named.get(ordinal);
      return flow?.isKnown === true ? [{ flow, bytes }] : [];
    });
    const [first] = known;
    if (first === undefined) return;
    batch.setU64(UID, row, first.flow.uidHigh, first.flow.uidLow);
    const texts = known.map(({ flow, bytes }) => `${uidText(flow)}=${bytes}`);
    batch.setText(CONTRIBUTORS, row, texts.join(" "));
  }
}

function uidText({ uidHigh, uidLow }: NamedFlow): string {
  return formatUid((BigInt(uidHigh >>> 0) << 32n) | BigInt(uidLow >>> 0));
}
