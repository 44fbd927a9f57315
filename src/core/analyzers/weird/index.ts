export { WeirdAnalyzer } from "./weird-analyzer.ts";
export { weirdSchema } from "./weird-events.ts";
