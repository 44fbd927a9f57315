import { HoldfastError } from "../core/base/index.ts";

/** How an operating system's refusal is named; each unit puts its own name before the slash. */
export type StorageReason = "disk-full" | "not-writable" | "missing" | "too-many-files" | "io";

/** Node's code of an error, or undefined when it is not one of the system's. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

/** Turns a system error into one sentence with a remedy; errors that already are ours pass through. */
export function toStorageError(unit: string, what: string, cause: unknown): HoldfastError {
  if (cause instanceof HoldfastError) return cause;
  const { reason, sentence, remedy } = describe(cause);
  const options = remedy === undefined ? { cause } : { cause, remedy };
  return new HoldfastError(`${unit}/${reason}`, `${what}: ${sentence}`, options);
}

function describe(cause: unknown): { reason: StorageReason; sentence: string; remedy?: string } {
  switch (systemCode(cause)) {
    case "ENOSPC":
    case "EDQUOT":
      return {
        reason: "disk-full",
        sentence: "no space is left on the disk",
        remedy:
          "free space on the disk that holds the home, then try again; nothing sealed was lost",
      };
    case "EROFS":
      return {
        reason: "not-writable",
        sentence: "the file system is mounted read-only",
        remedy: "mount it writable, or point --home at a writable directory",
      };
    case "EACCES":
    case "EPERM":
    case "ERR_ACCESS_DENIED":
      return {
        reason: "not-writable",
        sentence: "permission denied",
        remedy: "give the user that runs holdfast read and write permission on it",
      };
    case "ENOENT":
      return { reason: "missing", sentence: "no such file or directory" };
    case "EMFILE":
    case "ENFILE":
      return {
        reason: "too-many-files",
        sentence: "too many files are open",
        remedy: "raise the limit of open files (ulimit -n)",
      };
    default: {
      const message = cause instanceof Error ? cause.message : String(cause);
      return { reason: "io", sentence: message };
    }
  }
}
