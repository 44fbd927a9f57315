export { type AckCounts, CaptureLossAnalyzer } from "./capture-loss-analyzer.ts";
export { captureLossSchema } from "./capture-loss-events.ts";
