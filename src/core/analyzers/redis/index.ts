import type { Protocol, Recognition, Side, Transport } from "../shared/index.ts";
import { RedisAnalyzer, type RedisShared } from "./redis-analyzer.ts";
import { redisSchema } from "./redis-events.ts";

/** Redis's serialization protocol (RESP 2 and 3). */
export const redis: Protocol = {
  name: "redis",
  logs: [redisSchema],
  tcpPorts: [6379],
  recognises: recogniseRedis,
  start: ({ log, limit }) => {
    const shared: RedisShared = {
      log: log(redisSchema),
      pendingCommands: limit("redis.pendingCommands", 10_000),
      elements: limit("redis.elements", 20_000),
      lineBytes: limit("redis.lineBytes", 65_536),
      valueBytes: limit("redis.valueBytes", 250),
    };
    return { open: (conversation) => new RedisAnalyzer(conversation, shared) };
  },
};

/** A client's first command as a list of bulks: `*n`, then `$n`, each on a line, then a letter. */
function recogniseRedis(head: Uint8Array, side: Side, transport: Transport): Recognition {
  if (side === 1 || transport === "udp") return "no";
  let at = 0;
  for (const letter of [0x2a, 0x24]) {
    if (at >= head.length) return "more";
    if (head[at] !== letter) return "no";
    at++;
    const from = at;
    while (at < head.length && isDigit(head[at]!) && at - from < 4) at++;
    if (at >= head.length) return "more";
    if (at === from || head[at] !== 13) return "no";
    if (at + 1 >= head.length) return "more";
    if (head[at + 1] !== 10) return "no";
    at += 2;
  }
  if (at >= head.length) return "more";
  const letter = head[at]! | 0x20;
  return letter >= 0x61 && letter <= 0x7a ? "yes" : "no";
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
