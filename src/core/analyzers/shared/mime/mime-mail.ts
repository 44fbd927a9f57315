import type { FileFeed } from "../file-feed.ts";
import { boundaryIn } from "./boundary.ts";
import { FoldedHeader } from "./folded-header.ts";
import { type MimeHeader, parseContentType, parseHeader } from "./mime-header.ts";
import { PartContent } from "./part-content.ts";

/** What a message tells of itself, in the order of its lines. */
export interface MailHost {
  beginEntity(): void;
  header(header: MimeHeader, position: number): void;
  endEntity(): void;
  /** The content of the entity at hand begins. */
  openFile(): FileFeed | undefined;
  /** A message inside the message begins: its bytes as they are written, with its headers. */
  openMessage?(): FileFeed | undefined;
  /** Content, decoded; what kind of text it is declared to be. */
  content?(bytes: Uint8Array, type: string): void;
  weird(name: string, addl?: string): void;
}

/** Entities inside entities (Zeek's MIME::max_depth). */
const DEPTH_MAX = 100;
/** Messages inside messages that are files as a whole: each is given all that lies inside it. */
const MESSAGE_DEPTH_MAX = 8;
const CR_LF = Uint8Array.of(13, 10);
const EMPTY = new Uint8Array(0);
const DASH = 0x2d;

/** A mail message (RFC 5322) with its parts (RFC 2045, 2046), read line by line. */
export class MimeMail {
  readonly #host: MailHost;
  /** Open entities, the outermost first. */
  readonly #open: MailEntity[];

  constructor(host: MailHost) {
    this.#host = host;
    this.#open = [new MailEntity(host, undefined)];
    host.beginEntity();
  }

  /**
   * Takes a line without its end, or, where `hasEnd` is false, a piece of one; what `isContinued` goes on
   * where a piece ended.
   */
  deliver(line: Uint8Array, hasEnd: boolean, position: number, isContinued = false): void {
    const isDashed = !isContinued && line[0] === DASH && line[1] === DASH;
    // Every multipart around the line may end or go on with it, from the outermost on.
    for (let n = 0; n < this.#open.length; n++) {
      const entity = this.#open[n]!;
      if (entity.isInHeader) {
        if (entity.headerLine(line, position) && entity.type === "message") this.#begin(entity);
        return;
      }
      if (isDashed && entity.type === "multipart") {
        const found = boundaryIn(line, entity.boundary);
        if (found !== "none") {
          this.#endBehind(n + 1);
          if (found === "last") this.#endBehind(n);
          else this.#begin(entity);
          return;
        }
      }
      if (entity.type === "other") {
        entity.content(line, hasEnd);
        return;
      }
      if (entity.type === "message") entity.nestedLine(line, hasEnd);
    }
  }

  /** Bytes of the message that were never captured: they are taken for content of the part at hand. */
  gap(length: number): void {
    this.#open[this.#open.length - 1]?.gap(length);
  }

  /** What comes next is content whose lines need not be whole to be understood. */
  get takesParts(): boolean {
    return this.#open[this.#open.length - 1]?.takesParts === true;
  }

  end(): void {
    this.#endBehind(0);
  }

  #begin(parent: MailEntity): void {
    if (this.#open.length > DEPTH_MAX) {
      this.#host.weird("exceeded_mime_max_depth", String(this.#open.length - 1));
      return;
    }
    this.#open.push(new MailEntity(this.#host, parent));
    this.#host.beginEntity();
  }

  #endBehind(kept: number): void {
    while (this.#open.length > kept) {
      this.#open[this.#open.length - 1]!.end();
      this.#open.pop();
    }
  }
}

/** A message or a part of one: headers, then content or further parts. */
class MailEntity {
  isInHeader = true;
  type: "multipart" | "message" | "other" = "other";
  boundary: Uint8Array = EMPTY;
  readonly #host: MailHost;
  readonly #parent: MailEntity | undefined;
  readonly #depth: number;
  #mediaType = "text/plain";
  readonly #content: PartContent;
  #feed: FileFeed | undefined;
  #hasFeed = false;
  #owesLineEnd = false;
  readonly #header = new FoldedHeader();
  #headerPosition = 0;

  constructor(host: MailHost, parent: MailEntity | undefined) {
    this.#host = host;
    this.#parent = parent;
    this.#depth = parent === undefined ? 0 : parent.#depth + 1;
    this.#content = new PartContent(
      parent === undefined ? "identity" : parent.#content.encoding,
      (bytes) => this.#submit(bytes),
      (what) => host.weird("base64_illegal_encoding", what),
    );
  }

  get takesParts(): boolean {
    return !this.isInHeader && this.#content.takesParts;
  }

  /** True when the line ended the headers. */
  headerLine(line: Uint8Array, position: number): boolean {
    if (line.length === 0 || line[0] === 0) {
      this.#finishHeader();
      this.isInHeader = false;
      return true;
    }
    const isFolded = line[0] === 32 || line[0] === 9;
    if (isFolded && this.#header.isOpen) {
      if (this.#header.isFull) {
        this.#host.weird("exceeded_mime_max_header_bytes", String(this.#header.bytes));
      } else this.#header.add(line);
      return false;
    }
    this.#finishHeader();
    let start = 0;
    while (start < line.length && (line[start] === 32 || line[start] === 9)) start++;
    if (start === line.length) return false;
    this.#headerPosition = position + start;
    this.#header.add(line.subarray(start));
    return false;
  }

  /** A line of the message that this part is. */
  nestedLine(line: Uint8Array, hasEnd: boolean): void {
    if (!this.#hasFeed && this.#depth < MESSAGE_DEPTH_MAX) this.#feed = this.#host.openMessage?.();
    this.#hasFeed = true;
    if (this.#feed === undefined) return;
    if (this.#owesLineEnd) this.#feed.data(CR_LF);
    this.#owesLineEnd = hasEnd && this.#parent?.type === "multipart";
    this.#feed.data(line);
    if (hasEnd && !this.#owesLineEnd) this.#feed.data(CR_LF);
  }

  content(line: Uint8Array, hasEnd: boolean): void {
    this.#content.line(line, hasEnd, this.#parent?.type === "multipart");
  }

  gap(length: number): void {
    this.#fileOf()?.gap(length);
  }

  end(): void {
    if (this.isInHeader) this.#finishHeader();
    this.#content.end();
    this.#host.endEntity();
    this.#feed?.end();
  }

  #finishHeader(): void {
    const taken = this.#header.take();
    const header = taken && parseHeader(taken.line);
    if (header === undefined) return;
    if (header.name === "content-type") this.#readContentType(header.value);
    else if (header.name === "content-transfer-encoding") this.#content.read(header);
    this.#host.header(header, this.#headerPosition + header.valueStart);
  }

  #readContentType(value: Uint8Array): void {
    const type = parseContentType(value);
    if (type === undefined) return;
    this.#mediaType = `${type.type}/${type.subtype}`;
    this.type = type.type === "message" ? "message" : "other";
    if (type.type !== "multipart" || type.boundary === undefined) return;
    this.type = "multipart";
    this.boundary = type.boundary;
  }

  #submit(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#fileOf()?.data(bytes);
    this.#host.content?.(bytes, this.#mediaType);
  }

  #fileOf(): FileFeed | undefined {
    if (!this.#hasFeed) this.#feed = this.#host.openFile();
    this.#hasFeed = true;
    return this.#feed;
  }
}
