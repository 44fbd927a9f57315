import { joinBytes } from "../../../base/index.ts";

/** Bytes of one header with its folded lines (Zeek's MIME::max_header_bytes). */
const HEADER_BYTES_MAX = 65_536;

/** A header while its lines come (RFC 5322 2.2.3): the next one tells whether it goes on. */
export class FoldedHeader {
  #lines: Uint8Array[] = [];
  #bytes = 0;

  get isOpen(): boolean {
    return this.#lines.length > 0;
  }

  get isFull(): boolean {
    return this.#bytes >= HEADER_BYTES_MAX;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get firstLine(): Uint8Array | undefined {
    return this.#lines[0];
  }

  /** Keeps a copy: a line lives in its packet. */
  add(line: Uint8Array): void {
    this.#lines.push(line.slice());
    this.#bytes += line.length;
  }

  /** The lines as one, and how many they were; another header begins. */
  take(): { readonly line: Uint8Array; readonly lines: number } | undefined {
    const lines = this.#lines;
    if (lines.length === 0) return undefined;
    this.#lines = [];
    this.#bytes = 0;
    return { line: lines.length === 1 ? lines[0]! : joinBytes(lines), lines: lines.length };
  }
}
