import { HoldfastError } from "../../core/base/index.ts";

/** The recorder's ceiling, not what it takes: half a million connections at once fit. */
export const HEAP_MIB = 1024;

/** Why a recorder ended without a summary, of what it wrote on standard error. */
export function crashOf(
  { code, signal }: { readonly code: number | null; readonly signal: string | null },
  said: string,
): HoldfastError {
  if (said.includes("JavaScript heap out of memory")) {
    return new HoldfastError(
      "recorder/out-of-memory",
      `the capture needs more memory than the ${HEAP_MIB} MiB that an import may take: too much is open in it at once`,
      {
        remedy:
          "nothing of it was kept; cut it by time (editcap -i 60 IN OUT) and import the pieces",
      },
    );
  }
  const how = signal ? `by ${signal}` : `with status ${code}`;
  const why = said.split("\n").slice(-3).join(" ") || "it said nothing";
  return new HoldfastError("recorder/crashed", `the recorder ended ${how}: ${why}`, {
    remedy: "the file was not imported; the home is as it was",
  });
}
