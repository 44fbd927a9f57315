export { ColumnBatch, decodeColumnBatch, encodeColumnBatch } from "./column-batch.ts";
export type { EventSink } from "./event-sink.ts";
export {
  decodeJson,
  encodeFrame,
  encodeJsonFrame,
  FrameReader,
  type FrameType,
} from "./frames.ts";
export { joinList, listValues } from "./lists.ts";
export {
  type Column,
  type ColumnType,
  columnIndex,
  columnsOf,
  columnsOfLog,
  type Field,
  type FieldKind,
  field,
  type LogSchema,
} from "./schema.ts";
export { ZeekJsonWriter } from "./zeek-json.ts";
export { ZeekTsvWriter, zeekType } from "./zeek-text.ts";
