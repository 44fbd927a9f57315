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

/** Addresses of a capture's packets, evenly drawn: whose packets to ask for. Ethernet, IPv4. */
export function drawHosts(file: string, count: number): string[] {
  const bytes = readFileSync(file);
  const hosts = new Set<string>();
  let seed = 7;
  const offsets: number[] = [];
  for (let at = 24; at + 16 <= bytes.length; at += 16 + bytes.readUInt32LE(at + 8))
    offsets.push(at);
  for (let tries = 0; hosts.size < count && tries < count * 50; tries++) {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    const at = offsets[seed % offsets.length]! + 16;
    if (bytes.readUInt16BE(at + 12) === 0x0800)
      hosts.add([...bytes.subarray(at + 26, at + 30)].join("."));
  }
  return [...hosts];
}
