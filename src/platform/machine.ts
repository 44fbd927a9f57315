import { readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";

/** Bytes an ordinary user may still write on the file system that holds a path. */
export async function freeBytes(path: string): Promise<number> {
  const facts = await statfs(path);
  return facts.bavail * facts.bsize;
}

/** What this process may do beyond an ordinary user's, read from the kernel and not from flags (proc(5)). */
export function processPrivileges(): { uid: number; effectiveCapabilities: bigint } {
  const uid = process.getuid?.() ?? -1;
  try {
    const status = readFileSync("/proc/self/status", "latin1");
    const hex = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
    return { uid, effectiveCapabilities: BigInt(`0x${hex}`) };
  } catch {
    return { uid, effectiveCapabilities: 0n }; // no /proc here: the user id is all there is to say
  }
}
