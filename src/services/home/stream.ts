import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import { endText, HoldfastError } from "../../core/base/index.ts";
import type { Actor } from "../../core/custody/index.ts";
import {
  diffStream,
  type PacketPlace,
  readPackets,
  readStream,
  type StreamEvent,
} from "../evidence/index.ts";
import { findConnection } from "./connection.ts";
import type { Home } from "./home.ts";
import { recordRead } from "./packets.ts";
import { untilAborted } from "./until-aborted.ts";

interface Context {
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

type StreamLine = OutputOf<Operations["stream"]>;

/** A connection's bytes in order, after the read is on record. */
export async function* streamConnection(
  home: Home,
  input: ParsedInputOf<Operations["stream"]>,
  context: Context,
): AsyncGenerator<StreamLine> {
  const opened = await openConnection(home, input, context);
  const { originator, responder, read } = opened;
  yield {
    type: "start",
    seq: read.seq,
    uid: input.uid,
    policy: input.policy,
    orig: endText(originator.address, originator.port),
    resp: endText(responder.address, responder.port),
    packets: read.located.total,
  };
  const question = { originator, responder, policy: input.policy };
  for await (const event of readStream(opened.packets(), question)) yield toLine(event);
}

/** Where two packets of a connection disagree, after the read is on record. */
export async function diffConnection(
  home: Home,
  input: ParsedInputOf<Operations["streamDiff"]>,
  context: Context,
): Promise<OutputOf<Operations["streamDiff"]>> {
  const { originator, responder, read, packets } = await openConnection(home, input, context);
  const { total, differences, results } = await diffStream(packets, { originator, responder });
  return {
    seq: read.seq,
    uid: input.uid,
    total,
    differences: differences.map(({ versions, ...place }) => ({
      ...place,
      versions: versions.map(({ bytes, packet, policies }) => ({
        hex: Buffer.from(bytes).toString("hex"),
        text: Buffer.from(bytes).toString("latin1"),
        packet: placeLine(packet),
        policies,
      })),
    })),
    results: results.map(({ policy, sides }) => ({ policy, ...sides })),
  };
}

/** Finds a TCP connection and puts the read on record; what is no TCP is refused. */
export async function openConnection(
  home: Home,
  input: { readonly uid: string; readonly purpose: string },
  context: Context,
) {
  const { row } = await findConnection(home, input.uid, context);
  if (row["proto"] !== "tcp") {
    throw new HoldfastError(
      "request/bad-input",
      `connection ${input.uid} is ${String(row["proto"])}: only TCP has a stream`,
      { remedy: `its packets are there: holdfast packets --uid ${input.uid} -o out.pcapng` },
    );
  }
  return await openPackets(home, { ...input, purpose: input.purpose || "stream" }, context);
}

/** Finds any connection and puts the read of its packets on record. */
export async function openPackets(
  home: Home,
  { uid, purpose }: { readonly uid: string; readonly purpose: string },
  context: Context,
) {
  const { row, q } = await findConnection(home, uid, context);
  const end = (side: "orig" | "resp") => ({
    address: String(row[`id.${side}_h`]),
    port: Number(row[`id.${side}_p`]),
  });
  const read = await recordRead(home, { q, relativeTo: "now", purpose }, context);
  return {
    row,
    originator: end("orig"),
    responder: end("resp"),
    read,
    packets: () =>
      untilAborted(readPackets(home.shelf.open, read.located, read.plan), context.signal),
  };
}

function toLine(event: StreamEvent): StreamLine {
  switch (event.type) {
    case "data":
      return { ...event, bytes: toBase64(event.bytes), packet: placeLine(event.packet) };
    case "conflict": {
      const version = ({ bytes, packet }: typeof event.first) => ({
        bytes: toBase64(bytes),
        packet: placeLine(packet),
      });
      const { type, side, position, first, second } = event;
      const versions = { first: version(first), second: version(second) };
      return { type, side, position, length: first.bytes.length, ...versions };
    }
    case "gap":
      return event;
    case "end":
      return { ...event, limits: [...event.limits] };
  }
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}

/** A packet's place as clients see it. */
export function placeLine(place: PacketPlace | undefined) {
  if (place === undefined) return null;
  const { number, segment, offset } = place;
  const ts = BigInt(place.seconds) * 1_000_000_000n + BigInt(place.nanoseconds);
  return { number, ts_ns: String(ts), segment, offset };
}
