import type { Side } from "./side.ts";

/** What a field was read from where that does not lie on the wire as it is. */
export interface OpenedBytes {
  /** Decrypted, unmasked or put together. */
  readonly bytes: Uint8Array;
  /** Hexadecimal random of the TLS client (RFC 8446 4.1.2) whose secrets opened it, if any did. */
  readonly clientRandom?: string | undefined;
}

/**
 * Where a field came from: `log` and `field` by their schema's names, `position` as in `Session.data`;
 * `opened` where those bytes only carry what the field was read from.
 */
export type FieldMark = [
  log: string,
  field: string,
  side: Side,
  position: number,
  length: number,
  opened?: OpenedBytes | undefined,
];

/**
 * Told which bytes a field of the row being made came from, while a flow is replayed for `explain`. Marks
 * made before a row of that log is written belong to that row, in the order of rows.
 */
export interface FieldTrace {
  mark(...mark: FieldMark): void;
  /** The same for a row that is not made yet: the mark is made when what is returned is called. */
  later(...mark: FieldMark): () => void;
  /** Told what the records of TLS said, in order, where secrets opened them. Valid during the call. */
  opened?(side: Side, bytes: Uint8Array, clientRandom: string): void;
}
