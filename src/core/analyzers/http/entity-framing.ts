import type { WholeCoding } from "../../base/index.ts";
import { parseContentRange } from "../shared/http-content/index.ts";
import { asciiText } from "../shared/index.ts";
import { firstToken, type MimeHeader } from "../shared/mime/index.ts";
import { leadingInteger } from "./http-text.ts";
import type { OtherBody } from "./other-reading.ts";

/** Whether a body follows the headers: of a request only if they say so. */
export type BodyExpected = "maybe" | "yes" | "no";

/** Where a chunked body stands (RFC 9112 7.1). */
export type ChunkState = "none" | "before" | "size" | "data" | "data-end" | "trailer" | "over";

/** What the framing of a body needs of its message. */
export interface FramingHost {
  readonly replyCode: number;
  /** Version of the message that is under way, as Zeek looks at it. */
  readonly framingVersion: number;
  weird(name: string, addl?: string): void;
}

/** What an entity's headers say about the length and the packing of its body. */
export class EntityFraming {
  contentLength = -1;
  chunks: ChunkState = "none";
  /** The body is gzip or deflate. */
  isPacked = false;
  /** It is packed in a way that is undone once it is whole. */
  coding: WholeCoding | undefined;
  /** The part of the whole that the body is. */
  range: { first: number; total: number | undefined; length: number } | undefined;
  readonly #host: FramingHost;
  readonly #isOutermost: boolean;
  #expects100 = false;

  constructor(host: FramingHost, isOutermost: boolean) {
    this.#host = host;
    this.#isOutermost = isOutermost;
  }

  /** Takes a header; false when it is not to be told further. */
  read({ name, value }: MimeHeader): boolean {
    switch (name) {
      case "content-length":
        this.#readLength(value);
        return true;
      case "content-range":
        return this.#host.replyCode !== 206 || this.#readRange(value);
      case "transfer-encoding":
        this.#readTransfer(value);
        return true;
      case "content-encoding": {
        const encoding = firstToken(value)?.folded;
        if (encoding === "gzip" || encoding === "x-gzip" || encoding === "deflate") {
          this.isPacked = true;
        } else if (encoding === "br" || encoding === "zstd") this.coding = encoding;
        return true;
      }
      case "expect": {
        const token = firstToken(value);
        if (token?.folded !== "100-continue") {
          this.#host.weird("HTTP_expect_not_100_continue", token?.text ?? "");
        }
        this.#expects100 = true;
        this.#checkExpectation();
        return true;
      }
      default:
        return true;
    }
  }

  /** The body as one file, where it is read line by line. */
  get whole(): OtherBody | undefined {
    if (this.chunks !== "none") return undefined;
    const length = this.contentLength < 0 ? Number.POSITIVE_INFINITY : this.contentLength;
    return { reading: "message", from: "behind line", length, isPacked: this.isPacked };
  }

  #readLength(value: Uint8Array): void {
    const host = this.#host;
    if (this.chunks !== "none") host.weird("HTTP_content_length_and_chunked");
    const token = firstToken(value);
    if (token === undefined) return;
    const length = leadingInteger(token.text, 10)?.value;
    if (length === undefined || length < 0) {
      host.weird("HTTP_bad_content_length", token.text);
      this.contentLength = 0;
      return;
    }
    if (length > 0 && token.text.startsWith("0")) {
      host.weird("HTTP_content_length_leading_zeros", token.text);
    }
    this.contentLength = length;
    if (this.range !== undefined && this.range.length !== length) {
      host.weird("HTTP_range_not_matching_len");
      this.contentLength = Math.max(length, this.range.length);
    }
    this.#checkExpectation();
  }

  #checkExpectation(): void {
    if (this.contentLength === 0 && this.#expects100) {
      this.#host.weird("HTTP_content_length_0_and_expect_100_cont");
    }
  }

  #readRange(value: Uint8Array): boolean {
    const host = this.#host;
    if (this.chunks !== "none") host.weird("HTTP_content_range_and_chunked");
    const range = parseContentRange(value, (name, addl) => host.weird(name, addl));
    if (range === undefined) return false;
    this.range = { ...range };
    if (this.contentLength <= 0) this.contentLength = range.length;
    else if (this.contentLength !== range.length) {
      host.weird("HTTP_range_not_matching_len");
      this.contentLength = Math.max(this.contentLength, range.length);
    }
    return true;
  }

  #readTransfer(value: Uint8Array): void {
    const host = this.#host;
    if (!this.#isOutermost) {
      host.weird("HTTP_nested_transfer_encoding_header");
      return;
    }
    const token = firstToken(value);
    if (token?.folded !== "chunked" || host.framingVersion !== 11) return;
    this.chunks = "before";
    if (token.rest.length > 0) host.weird("HTTP_chunked_multi", asciiText(token.rest));
    if (this.contentLength >= 0) host.weird("HTTP_content_length_and_chunked");
  }
}
