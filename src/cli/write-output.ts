import { HoldfastError } from "../core/base/index.ts";
import { openWriteStream, RunningSha256, toStorageError, writeAll } from "../platform/index.ts";

/** Writes a stream to a file, or for `-` to standard output, and says what was written. */
export async function writeOutput(
  bytes: AsyncIterable<Uint8Array>,
  output: string,
  onPiece?: (piece: Uint8Array) => void,
): Promise<{ bytes: number; sha256: string }> {
  const hash = new RunningSha256();
  let count = 0;
  const target = output === "-" ? process.stdout : openWriteStream(output, { replace: true });
  try {
    for await (const piece of bytes) {
      hash.update(piece);
      count += piece.length;
      onPiece?.(piece);
      await writeAll(target, piece);
    }
    if (output !== "-") await new Promise<void>((resolve) => target.end(resolve));
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    throw toStorageError("output", `cannot write ${output}`, error);
  }
  return { bytes: count, sha256: hash.digestHex() };
}
