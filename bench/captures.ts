import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SHARED = fileURLToPath(new URL("../../shared", import.meta.url));

export const CAPTURES = ["mix", "small", "bulk"] as const;
export type CaptureName = (typeof CAPTURES)[number];

/** How each is made, and the least size that says it was made whole. */
const RECIPES: Record<CaptureName, { args: string[]; bytesMin: number }> = {
  mix: {
    args: ["node", join(SHARED, "bench/make-traffic.mjs"), "mix", "{file}", join(SHARED, "corpus")],
    bytesMin: 9e8,
  },
  small: {
    args: ["node", join(SHARED, "bench/make-traffic.mjs"), "small", "{file}"],
    bytesMin: 4e8,
  },
  bulk: { args: ["bash", join(SHARED, "bench/make-bulk.sh"), "{file}"], bytesMin: 9e8 },
};

/** The benchmark's captures, made once a machine; undefined with a sentence when one cannot be made here. */
export function findCapture(name: CaptureName, folder: string | undefined): string | undefined {
  const place = folder ?? join(tmpdir(), "holdfast-captures");
  const file = join(place, `${name}.pcap`);
  const { args, bytesMin } = RECIPES[name];
  if (!existsSync(file)) {
    if (!existsSync(join(SHARED, "bench"))) {
      console.error(`${name}: left out, the traffic generator is not beside this checkout`);
      return undefined;
    }
    mkdirSync(place, { recursive: true });
    const [command, ...rest] = args.map((word) => word.replace("{file}", file));
    spawnSync(command!, rest, { stdio: "ignore" });
  }
  if (existsSync(file) && statSync(file).size >= bytesMin) {
    spawnSync("sh", ["-c", `cat ${file} > /dev/null`]); // warm cache for everyone
    return file;
  }
  console.error(`${name}: left out, it could not be made here`);
  return undefined;
}

/**
 * Hosts of a capture whose packets to ask for: drawn evenly over its distinct IPv4 sources by a fixed
 * seed, so that a busy host is as likely as a quiet one. Ethernet, little-endian pcap.
 */
export function drawHosts(file: string, count: number): string[] {
  const bytes = readFileSync(file);
  const sources = new Set<number>();
  for (let at = 24; at + 46 <= bytes.length; at += 16 + bytes.readUInt32LE(at + 8)) {
    if (bytes.readUInt16BE(at + 28) === 0x0800) sources.add(bytes.readUInt32BE(at + 42));
  }
  const all = [...sources];
  const hosts = new Set<number>();
  let seed = 7;
  while (hosts.size < Math.min(count, all.length)) {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    hosts.add(all[seed % all.length]!);
  }
  return [...hosts].map((n) => [n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255].join("."));
}
