export { type DuckdbIndexOptions, openDuckdbIndex } from "./duckdb/duckdb-index.ts";
export type {
  Candidates,
  Group,
  HistogramPart,
  IndexedSegment,
  IndexStore,
  LoadFrame,
  ProtocolSums,
  Row,
  RowsRequest,
  Scope,
  Summary,
} from "./index-store.ts";
