export { type DecryptedPiece, DecryptedStream } from "./decrypted-stream.ts";
export {
  type AnalysisSettings,
  ASSET_RULES,
  analyzerLimitDefaults,
  Engine,
  type EngineCounters,
  type EngineOptions,
} from "./engine.ts";
export { type ExplainedRow, explainEventField, type SourceRange } from "./explain-event.ts";
export { FileExtractor } from "./extract-file.ts";
