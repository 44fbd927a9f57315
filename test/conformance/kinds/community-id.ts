import { communityId, SmallDigests } from "../../../src/core/flow/index.ts";
import {
  createDecodedPacket,
  type DecodedPacket,
  decodePacket,
  IP_PROTOCOL,
  parseAddress,
} from "../../../src/core/packet/index.ts";
import { CaptureReader } from "../../../src/core/pcap/index.ts";
import { readCaptures } from "../captures.ts";
import type { CaseJson, CaseResult } from "../corpus.ts";

interface ExpectedId {
  proto: number;
  saddr: string;
  daddr: string;
  sport?: number | null;
  dport?: number | null;
  communityid: string;
}

/** Compares Community IDs of every packet of the case's capture with the published ones. */
export async function runCommunityId(caseFolder: string, caseJson: CaseJson): Promise<CaseResult> {
  const differences: string[] = [];
  const captures = readCaptures(caseFolder, caseJson);
  if (caseJson.kind === "community-id-hash") {
    const wanted = (caseJson.expect.hashes as { community_id: string }[]).map(
      (h) => h.community_id,
    );
    const found = new Set(idsOf(captures, {}).map((id) => id.text));
    for (const id of wanted) if (!found.has(id)) differences.push(`missing ${id}`);
    for (const id of found) if (!wanted.includes(id)) differences.push(`not expected ${id}`);
  } else {
    const kinds = [
      ["default", {}],
      ["no_base64", { encoding: "hex" }],
      ["seed1", { seed: 1 }],
    ] as const;
    for (const [name, options] of kinds) {
      const wanted = (caseJson.expect[name] ?? []) as ExpectedId[];
      const found = new Map(idsOf(captures, options).map((id) => [id.key, id.text]));
      for (const row of wanted) {
        const text = found.get(keyOf(row));
        if (text !== row.communityid)
          differences.push(`${name} ${keyOf(row)}: ${text}, not ${row.communityid}`);
      }
      const keys = new Set(wanted.map(keyOf));
      for (const key of found.keys())
        if (!keys.has(key)) differences.push(`${name} has more: ${key}`);
    }
  }
  return { status: differences.length === 0 ? "passed" : "failed", differences };
}

function idsOf(
  captures: readonly Uint8Array[],
  options: { seed?: number; encoding?: "hex" },
): { key: string; text: string }[] {
  const digests = new SmallDigests();
  const decoded = createDecodedPacket();
  const out: { key: string; text: string }[] = [];
  for (const capture of captures) {
    const reader = new CaptureReader({
      onPacket: (packet) => {
        decodePacket(packet, decoded);
        if (decoded.ipVersion === 0 || decoded.protocol < 0) return;
        out.push({
          key: packetKey(decoded),
          text: communityId(digests, tupleOf(decoded), options),
        });
      },
    });
    reader.push(capture);
    reader.end();
  }
  return out;
}

function tupleOf(p: DecodedPacket) {
  return {
    src: [p.src0, p.src1, p.src2, p.src3] as const,
    dst: [p.dst0, p.dst1, p.dst2, p.dst3] as const,
    protocol: p.protocol,
    hasPorts: p.hasPorts || p.protocol === IP_PROTOCOL.sctp,
    sourcePort: p.icmpType >= 0 ? p.icmpType : p.sourcePort,
    destinationPort: p.icmpType >= 0 ? p.icmpCode : p.destinationPort,
  };
}

/** Direction of a flow without ports: what the expectations name ports for ICMP differs by type. */
function packetKey(p: DecodedPacket): string {
  const tuple = tupleOf(p);
  const source = tuple.hasPorts || p.icmpType >= 0 ? tuple.sourcePort : "";
  const destination = tuple.hasPorts ? tuple.destinationPort : "";
  const [from, to] = [tuple.src, tuple.dst].map((words) => words.map((word) => word >>> 0));
  return `${p.protocol} ${from} ${to} ${source} ${destination}`;
}

function keyOf(row: ExpectedId): string {
  const isIcmp = row.proto === 1 || row.proto === 58;
  const destination = isIcmp ? "" : (row.dport ?? "");
  return `${row.proto} ${parseAddress(row.saddr)} ${parseAddress(row.daddr)} ${row.sport ?? ""} ${destination}`;
}
