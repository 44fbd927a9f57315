export { type DuckdbIndexOptions, openDuckdbIndex } from "./duckdb/duckdb-index.ts";
export type {
  Candidates,
  HistogramBin,
  IndexedSegment,
  IndexStore,
  LoadFrame,
  Row,
  RowsRequest,
  Scope,
  Summary,
} from "./index-store.ts";
