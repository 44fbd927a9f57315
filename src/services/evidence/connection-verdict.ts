import {
  type ConnectionFacts,
  type ConnectionVerdict,
  ConnectionWatch,
  judgeConnection,
} from "../../core/analyzers/index.ts";
import type { FoundPacket } from "./packet-reader.ts";
import { connectionPackets, type PacketPlace, type StreamQuestion } from "./stream-events.ts";

/** A verdict, and what was counted for it. */
interface VerdictReading {
  readonly verdict: ConnectionVerdict<PacketPlace>;
  readonly facts: ConnectionFacts<PacketPlace>;
}

/** Reads a connection's packets once and says whose doing its slowness or its end was. */
export async function readVerdict(
  packets: AsyncIterable<FoundPacket>,
  question: StreamQuestion,
): Promise<VerdictReading> {
  const watch = new ConnectionWatch<PacketPlace>();
  const places = new Map<number, PacketPlace>();
  for await (const packet of connectionPackets(packets, question, places)) {
    packet(({ isFromOriginator, source, packet: decoded, number }) => {
      watch.packet(source, decoded, isFromOriginator ? 0 : 1, places.get(number)!);
    });
  }
  const facts = watch.end();
  const names = { client: question.originator.address, server: question.responder.address };
  return { verdict: judgeConnection(facts, names), facts };
}
