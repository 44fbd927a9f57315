import { join } from "node:path";
import type { DuckDBAppender, DuckDBConnection } from "@duckdb/node-api";
import { HoldfastError } from "../../../core/base/index.ts";
import { decodeColumnBatch, type LogSchema } from "../../../core/events/index.ts";
import {
  createDirectory,
  monotonicSeconds,
  openRandomAccess,
  type RandomAccessFile,
  readFileBytes,
  removeTree,
  SequentialFile,
  writeFileDurably,
} from "../../../platform/index.ts";
import type { IndexedSegment, LoadFrame } from "../index-store.ts";
import { appendBatch } from "./append-batch.ts";
import { createTables } from "./tables.ts";

/** Rows become visible this often while they load; each flush is a transaction, and many small ones cost double. */
const FLUSH_SECONDS = 1;

/**
 * One case and UTC day: a database file and a posting file per segment, in a directory that expiry
 * removes whole. Attached to the one engine under a name of its own.
 */
export class Partition {
  readonly case: string;
  readonly day: string;
  readonly catalog: string;
  readonly directory: string;
  readonly #logs: ReadonlyMap<string, LogSchema>;
  readonly #texts: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #segments = new Map<string, { number: number; capture: string; complete: boolean }>();
  readonly #appenders = new Map<string, DuckDBAppender>();
  readonly #postingWriters = new Map<string, SequentialFile>();
  readonly #postingReaders = new Map<string, RandomAccessFile>();
  #savedTexts = 0;
  #flushedAt = Number.NEGATIVE_INFINITY;

  constructor(
    place: { case: string; day: string; catalog: string; directory: string },
    logs: ReadonlyMap<string, LogSchema>,
  ) {
    this.case = place.case;
    this.day = place.day;
    this.catalog = place.catalog;
    this.directory = place.directory;
    this.#logs = logs;
  }

  async open(connection: DuckDBConnection): Promise<void> {
    await createDirectory(this.directory);
    const file = join(this.directory, "index.duckdb").replaceAll("'", "''");
    await connection.run(`ATTACH '${file}' AS ${this.catalog}`);
    for (const sql of createTables(this.catalog, [...this.#logs.values()]))
      await connection.run(sql);
    const texts = await connection.runAndReadAll(
      `SELECT text FROM ${this.catalog}.dictionary ORDER BY number`,
    );
    for (const [text] of texts.getRows()) this.numberOf(text as string);
    this.#savedTexts = this.#texts.length;
    const known = await connection.runAndReadAll(
      `SELECT number, segment, capture, complete FROM ${this.catalog}.segments`,
    );
    for (const [number, segment, capture, complete] of known.getRows()) {
      this.#segments.set(segment as string, {
        number: number as number,
        capture: capture as string,
        complete: complete as boolean,
      });
    }
  }

  segments(): IndexedSegment[] {
    return [...this.#segments].map(([segment, { capture, complete }]) => ({
      segment,
      capture,
      complete,
      case: this.case,
      day: this.day,
    }));
  }

  has(segment: string): boolean {
    return this.#segments.has(segment);
  }

  numberOfSegment(segment: string): number | undefined {
    return this.#segments.get(segment)?.number;
  }

  segmentOf(number: number): string {
    for (const [segment, known] of this.#segments) if (known.number === number) return segment;
    return "";
  }

  readonly numberOf = (text: string): number => {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#texts.length;
      this.#texts.push(text);
      this.#numbers.set(text, number);
    }
    return number;
  };

  readonly textOf = (number: number): string => this.#texts[number] ?? "";

  async begin(connection: DuckDBConnection, segment: string, capture: string): Promise<void> {
    await this.drop(connection, segment);
    this.#postingWriters.set(segment, await SequentialFile.create(this.#postingFile(segment)));
    let number = 0;
    for (const known of this.#segments.values()) number = Math.max(number, known.number + 1);
    await connection.run(`INSERT INTO ${this.catalog}.segments VALUES (?, ?, ?, false)`, [
      number,
      segment,
      capture,
    ]);
    this.#segments.set(segment, { number, capture, complete: false });
  }

  async load(
    connection: DuckDBConnection,
    segment: string,
    frames: readonly LoadFrame[],
  ): Promise<void> {
    const number = this.#segments.get(segment)?.number;
    if (number === undefined) return;
    for (const { type, payload } of frames) {
      if (type === "postings") {
        this.#postingWriters.get(segment)?.write(payload);
        continue;
      }
      if (type === "layout") {
        await writeFileDurably(this.#layoutFile(segment), payload);
        continue;
      }
      const batch = decodeColumnBatch(payload, this.#logs);
      if (batch.status !== "ok") {
        const why = batch.status === "malformed" ? batch.reason : "cut short";
        throw new HoldfastError(
          "index/bad-events",
          `events of segment ${segment} do not read: ${why}`,
        );
      }
      const appender = await this.#appender(connection, batch.value.schema.name);
      appendBatch(appender, batch.value, number, this.numberOf);
    }
    if (monotonicSeconds() - this.#flushedAt >= FLUSH_SECONDS) await this.#flush(connection);
  }

  async complete(connection: DuckDBConnection, segment: string): Promise<void> {
    await this.#flush(connection);
    await this.#postingWriters.get(segment)?.close();
    this.#postingWriters.delete(segment);
    const number = this.#segments.get(segment)?.number;
    if (number === undefined) return;
    await connection.run(`UPDATE ${this.catalog}.segments SET complete = true WHERE number = ?`, [
      number,
    ]);
    this.#segments.get(segment)!.complete = true;
  }

  async drop(connection: DuckDBConnection, segment: string): Promise<void> {
    await this.#postingWriters.get(segment)?.close();
    this.#postingWriters.delete(segment);
    await this.#postingReaders.get(segment)?.close();
    this.#postingReaders.delete(segment);
    await removeTree(this.#postingFile(segment));
    await removeTree(this.#layoutFile(segment));
    const known = this.#segments.get(segment);
    if (known === undefined) return;
    await this.#flush(connection);
    for (const log of this.#logs.keys()) {
      await connection.run(`DELETE FROM ${this.catalog}.${log} WHERE segment = ?`, [known.number]);
    }
    await connection.run(`DELETE FROM ${this.catalog}.segments WHERE number = ?`, [known.number]);
    this.#segments.delete(segment);
  }

  async readPostings(segment: string, first: number, bytes: number): Promise<Uint8Array> {
    let file = this.#postingReaders.get(segment);
    // A file that still grows is opened anew: an open one knows only the bytes it had then.
    if (file === undefined || first + bytes > file.bytes) {
      await file?.close();
      file = await openRandomAccess(this.#postingFile(segment));
      this.#postingReaders.set(segment, file);
    }
    return file.readSync(first, bytes);
  }

  async readLayout(segment: string): Promise<Uint8Array> {
    return await readFileBytes(this.#layoutFile(segment));
  }

  async close(): Promise<void> {
    for (const appender of this.#appenders.values()) appender.closeSync();
    this.#appenders.clear();
    for (const file of this.#postingWriters.values()) await file.close();
    for (const file of this.#postingReaders.values()) await file.close();
  }

  #layoutFile(segment: string): string {
    return join(this.directory, `${segment}.layout`);
  }

  #postingFile(segment: string): string {
    return join(this.directory, `${segment}.postings`);
  }

  /** New dictionary texts go in before the rows that use them become visible. */
  async #flush(connection: DuckDBConnection): Promise<void> {
    if (this.#savedTexts < this.#texts.length) {
      const appender = await connection.createAppender("dictionary", "main", this.catalog);
      for (; this.#savedTexts < this.#texts.length; this.#savedTexts++) {
        appender.appendUInteger(this.#savedTexts);
        appender.appendVarchar(this.#texts[this.#savedTexts]!);
        appender.endRow();
      }
      appender.closeSync();
    }
    for (const appender of this.#appenders.values()) appender.flushSync();
    this.#flushedAt = monotonicSeconds();
  }

  async #appender(connection: DuckDBConnection, log: string): Promise<DuckDBAppender> {
    let appender = this.#appenders.get(log);
    if (appender === undefined) {
      appender = await connection.createAppender(log, "main", this.catalog);
      this.#appenders.set(log, appender);
    }
    return appender;
  }
}
