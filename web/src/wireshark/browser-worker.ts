import { HoldfastError } from "../../../src/core/base/index.ts";
import type { Calls } from "../../wireshark/contract.ts";
import address from "../../wireshark/worker.ts?worker&url";
import type { Port } from "./dissector.ts";

const PROGRAM = "/wireshark/wiregasm.wasm.gz";
const TABLES = "/wireshark/wiregasm.data.gz";

interface ScriptPolicy {
  createScriptURL(address: string): string;
}
interface ScriptPolicies {
  createPolicy(name: string, rules: { createScriptURL(): string }): ScriptPolicy;
}

/**
 * Makes workers of the one script that the page may start. A browser with Trusted Types is given
 * the only policy that the page's own policy lets be made, and it says that one address whatever it
 * is asked.
 */
export function workerMaker(): () => Port {
  const { trustedTypes } = globalThis as { trustedTypes?: ScriptPolicies };
  let policy: ScriptPolicy | undefined;
  return () => {
    policy ??= trustedTypes?.createPolicy("wireshark", { createScriptURL: () => address });
    return new Worker(policy?.createScriptURL("") ?? address) as unknown as Port;
  };
}

/** Whether this browser can run it at all; if not, why. */
export function whyNoWireshark(): string | undefined {
  if (typeof WebAssembly === "undefined") return "this browser has WebAssembly switched off";
  if (typeof Worker === "undefined") return "this browser runs no workers";
  if (typeof DecompressionStream === "undefined") return "this browser is too old for it";
  return undefined;
}

/** The package's files, both at once, told how far they came. */
export async function fetchFiles(
  told: (bytes: number, total: number) => void,
  signal: AbortSignal,
): Promise<Calls["start"]["input"]> {
  const counts = [PROGRAM, TABLES].map(() => ({ bytes: 0, total: 0 }));
  const [program, tables] = await Promise.all(
    [PROGRAM, TABLES].map((file, n) =>
      fetchFile(file, signal, (bytes, total) => {
        counts[n] = { bytes, total };
        told(counts[0]!.bytes + counts[1]!.bytes, counts[0]!.total + counts[1]!.total);
      }),
    ),
  );
  return { program: program!, tables: tables! };
}

async function fetchFile(
  file: string,
  signal: AbortSignal,
  told: (bytes: number, total: number) => void,
): Promise<ArrayBuffer> {
  const response = await fetch(file, { signal }).catch(() => undefined);
  signal.throwIfAborted();
  if (response?.ok !== true || response.body === null) {
    throw new HoldfastError("page/no-wireshark", `Wireshark's file ${file} could not be fetched`);
  }
  const total = Number(response.headers.get("content-length") ?? 0);
  let bytes = 0;
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform: (piece, out) => {
      bytes += piece.length;
      told(bytes, total);
      out.enqueue(piece);
    },
  });
  return await new Response(response.body.pipeThrough(counted)).arrayBuffer();
}
