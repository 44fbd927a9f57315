import type { Followed } from "../../wireshark/contract.ts";
import type { Run } from "../connection/stream-text.ts";

/**
 * What was followed as runs of bytes: parts of one side that come one after the other are one run.
 */
export function followedRuns({ parts }: Followed): Run[] {
  const runs: Run[] = [];
  const sent = { orig: 0, resp: 0 };
  for (let from = 0; from < parts.length; ) {
    const { isServer } = parts[from]!;
    let to = from;
    let length = 0;
    while (to < parts.length && parts[to]!.isServer === isServer)
      length += parts[to++]!.bytes.length;
    const side = isServer ? "resp" : "orig";
    const bytes = new Uint8Array(length);
    const packets: { position: number; number: number }[] = [];
    let at = 0;
    for (const part of parts.slice(from, to)) {
      packets.push({ position: sent[side] + at, number: part.number });
      bytes.set(part.bytes, at);
      at += part.bytes.length;
    }
    runs.push({ kind: "run", side, position: sent[side], bytes, packets });
    sent[side] += length;
    from = to;
  }
  return runs;
}
