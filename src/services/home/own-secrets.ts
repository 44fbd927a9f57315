import { DecryptedStream } from "../../core/engine/index.ts";
import { type FoundPacket, readPackets } from "../evidence/index.ts";
import type { Home } from "./home.ts";
import { type KeyLogs, keyLogNames } from "./key-logs.ts";
import type { RecordedRead } from "./recorded-read.ts";
import { replayOptions } from "./replay-options.ts";
import { untilAborted } from "./until-aborted.ts";

/** The TLS secrets that belong to a read's packets, and what they came from. */
export interface OwnSecrets {
  /** Lines of a key log. */
  readonly text: string;
  readonly keyLogs: readonly string[];
}

const LINE = /^(\S+) ([0-9A-Fa-f]{64}) \S+/;

/**
 * Of the case's key logs only the lines of connections among these packets that they really open: whoever
 * is handed the packets is handed no other session. Reads the packets once.
 */
export async function ownSecrets(
  home: Home,
  read: RecordedRead & { readonly keys: KeyLogs },
  signal: AbortSignal,
): Promise<OwnSecrets | undefined> {
  const capture = home.projection.segments.get(read.located.segments[0]?.segment ?? "");
  const stream = new DecryptedStream(
    replayOptions(home, capture?.entry.capture ?? "secrets", read.keys),
  );
  const packets: AsyncIterable<FoundPacket> = readPackets(home.shelf.open, read.located, read.plan);
  for await (const { packet } of untilAborted(packets, signal)) stream.packet(packet);
  stream.end();
  const { clientRandoms } = stream;
  if (clientRandoms.size === 0) return undefined;
  const lines = read.keys.keyLog
    .split("\n")
    .filter((line) => clientRandoms.has(LINE.exec(line)?.[2]?.toLowerCase() ?? ""));
  if (lines.length === 0) return undefined;
  const text = `${lines.map((line) => line.trim()).join("\n")}\n`;
  return { text, keyLogs: keyLogNames(home, read.keys, clientRandoms) };
}
