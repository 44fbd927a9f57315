import { joinBytes, type Limit, type Unpack, type WholeCoding } from "../../base/index.ts";
import type { FileFeed } from "../shared/index.ts";

export interface Unpacking {
  readonly coding: WholeCoding;
  readonly unpack: Unpack;
  /** Bytes of one packed file that are kept until it is over. */
  readonly packedLimit: Limit;
  /** Bytes that it may unpack to. */
  readonly unpackedLimit: Limit;
  /** The file that came out. */
  readonly open: () => FileFeed;
}

/** A file that travels packed as a whole: the log has it as it travelled, and what comes out is a reading. */
export class UnpackingFeed implements FileFeed {
  readonly #packed: FileFeed;
  readonly #about: Unpacking;
  #pieces: Uint8Array[] | undefined = [];
  #bytes = 0;

  constructor(packed: FileFeed, about: Unpacking) {
    this.#packed = packed;
    this.#about = about;
  }

  get fuid(): string {
    return this.#packed.fuid;
  }

  get mimeType(): string | undefined {
    return this.#packed.mimeType;
  }

  get filename(): string | undefined {
    return this.#packed.filename;
  }

  data(bytes: Uint8Array, offset?: number): void {
    this.#packed.data(bytes, offset);
    if (this.#pieces === undefined) return;
    const { packedLimit } = this.#about;
    this.#bytes += bytes.length;
    if (offset !== undefined) this.#pieces = undefined;
    else if (this.#bytes <= packedLimit.maximum) this.#pieces.push(bytes.slice());
    else {
      packedLimit.reached++;
      this.#pieces = undefined;
    }
  }

  gap(length: number): void {
    this.#packed.gap(length);
    this.#pieces = undefined;
  }

  rename(filename: string): void {
    this.#packed.rename(filename);
  }

  expect(totalBytes: number): void {
    this.#packed.expect(totalBytes);
  }

  end(): void {
    this.#packed.end();
    const pieces = this.#pieces;
    this.#pieces = undefined;
    if (pieces === undefined || pieces.length === 0) return;
    const { coding, unpack, unpackedLimit } = this.#about;
    const bytes = unpack(coding, joinBytes(pieces), unpackedLimit.maximum);
    if (bytes === undefined) return;
    const unpacked = this.#about.open();
    unpacked.data(bytes);
    unpacked.end();
  }
}
