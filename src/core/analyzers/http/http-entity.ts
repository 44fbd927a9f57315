import type { RunningDigest } from "../../base/index.ts";
import type { ContentDecoder } from "../shared/http-content/index.ts";
import type { FileFeed, FileStart, LineReader, Side } from "../shared/index.ts";
import { asciiText } from "../shared/index.ts";
import {
  boundaryIn,
  FoldedHeader,
  type MimeHeader,
  PartContent,
  parseContentType,
  parseHeader,
} from "../shared/mime/index.ts";
import { type BodyExpected, EntityFraming } from "./entity-framing.ts";
import { leadingInteger } from "./http-text.ts";
import { LineCounter } from "./line-counter.ts";
import { type OtherHost, readFirstChunk, StrictHeaders } from "./other-reading.ts";

/** What entities need of their message. */
export interface EntityHost extends OtherHost {
  readonly side: Side;
  readonly reader: LineReader;
  readonly replyCode: number;
  /** Version of the message that is under way, as Zeek looks at it. */
  readonly framingVersion: number;
  readonly isClosedAfter: boolean;
  weird(name: string, addl?: string): void;
  header(header: MimeHeader, position: number): void;
  begin(entity: HttpEntity): void;
  end(entity: HttpEntity): void;
  openFile(start: Omit<FileStart, "source" | "side">): FileFeed | undefined;
  /** Undefined when too many are at work; each that was given is to be given back. */
  createDecoder(emit: (bytes: Uint8Array) => void): ContentDecoder | undefined;
  releaseDecoder(): void;
  createDigest(): RunningDigest | undefined;
}

/** Entities inside entities (Zeek's MIME::max_depth). */
const DEPTH_MAX = 100;
const CR_LF = Uint8Array.of(13, 10);

/** A message's body, or a part of it, with the headers before it (RFC 9110 6.4, RFC 2046). */
export class HttpEntity {
  readonly depth: number;
  readonly parent: HttpEntity | undefined;
  isInHeader = true;
  isOver = false;
  /** Body as Zeek counts it: unpacked, without the framing. */
  bodyLength = 0;
  readonly #framing: EntityFraming;
  readonly #host: EntityHost;
  readonly #bodyExpected: BodyExpected;
  #type: "multipart" | "message" | "other" = "other";
  #boundary: Uint8Array | undefined;
  #child: HttpEntity | undefined;
  /** Bytes of the body, or of the chunk, that are still to come. */
  #expected = 0;
  readonly #content: PartContent;
  #decoder: ContentDecoder | undefined;
  #lines: LineCounter | undefined;
  #feed: FileFeed | undefined;
  #digest: RunningDigest | undefined;
  #hasTold = false;
  readonly #header = new FoldedHeader();
  #headerPosition = 0;
  /** The outermost headers, as a stricter reader takes them. */
  readonly #strict: StrictHeaders | undefined;

  constructor(host: EntityHost, parent: HttpEntity | undefined, bodyExpected: BodyExpected) {
    this.#host = host;
    this.#framing = new EntityFraming(host, parent === undefined);
    this.parent = parent;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    const encoding = parent === undefined ? "identity" : parent.#content.encoding;
    this.#content = new PartContent(encoding, (bytes) => this.#submit(bytes));
    this.#bodyExpected = bodyExpected;
    if (parent === undefined) this.#strict = new StrictHeaders(host);
  }

  /** SHA-256 of the body as a whole, where no file's is it: several parts, or a part of a whole. */
  takeDigest(): Uint8Array | undefined {
    const digest = this.#digest?.digest();
    this.#digest = undefined;
    return digest;
  }

  /** Content whose lines need not be whole to be understood. */
  get takesParts(): boolean {
    return !this.isInHeader && this.#content.takesParts;
  }

  get isMultipart(): boolean {
    return this.#type === "multipart";
  }

  /** Takes a line (its line end taken off), or bytes as they are. */
  deliver(bytes: Uint8Array, hasEnd: boolean, position: number): void {
    if (this.isOver) return;
    if (this.isInHeader) {
      if (!hasEnd) this.#host.weird("http_no_crlf_in_header_list");
      this.#headerLine(bytes, position);
    } else if (this.#type !== "other") {
      this.#body(bytes, hasEnd, position);
      if (this.depth > 0 || this.#framing.contentLength <= 0) return;
      this.#expected -= bytes.length + (hasEnd ? 2 : 0);
      if (this.#expected <= 0) this.#endAtLength();
    } else if (this.#framing.chunks !== "none") this.#chunk(bytes, position);
    else if (this.#framing.contentLength >= 0) {
      this.#body(bytes, false, position);
      this.#expected -= bytes.length;
      if (this.#expected <= 0) this.#endAtLength();
    } else this.#body(bytes, hasEnd, position);
  }

  /** Bytes that were never captured; false when it cannot be told what comes behind them. */
  gap(length: number): boolean {
    if (this.isOver || this.isInHeader) return false;
    this.#openFeed()?.gap(length);
    this.#digest = undefined;
    if (this.#framing.range !== undefined) this.#framing.range.first += length;
    const { reader } = this.#host;
    if (
      this.#framing.chunks === "none"
        ? this.#framing.contentLength < 0
        : this.#framing.chunks !== "data"
    )
      return false;
    if (this.#expected < length) return false;
    this.bodyLength += length;
    this.#expected -= length;
    reader.plainBytes = this.#expected;
    if (this.#expected > 0) return true;
    if (this.#framing.chunks === "data") this.#framing.chunks = "data-end";
    else this.end();
    return true;
  }

  /** The side ended properly: a last line without its end counts as one. */
  finishLines(): void {
    if (!this.isOver && this.#lines !== undefined) {
      this.bodyLength = this.#lines.countLast();
    }
  }

  end(): void {
    if (this.isOver) return;
    if (this.#decoder !== undefined) this.#host.releaseDecoder();
    this.#decoder = undefined;
    this.isOver = true;
    if (this.isInHeader) {
      this.#finishHeader();
      this.isInHeader = false;
      this.#headersDone();
    } else this.#endChild();
    if (this.#host.side === 0 || this.#host.replyCode !== 206) this.#feed?.end();
    this.#feed = undefined;
    this.#host.end(this);
  }

  #endAtLength(): void {
    this.#host.reader.plainBytes = 0;
    if (this.#type === "other") this.#host.reader.endLinesAfter(-1);
    this.end();
  }

  #headerLine(line: Uint8Array, position: number): void {
    const at = { line, position };
    this.#strict?.line(at, this.#header.firstLine, this.#bodyExpected !== "no");
    if (line.length === 0 || line[0] === 0) {
      this.#finishHeader();
      this.#strict?.done(at, this.#framing.chunks === "before");
      this.isInHeader = false;
      this.#headersDone();
      if (this.isOver || this.#type !== "message") return;
      const whole = this.depth === 0 ? this.#framing.whole : undefined;
      // What is read line by line is one file as well.
      if (whole !== undefined) this.#host.readOtherwise(at, whole);
      this.#beginChild();
      return;
    }
    const isFolded = line[0] === 32 || line[0] === 9;
    if (isFolded && this.#header.isOpen) {
      if (this.#header.isFull) this.#host.weird("exceeded_mime_max_header_bytes");
      else this.#header.add(line);
      return;
    }
    this.#finishHeader();
    let start = 0;
    while (start < line.length && (line[start] === 32 || line[start] === 9)) start++;
    if (start === line.length) return;
    this.#headerPosition = position + start;
    const { nextByte } = this.#host.reader;
    // Most headers are whole at once: only what may go on in the next line is copied.
    if (nextByte === undefined || nextByte === 32 || nextByte === 9) {
      this.#header.add(line.subarray(start));
    } else this.#readHeader(line.subarray(start), 1);
  }

  #finishHeader(): void {
    const taken = this.#header.take();
    if (taken !== undefined) this.#readHeader(taken.line, taken.lines);
  }

  #readHeader(line: Uint8Array, lines: number): void {
    const header = parseHeader(line);
    if (header === undefined) return;
    if (header.name === "content-type") this.#readContentType(header.value);
    else if (header.name === "content-transfer-encoding") this.#content.read(header);
    if (this.depth === 0 && lines > 1) {
      this.#host.weird("HTTP_obsolete_line_folding", header.writtenName);
    }
    this.#strict?.header(header);
    if (this.#framing.read(header)) this.#host.header(header, this.#headerPosition);
  }

  #readContentType(value: Uint8Array): void {
    const type = parseContentType(value);
    if (type === undefined) return;
    this.#type = type.type === "multipart" || type.type === "message" ? type.type : "other";
    // A copy: the header lives in the packet.
    this.#boundary = type.boundary?.slice();
    if (this.#type === "multipart" && type.boundary === undefined) this.#type = "other";
  }

  /** Decides how the body is framed (RFC 9112 6.3). */
  #headersDone(): void {
    const { reader } = this.#host;
    if (this.parent?.isMultipart === true) {
      reader.isSilent = true;
      reader.endsAtSingle = false;
    }
    // RFC 9112 6.3: chunks say where the body ends, whatever length was stated beside them.
    const isChunked = this.#framing.chunks !== "none";
    if (this.#framing.contentLength >= 0 && !isChunked)
      reader.endLinesAfter(this.#framing.contentLength);
    if (this.#framing.chunks === "trailer") {
      this.#framing.chunks = "over";
      this.end();
      return;
    }
    if (this.#bodyExpected === "no") {
      this.end();
      return;
    }
    if (this.#type === "multipart" && this.depth === 0 && this.#framing.chunks !== "none") {
      // Its lines would run across chunks: the form is one file, its bytes as they were before they were cut.
      this.#host.weird("HTTP_chunked_transfer_for_multipart_message");
      this.#type = "other";
    }
    const isOneFile = this.#type === "other" && this.#framing.range === undefined;
    // Lines of a message inside the message end as they like: their digest is that of its own reading.
    if (this.depth === 0 && !isOneFile && this.#type !== "message") {
      this.#digest = this.#host.createDigest();
    }
    if (this.#type !== "other") {
      if (this.#framing.chunks !== "none") {
        this.#host.weird("HTTP_chunked_transfer_for_multipart_message");
      }
      if (this.depth > 0 || this.#framing.contentLength < 0) return;
      this.#expected = this.#framing.contentLength;
      if (this.#framing.contentLength === 0) this.end();
    } else if (this.#framing.chunks !== "none") this.#framing.chunks = "size";
    else if (this.#framing.contentLength > 0) {
      this.#expected = this.#framing.contentLength;
      reader.plainBytes = this.#framing.contentLength;
    } else if (this.#framing.contentLength === 0) this.end();
    // RFC 9112 6.3: a request that states no length has no body; only a reply may last to the end.
    else if (this.#host.side === 0 && this.depth === 0 && !this.#framing.isPacked) this.end();
    else if (this.#host.isClosedAfter || this.#framing.isPacked) {
      reader.plainBytes = Number.POSITIVE_INFINITY;
    } else if (this.#bodyExpected !== "yes") this.end();
    else if (this.depth === 0 && this.#content.encoding === "identity") {
      // To the end of the flow: the bytes as they are, counted as if they were lines.
      this.#lines = new LineCounter();
      reader.plainBytes = Number.POSITIVE_INFINITY;
    }
  }

  #chunk(bytes: Uint8Array, position: number): void {
    const { reader } = this.#host;
    switch (this.#framing.chunks) {
      case "size": {
        const size = leadingInteger(asciiText(bytes), 16)?.value;
        if (size === undefined) this.#host.weird("HTTP_bad_chunk_size", asciiText(bytes));
        this.#expected = size ?? 0;
        if (this.bodyLength === 0) readFirstChunk(this.#host, { line: bytes, position }, size);
        if (this.#expected > 0) {
          this.#framing.chunks = "data";
          reader.plainBytes = this.#expected;
        } else {
          this.isInHeader = true;
          this.#framing.chunks = "trailer";
        }
        break;
      }
      case "data":
        this.#expected -= bytes.length;
        if (this.#expected <= 0) {
          reader.plainBytes = 0;
          this.#framing.chunks = "data-end";
        }
        this.#body(bytes, false, position);
        break;
      case "data-end":
        this.#framing.chunks = "size";
        break;
      default:
        break;
    }
  }

  #body(bytes: Uint8Array, hasEnd: boolean, position: number): void {
    if (!this.#framing.isPacked) {
      this.#clearBody(bytes, hasEnd, position);
      return;
    }
    this.#decoder ??= this.#host.createDecoder((out) => this.#clearBody(out, false, position));
    if (this.#decoder?.push(bytes) === "broken") this.#host.weird("inflate_failed");
  }

  #clearBody(bytes: Uint8Array, hasEnd: boolean, position: number): void {
    if (this.#lines === undefined) this.bodyLength += bytes.length + (hasEnd ? 2 : 0);
    else this.bodyLength = this.#lines.count(bytes);
    if (this.#digest !== undefined) {
      this.#digest.update(bytes);
      if (hasEnd) this.#digest.update(CR_LF);
    }
    if (this.#type === "multipart" && !this.#host.reader.isContinued) {
      const found = boundaryIn(bytes, this.#boundary!);
      if (found !== "none") {
        this.#endChild();
        if (found === "last") this.end();
        else if (!this.isOver) this.#beginChild();
        return;
      }
    }
    if (this.#type !== "other") this.#child?.deliver(bytes, hasEnd, position);
    else this.#content.line(bytes, hasEnd, this.parent?.isMultipart === true);
  }

  #beginChild(): void {
    if (this.depth >= DEPTH_MAX) {
      this.#host.weird("exceeded_mime_max_depth");
      return;
    }
    this.#child = new HttpEntity(this.#host, this, "yes");
    this.#host.begin(this.#child);
  }

  #endChild(): void {
    const child = this.#child;
    this.#child = undefined;
    child?.end();
  }

  #submit(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const feed = this.#openFeed();
    if (feed === undefined) return;
    if (this.#framing.range === undefined) feed.data(bytes);
    else {
      feed.data(bytes, this.#framing.range.first);
      this.#framing.range.first += bytes.length;
    }
  }

  #openFeed(): FileFeed | undefined {
    if (this.#hasTold) return this.#feed;
    this.#hasTold = true;
    const declared =
      this.#framing.range === undefined
        ? this.#framing.contentLength
        : (this.#framing.range.total ?? 0);
    // A length stated beside packing or chunks is not the file's.
    const isStated = !this.#framing.isPacked && this.#framing.chunks === "none" && declared > 0;
    const totalBytes = isStated ? declared : undefined;
    const { coding } = this.#framing;
    this.#feed = this.#host.openFile({
      ...(totalBytes !== undefined && { totalBytes }),
      ...(coding !== undefined && { coding }),
    });
    return this.#feed;
  }
}
