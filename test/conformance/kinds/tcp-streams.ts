import { createHash, type Hash } from "node:crypto";
import {
  createStreamLimits,
  type StreamNode,
  type StreamSink,
  TcpSegments,
  TcpStreams,
} from "../../../src/core/flow/index.ts";
import {
  type DecodedPacket,
  FAULT,
  formatAddress,
  type PacketBytes,
  TCP_ACK,
  TCP_SYN,
} from "../../../src/core/packet/index.ts";
import { CaptureReader, type PacketRecord } from "../../../src/core/pcap/index.ts";
import { readCaptures } from "../captures.ts";
import type { CaseJson, CaseResult } from "../corpus.ts";

interface ExpectedStream {
  readonly node0: string;
  readonly node1: string;
  readonly node0_bytes: number;
  readonly node0_sha256: string;
  readonly node1_bytes: number;
  readonly node1_sha256: string;
  readonly gap: boolean;
}

interface Expected {
  readonly streams: readonly ExpectedStream[];
  readonly tcp_analysis?: { readonly lost_segment?: number; readonly overlap_conflict?: number };
}

/** Bytes that each side of every TCP connection sent, put back into order (kind `tcp-streams`). */
export async function runTcpStreams(caseFolder: string, caseJson: CaseJson): Promise<CaseResult> {
  const expected = caseJson.expect as unknown as Expected;
  const connections: Connection[] = [];
  for (const capture of readCaptures(caseFolder, caseJson)) {
    const separator = new Separator(connections);
    const reader = new CaptureReader({ onPacket: (packet) => separator.packet(packet) });
    reader.push(capture);
    reader.end();
  }
  const found = connections.map(finish);
  const lost = expected.tcp_analysis?.lost_segment ?? 0;
  const conflicts = expected.tcp_analysis?.overlap_conflict ?? 0;
  const differences: string[] = [];
  if (found.length !== expected.streams.length) {
    differences.push(`streams: found ${found.length}, expected ${expected.streams.length}`);
  }
  let [compared, advisory, advisoryEqual] = [0, 0, 0];
  expected.streams.forEach((wanted, n) => {
    const ours = found[n];
    if (ours === undefined) return;
    const names = differ(n, ours, wanted, ["node0", "node1"]);
    const bytes = differ(n, ours, wanted, BYTE_FACTS);
    differences.push(...names);
    if (!wanted.gap && lost === 0 && conflicts === 0) {
      compared++;
      differences.push(...bytes);
      return;
    }
    advisory++;
    if (bytes.length === 0) advisoryEqual++;
  });
  return {
    status: differences.length === 0 ? "passed" : "failed",
    differences,
    measures: { streams: compared, advisory, advisoryEqual },
  };
}

const BYTE_FACTS = ["node0_bytes", "node0_sha256", "node1_bytes", "node1_sha256"] as const;

type Facts = Omit<ExpectedStream, "gap">;

function differ(
  number: number,
  found: Facts,
  wanted: Facts,
  names: readonly (keyof Facts)[],
): string[] {
  return names.flatMap((name) =>
    found[name] === wanted[name]
      ? []
      : [`stream ${number} ${name}: found ${found[name]}, expected ${wanted[name]}`],
  );
}

interface Connection {
  readonly streams: TcpStreams;
  readonly hashes: readonly [Hash, Hash];
  /** Per side, the number its SYN has or would have had; undefined until it sent something. */
  readonly starts: [number | undefined, number | undefined];
}

/** Tells connections apart as the source does: by addresses and ports, a new one at a SYN of another number. */
class Separator {
  readonly #connections: Connection[];
  readonly #open = new Map<string, Connection>();
  readonly #segments: TcpSegments;
  #recordOffset = 0;

  constructor(connections: Connection[]) {
    this.#connections = connections;
    this.#segments = new TcpSegments((source, packet) => this.#segment(source, packet));
  }

  packet(record: PacketRecord): void {
    this.#recordOffset = record.recordOffset;
    this.#segments.packet(record);
  }

  #segment(source: PacketBytes, packet: DecodedPacket): void {
    // The source follows no packet whose TCP header the capture cut off.
    if (packet.fault === FAULT.tcpHeaderLength) return;
    const key = [endpoint(packet, "source"), endpoint(packet, "destination")].sort().join(" ");
    let connection = this.#open.get(key);
    const isSyn = (packet.tcpFlags & TCP_SYN) !== 0;
    const start = isSyn ? packet.tcpSequence : (packet.tcpSequence - 1) | 0;
    if (connection !== undefined && isSyn && (packet.tcpFlags & TCP_ACK) === 0) {
      const known = connection.starts[connection.streams.sideOf(packet)];
      if (known !== undefined && known !== start) connection = undefined;
    }
    if (connection === undefined) {
      connection = createConnection();
      this.#connections.push(connection);
      this.#open.set(key, connection);
    }
    connection.streams.packet(source, packet, this.#recordOffset);
    connection.starts[connection.streams.sideOf(packet)] ??= start;
  }
}

function createConnection(): Connection {
  const hashes = [createHash("sha256"), createHash("sha256")] as const;
  const sink = (hash: Hash): StreamSink => ({
    data: (bytes) => hash.update(bytes),
    gap: () => undefined,
  });
  const streams = new TcpStreams({
    policy: "first",
    limits: createStreamLimits(),
    sinks: [sink(hashes[0]), sink(hashes[1])],
  });
  return { streams, hashes, starts: [undefined, undefined] };
}

function finish({ streams, hashes }: Connection): Facts {
  streams.end();
  const [node0, node1] = streams.nodes;
  const name = ({ address: [a, b, c, d], port }: StreamNode): string => {
    const text = formatAddress(a, b, c, d);
    return text.includes(":") ? `[${text}]:${port}` : `${text}:${port}`;
  };
  return {
    node0: name(node0),
    node1: name(node1),
    node0_bytes: streams.sides[0].counts.bytes,
    node0_sha256: hashes[0].digest("hex"),
    node1_bytes: streams.sides[1].counts.bytes,
    node1_sha256: hashes[1].digest("hex"),
  };
}

function endpoint(packet: DecodedPacket, side: "source" | "destination"): string {
  return side === "source"
    ? `${packet.src0},${packet.src1},${packet.src2},${packet.src3}:${packet.sourcePort}`
    : `${packet.dst0},${packet.dst1},${packet.dst2},${packet.dst3}:${packet.destinationPort}`;
}
