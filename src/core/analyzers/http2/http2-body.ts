import type { RunningDigest, WholeCoding } from "../../base/index.ts";
import type { ContentDecoder, ContentRange, Exchange } from "../shared/http-content/index.ts";
import {
  leadingInteger,
  listFile,
  listFileType,
  originOf,
  parseContentRange,
} from "../shared/http-content/index.ts";
import type { Conversation, FileFeed, Side } from "../shared/index.ts";
import { asciiText, hexText } from "../shared/index.ts";
import { fileName, firstToken } from "../shared/mime/index.ts";
import { DnsBody, isDnsMessage, NO_PLACE } from "./dns-body.ts";
import type { Http2Shared } from "./http2-shared.ts";

const DIGEST_COLUMNS = ["request_body_sha256", "response_body_sha256"] as const;

/** What a body needs of its stream. */
export interface BodyHost {
  readonly conversation: Conversation;
  readonly shared: Http2Shared;
  readonly exchange: Exchange;
  /** The dialogue of DNS messages that bodies carry. */
  dns(side: Side, message: Uint8Array, position: number): void;
}

/** One direction's body of a stream: unpacked, counted, followed as a file. */
export class Http2Body {
  bodyLength = 0;
  readonly #host: BodyHost;
  readonly #side: Side;
  #filename: string | undefined;
  #contentLength: number | undefined;
  #isPacked = false;
  #coding: WholeCoding | undefined;
  #range: ContentRange | undefined;
  /** Place of the next byte in the whole that a range is a part of. */
  #offset = 0;
  #decoder: ContentDecoder | undefined;
  #feed: FileFeed | undefined;
  #hasOpened = false;
  #digest: RunningDigest | undefined;
  #dns: DnsBody | undefined;
  #isOver = false;

  constructor(host: BodyHost, side: Side) {
    this.#host = host;
    this.#side = side;
  }

  /** Takes what a header says about the body. */
  header(name: string, value: Uint8Array): void {
    switch (name) {
      case "content-length":
        this.#contentLength = leadingInteger(asciiText(value), 10)?.value;
        return;
      case "content-encoding": {
        const encoding = firstToken(value)?.folded;
        this.#isPacked = encoding === "gzip" || encoding === "x-gzip" || encoding === "deflate";
        this.#coding = encoding === "br" || encoding === "zstd" ? encoding : undefined;
        return;
      }
      case "content-range":
        if (this.#host.exchange.statusCode === 206) this.#takeRange(value);
        return;
      case "content-type":
        if (isDnsMessage(value)) this.#dns = new DnsBody(this.#host.shared.dnsBytes);
        this.#filename = fileName(name, value) ?? this.#filename;
        return;
      case "content-disposition":
        this.#filename = fileName(name, value) ?? this.#filename;
        return;
      default:
    }
  }

  data(bytes: Uint8Array, position: number): void {
    if (this.#isOver) return;
    if (!this.#isPacked) {
      this.#clear(bytes, position);
      return;
    }
    const { decoders } = this.#host.shared;
    this.#decoder ??= decoders.create((out) => this.#clear(out, NO_PLACE));
    const decoder = this.#decoder;
    if (decoder === undefined || decoder.isOver) return;
    decoder.push(bytes);
    if (decoder.isBroken) this.#host.conversation.weird("inflate_failed");
  }

  gap(length: number): void {
    if (this.#isOver) return;
    this.#digest = undefined;
    this.#dns?.gap();
    if (!this.#isPacked) {
      this.bodyLength += length;
      this.#offset += length;
    }
    this.#openFeed()?.gap(length);
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { exchange, shared } = this.#host;
    if (this.#decoder !== undefined) shared.decoders.release();
    this.#decoder = undefined;
    exchange.bodyLengths[this.#side] = this.bodyLength;
    if (this.#digest !== undefined) {
      exchange.texts.set(DIGEST_COLUMNS[this.#side], hexText(this.#digest.digest()));
    }
    const message = this.#dns?.message;
    if (message !== undefined) this.#host.dns(this.#side, message, this.#dns!.position);
    // Other parts of the whole may come with other answers.
    if (this.#side === 0 || exchange.statusCode !== 206) this.#feed?.end();
    this.#feed = undefined;
  }

  #takeRange(value: Uint8Array): void {
    const { conversation } = this.#host;
    this.#range = parseContentRange(value, (name, addl) => conversation.weird(name, addl));
    this.#offset = this.#range?.first ?? 0;
  }

  #clear(bytes: Uint8Array, position: number): void {
    if (bytes.length === 0) return;
    this.bodyLength += bytes.length;
    this.#dns?.add(bytes, position);
    const feed = this.#openFeed();
    this.#digest?.update(bytes);
    if (this.#range === undefined) feed?.data(bytes);
    else feed?.data(bytes, this.#offset);
    this.#offset += bytes.length;
  }

  #openFeed(): FileFeed | undefined {
    if (this.#hasOpened) return this.#feed;
    this.#hasOpened = true;
    const { conversation, shared, exchange } = this.#host;
    const side = this.#side;
    const range = this.#range;
    if (range !== undefined) this.#digest = shared.createDigest?.("sha256");
    const declared = range === undefined ? this.#contentLength : range.total;
    const isRange = exchange.isRange && side === 1;
    const isKept = isRange || (side === 1 && exchange.statusCode === 206);
    const filename = this.#filename;
    const feed = shared.files.open(conversation, {
      source: "HTTP",
      side,
      origin: originOf(exchange),
      ...(this.#coding !== undefined && { coding: this.#coding }),
      ...(filename === undefined ? {} : { filename }),
      ...(isKept ? { handle: this.#handle(isRange) } : {}),
      ...(this.#isPacked || !declared || declared < 0 ? {} : { totalBytes: declared }),
      onType: (mimeType) => listFileType(exchange, side, mimeType),
    });
    if (feed.isFirstHere !== false) listFile(exchange, side, { fuid: feed.fuid, filename });
    this.#feed = feed;
    return feed;
  }

  /** Parts of one resource that one client asks for are one file, whichever flows they come over. */
  #handle(isRange: boolean): string {
    const { conversation, exchange } = this.#host;
    const { originator, uidHigh, uidLow, responder, responderPort } = conversation;
    if (!isRange) return `http ${uidHigh} ${uidLow} ${exchange.depth}`;
    const uri = exchange.texts.get("uri") ?? "/<missed_request>";
    const host = exchange.texts.get("host") ?? `${responder}`;
    return `http ${originator} ${host}:${responderPort}${uri}`;
  }
}
