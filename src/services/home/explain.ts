import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import { explainConnField, schemasByName } from "../../core/analyzers/index.ts";
import { formatUid, HoldfastError, parseUid } from "../../core/base/index.ts";
import type { Actor } from "../../core/custody/index.ts";
import { explainEventField } from "../../core/engine/index.ts";
import type { Field, LogSchema } from "../../core/events/index.ts";
import type { PacketRecord } from "../../core/pcap/index.ts";
import { readPackets } from "../evidence/index.ts";
import { findConnection } from "./connection.ts";
import type { Home } from "./home.ts";
import { type KeyLogs, keyLogNames } from "./key-logs.ts";
import { recordRead } from "./packets.ts";
import { replayOptions } from "./replay-options.ts";

interface Context {
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

type Explained = OutputOf<Operations["explain"]>;
type Step = Explained["steps"][number];

/** Packets that one explanation replays. */
const REPLAY_PACKETS_MAX = 200_000;
/** Bytes of a range that the answer shows. */
const SHOWN_BYTES_MAX = 256;

/** A range of a packet, and what was read from it where that is not what lies there. */
interface SaidRange {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly opened?: Uint8Array | undefined;
}

/** A connection's packets, copied, and where each lies. */
interface Replay {
  readonly packets: readonly PacketRecord[];
  readonly places: readonly { segment: string; offset: number }[];
  readonly capture: string | undefined;
  readonly keys: KeyLogs | undefined;
}

/** Replays a connection's packets and says which bytes of which packets a field came from. */
export async function explainField(
  home: Home,
  input: ParsedInputOf<Operations["explain"]>,
  context: Context,
): Promise<Explained> {
  const { log, field } = findField(input.field);
  const { q } = await findConnection(home, input.uid, context);
  const replay = await readReplay(home, q, input, context);
  const options = replayOptions(home, replay.capture ?? "explain", replay.keys);
  const uid = parseUid(input.uid);
  if (log.name === "conn") {
    const { value, changes } = explainConnField(field.name, replay.packets, {
      ...options,
      ...(uid === undefined ? {} : { uid }),
    });
    const steps = changes.map(({ packetIndex, before, after, ranges }) =>
      stepOf(replay, packetIndex, { before, after, ranges }),
    );
    const named = { uid: input.uid, field: `conn.${field.name}`, says: field.says };
    // What the flow table counts is outside of any encryption.
    return { ...named, value, steps, key_logs: [] };
  }
  const rows = explainEventField(log, field.name, replay.packets, options).filter(
    ({ row }) => row["uid"] === undefined || isOf(row["uid"], uid),
  );
  if (rows.length === 0) {
    throw new HoldfastError("home/unknown-row", `${input.uid} has no row in ${log.name}`, {
      remedy: "see holdfast show UID for what is in the connection",
    });
  }
  const asked = input.row === undefined ? rows : rows.slice(input.row - 1, input.row);
  const steps = asked.flatMap(({ value, ranges, isExact, row }) =>
    byPacket(ranges).map(([packetIndex, own]) =>
      stepOf(replay, packetIndex, {
        before: null,
        after: value,
        row: rows.findIndex((one) => one.row === row) + 1,
        ranges: own
          .filter(({ offset }) => offset >= 0)
          .map(({ offset, length, opened }) => ({
            name: isExact ? `${log.name}.${field.name}` : "read when the row was made",
            offset,
            length,
            opened: opened?.bytes,
          })),
      }),
    ),
  );
  const value = asked.length === 1 ? asked[0]!.value : asked.map((one) => one.value);
  const named = { uid: input.uid, field: `${log.name}.${field.name}`, says: field.says };
  const randoms = asked.flatMap(({ ranges }) =>
    ranges.map((one) => one.opened?.clientRandom ?? ""),
  );
  return { ...named, value, steps, key_logs: keyLogNames(home, replay.keys, new Set(randoms)) };
}

/** `conn.orig_bytes`, `http.uri`; a name without its log is conn's. */
function findField(text: string): { log: LogSchema; field: Field } {
  const dot = text.indexOf(".");
  const named = dot < 0 ? undefined : schemasByName.get(text.slice(0, dot));
  const log = named?.shown === true ? named : schemasByName.get("conn")!;
  const name = log === named ? text.slice(dot + 1) : text;
  const field = log.fields.find((one) => one.name === name && one.kind !== "bytes");
  if (field !== undefined) return { log, field };
  const known = log.fields
    .filter(({ kind }) => kind !== "bytes")
    .map((f) => `${log.name}.${f.name}`);
  throw new HoldfastError("home/unknown-field", `there is no field "${text}" of a connection`, {
    remedy: `fields: ${known.join(", ")}`,
  });
}

function isOf(text: unknown, uid: bigint | undefined): boolean {
  return uid === undefined || text === formatUid(uid);
}

async function readReplay(
  home: Home,
  q: string,
  input: ParsedInputOf<Operations["explain"]>,
  context: Context,
): Promise<Replay> {
  const purpose = input.purpose || `explain ${input.field}`;
  const read = await recordRead(home, { q, relativeTo: "now", purpose, opensKeys: true }, context);
  const packets: PacketRecord[] = [];
  const places: { segment: string; offset: number }[] = [];
  for await (const { packet, segment, offset } of readPackets(
    home.shelf.open,
    read.located,
    read.plan,
  )) {
    if (packets.length === REPLAY_PACKETS_MAX) break;
    const { start, capturedBytes } = packet;
    // Not `slice`: on a Buffer that is a view, and the next frame would be written over it.
    const bytes = new Uint8Array(packet.bytes.subarray(start, start + capturedBytes));
    packets.push({ ...packet, bytes, start: 0, view: new DataView(bytes.buffer) });
    places.push({ segment, offset });
  }
  const capture = home.projection.segments.get(places[0]?.segment ?? "")?.entry.capture;
  return { packets, places, capture, keys: read.keys };
}

function stepOf(
  { packets, places }: Replay,
  packetIndex: number,
  step: Pick<Step, "before" | "after" | "row"> & {
    readonly ranges: readonly SaidRange[];
  },
): Step {
  const packet = packets[packetIndex]!;
  return {
    ...step,
    packet: packetIndex + 1,
    ts_ns: String(BigInt(packet.seconds) * 1_000_000_000n + BigInt(packet.nanoseconds)),
    ...places[packetIndex]!,
    ranges: step.ranges.map(({ name, offset, length, opened }) => ({
      name,
      offset,
      length,
      bytes: hexOf(packet.bytes.subarray(offset, offset + length)),
      ...(opened !== undefined && { opened: hexOf(opened) }),
    })),
  };
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, SHOWN_BYTES_MAX)).toString("hex");
}

/** Ranges by packet, in the packets' order. */
function byPacket<Range extends { readonly packetIndex: number }>(
  ranges: readonly Range[],
): [packetIndex: number, ranges: Range[]][] {
  const groups = new Map<number, Range[]>();
  for (const range of ranges) {
    groups.set(range.packetIndex, [...(groups.get(range.packetIndex) ?? []), range]);
  }
  return [...groups].sort(([a], [b]) => a - b);
}
